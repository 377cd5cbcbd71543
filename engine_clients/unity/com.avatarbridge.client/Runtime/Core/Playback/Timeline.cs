using System;

namespace AvatarBridge
{
    /// <summary>Turns frames that come now and then into a pose for every tick: interpolates between
    /// them by the time at which they were captured, holds the last one when the face or the stream
    /// is lost, and then lets it fade to neutral. Allocates nothing once made. For one face and one
    /// thread.</summary>
    /// <remarks>Without a delay the newest frame is shown as it is. A delay of the time between two
    /// frames gives the smoothest motion, so much later.</remarks>
    public sealed class Timeline
    {
        private const int Kept = 64; // a delay of 0.2 s at 240 frames a second, and some
        private const double NsToS = 1e-9;
        private const double JumpS = 1.0; // captured earlier by more: the source began anew
        private const double Creep = 0.002; // of what a frame is later than the fastest one

        private readonly Key[] keys = new Key[Kept]; // a ring
        private int count;
        private int newest = -1;
        private string streamId = "";
        private double fastestS; // least of (came - captured): the two clocks and the shortest way
        private double seenS; // when the last frame with the face came
        private double shownS;
        private bool wasSeen;
        private bool wasShown;
        private bool tracked;
        private float presence;

        /// <summary>Made with its defaults.</summary>
        public Timeline()
        {
            for (int index = 0; index < Kept; index++)
            {
                keys[index] = new Key();
            }
        }

        /// <summary>How far behind the newest frame the pose is, seconds, 0 or more.</summary>
        public double DelayS { get; set; } = 0.02;

        /// <summary>For how long the last pose is held when the face or the stream is lost,
        /// seconds. The server holds and fades a lost face by itself; this is for a server that does
        /// not, and for one that is gone.</summary>
        public double HoldS { get; set; } = 0.5;

        /// <summary>In what time it then goes back to neutral, seconds, above 0.</summary>
        public double DecayS { get; set; } = 0.7;

        /// <summary>In what time a face that is back is there again, seconds, above 0.</summary>
        public double ReturnS { get; set; } = 0.15;

        /// <summary>Forget all frames; the next pose is neutral until one comes.</summary>
        public void Reset()
        {
            Forget();
            streamId = "";
            wasSeen = wasShown = tracked = false;
            presence = 0f;
        }

        /// <summary>Add a frame. One that was captured before the newest is passed over, unless the
        /// stream or its source began anew: then what was there is forgotten.</summary>
        /// <param name="frame">Copied.</param>
        /// <param name="nowS">This machine's time, seconds, of any origin: that of
        /// <see cref="Sample"/>.</param>
        public void Push(FaceFrame frame, double nowS)
        {
            double capturedS = frame.CapturedNs * NsToS;
            if (count > 0)
            {
                double step = capturedS - keys[newest].CapturedS;
                bool anew = !string.Equals(frame.StreamId, streamId, StringComparison.Ordinal)
                    || (step < 0 && frame.Seq > keys[newest].Seq) || step < -JumpS;
                if (anew)
                {
                    Forget();
                }
                else if (step <= 0)
                {
                    return;
                }
            }
            streamId = frame.StreamId;
            double wayS = nowS - capturedS;
            bool first = count == 0;
            fastestS = first || wayS < fastestS ? wayS : fastestS + Creep * (wayS - fastestS);
            newest = (newest + 1) % Kept;
            count = Math.Min(count + 1, Kept);
            keys[newest].Set(frame, capturedS);
            tracked = frame.Tracked;
            if (tracked)
            {
                seenS = nowS;
                wasSeen = true;
            }
        }

        /// <summary>The pose at a moment.</summary>
        /// <param name="nowS">This machine's time, seconds; not before that of the last call.</param>
        /// <param name="into">Filled; neutral if no face was ever seen.</param>
        public void Sample(double nowS, FacePose into)
        {
            double elapsed = wasShown ? Math.Max(0.0, nowS - shownS) : 0.0;
            shownS = nowS;
            wasShown = true;
            if (count == 0)
            {
                presence = 0f;
                into.Clear();
                return;
            }
            Interpolate(nowS - fastestS - Math.Max(0.0, DelayS), into);
            presence = Follow(presence, Remaining(nowS - seenS), elapsed);
            bool coming = nowS - seenS <= HoldS;
            into.Tracked = tracked && coming;
            into.Presence = presence;
            Fade(into, presence);
        }

        private void Forget()
        {
            count = 0;
            newest = -1;
        }

        private void Interpolate(double playS, FacePose into)
        {
            Key later = keys[newest];
            for (int back = 1; back < count && later.CapturedS > playS; back++)
            {
                Key earlier = keys[(newest - back + Kept) % Kept];
                if (earlier.CapturedS <= playS)
                {
                    double share = (playS - earlier.CapturedS) / (later.CapturedS - earlier.CapturedS);
                    Key.Mix(earlier, later, (float)share, into);
                    return;
                }
                later = earlier;
            }
            Key.Mix(later, later, 0f, into); // before the first, or after the last
        }

        private float Remaining(double lostS)
        {
            if (!wasSeen)
            {
                return 0f;
            }
            double progress = Math.Min(1.0, Math.Max(0.0, (lostS - HoldS) / Math.Max(1e-3, DecayS)));
            return (float)(1.0 - progress * progress * (3.0 - 2.0 * progress)); // no jerk
        }

        private float Follow(float from, float to, double elapsedS)
        {
            double most = from + elapsedS / Math.Max(1e-3, ReturnS);
            return to <= from || most >= to ? to : (float)most;
        }

        private static void Fade(float[] values, float left)
        {
            for (int index = 0; index < values.Length; index++)
            {
                values[index] *= left;
            }
        }

        private static void Fade(FacePose pose, float left)
        {
            if (left >= 1f)
            {
                return;
            }
            Fade(pose.Weights, left);
            Fade(pose.Targets, left);
            HeadPose head = pose.Head; // turns straight where it is
            Rotation.Slerp(
                0f, 0f, 0f, 1f, head.QX, head.QY, head.QZ, head.QW, left,
                out head.QX, out head.QY, out head.QZ, out head.QW);
            pose.Head = head;
            Gaze gaze = pose.Gaze;
            gaze.LeftYaw *= left;
            gaze.LeftPitch *= left;
            gaze.RightYaw *= left;
            gaze.RightPitch *= left;
            pose.Gaze = gaze;
        }
    }
}
