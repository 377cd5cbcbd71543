using System.Threading;

namespace AvatarBridge
{
    /// <summary>The newest frame of each face, from the thread that receives to whoever takes.
    /// Nothing is allocated once every face has been there.</summary>
    internal sealed class FaceMailbox
    {
        private const int Slots = 8; // twice what a server follows at once
        private const long ForgottenNs = 1000000000;

        private static long versions; // of all clients, so that a frame is new to any of them

        private readonly object gate = new object();
        private readonly FaceFrame[] frames = new FaceFrame[Slots];
        private FaceFrame spare = new FaceFrame();
        private int count;
        private uint mainFace;

        /// <summary>What the receiving thread fills before <see cref="Put"/>.</summary>
        public FaceFrame Spare => spare;

        public void Clear()
        {
            lock (gate)
            {
                count = 0;
                mainFace = 0;
            }
        }

        /// <summary>Hand over what the spare one says, and get another to fill.</summary>
        public void Put()
        {
            spare.Version = Interlocked.Increment(ref versions);
            lock (gate)
            {
                int slot = SlotOf(spare.FaceId, spare.ReceivedNs);
                FaceFrame old = frames[slot];
                frames[slot] = spare;
                spare = old;
                ChooseMain(frames[slot]);
            }
        }

        /// <summary>Copy a face's newest frame, if the taker does not have it yet.</summary>
        public bool TryTake(FaceFrame into, uint faceId)
        {
            lock (gate)
            {
                int slot = Find(faceId == 0 ? mainFace : faceId);
                if (slot < 0 || frames[slot].Version == into.Version)
                {
                    return false;
                }
                into.CopyFrom(frames[slot]);
                return true;
            }
        }

        public int FaceIds(uint[] into, long nowNs)
        {
            lock (gate)
            {
                int given = 0;
                for (int slot = 0; slot < count && given < into.Length; slot++)
                {
                    // 0 is nobody's: the server has seen no face yet.
                    if (frames[slot].FaceId != 0 && IsRecent(frames[slot], nowNs))
                    {
                        into[given++] = frames[slot].FaceId;
                    }
                }
                return given;
            }
        }

        public bool AnyTracked(long nowNs)
        {
            lock (gate)
            {
                for (int slot = 0; slot < count; slot++)
                {
                    if (frames[slot].Tracked && IsRecent(frames[slot], nowNs))
                    {
                        return true;
                    }
                }
                return false;
            }
        }

        private static bool IsRecent(FaceFrame frame, long nowNs)
        {
            return nowNs - frame.ReceivedNs < ForgottenNs;
        }

        private int Find(uint faceId)
        {
            for (int slot = 0; slot < count; slot++)
            {
                if (frames[slot].FaceId == faceId)
                {
                    return slot;
                }
            }
            return -1;
        }

        private int SlotOf(uint faceId, long nowNs)
        {
            // Who has not been heard of for a while is gone: a face that comes back is a new one.
            for (int slot = count - 1; slot >= 0; slot--)
            {
                if (!IsRecent(frames[slot], nowNs) && frames[slot].FaceId != faceId)
                {
                    FaceFrame gone = frames[slot];
                    frames[slot] = frames[--count];
                    frames[count] = gone;
                }
            }
            int found = Find(faceId);
            if (found >= 0)
            {
                return found;
            }
            if (count < Slots)
            {
                frames[count] = frames[count] ?? new FaceFrame();
                return count++;
            }
            int oldest = 0;
            for (int slot = 1; slot < count; slot++)
            {
                oldest = frames[slot].ReceivedNs < frames[oldest].ReceivedNs ? slot : oldest;
            }
            return oldest;
        }

        /// <summary>The main face stays so while it is seen; then it is the seen one that came
        /// first, or, if none is seen, whoever was last.</summary>
        private void ChooseMain(FaceFrame newest)
        {
            int slot = Find(mainFace);
            if (slot < 0 || (!frames[slot].Tracked && newest.Tracked))
            {
                mainFace = newest.FaceId;
            }
        }
    }
}
