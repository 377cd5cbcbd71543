using System;

namespace AvatarBridge.Unity
{
    /// <summary>One face of a connection: its newest frame, and what an avatar shows right now.</summary>
    /// <remarks>Shared by all components that follow this face, so that they agree.</remarks>
    public sealed class FaceFeed
    {
        private readonly FaceFrame frame = new FaceFrame();
        private readonly Timeline timeline = new Timeline();
        private bool any;

        internal FaceFeed(uint faceId)
        {
            FaceId = faceId;
        }

        /// <summary>Called for every frame that is taken, with the values as they came.</summary>
        public event Action<FaceFrame> FrameArrived;

        /// <summary>Which face; 0 for the one that the client takes for the main one.</summary>
        public uint FaceId { get; }

        /// <summary>The newest frame as it came; null until one came.</summary>
        public FaceFrame Frame
        {
            get { return any ? frame : null; }
        }

        /// <summary>What to show now: between frames, or on the way back to rest after a loss.</summary>
        public FacePose Pose { get; } = new FacePose();

        /// <summary>Show a frame that came another way, such as one of a recording.</summary>
        /// <param name="arrived">Copied.</param>
        /// <param name="nowS">When it came, in seconds of <see cref="MonotonicClock"/>.</param>
        public void Push(FaceFrame arrived, double nowS)
        {
            if (!ReferenceEquals(arrived, frame))
            {
                frame.CopyFrom(arrived);
            }
            any = true;
            timeline.Push(frame, nowS);
            if (FrameArrived != null)
            {
                FrameArrived(frame);
            }
        }

        internal void SetTiming(double delayS, double holdS, double decayS)
        {
            timeline.DelayS = delayS;
            timeline.HoldS = holdS;
            timeline.DecayS = decayS;
        }

        internal void Update(AvatarBridgeClient client, double nowS)
        {
            if (client != null && client.TryTakeNewest(frame, FaceId))
            {
                // The moment it came in, not the tick's: ticks are no measure of the stream's time.
                Push(frame, Math.Min(frame.ReceivedNs * 1e-9, nowS));
            }
            timeline.Sample(nowS, Pose);
        }

        internal void Clear()
        {
            any = false;
            timeline.Reset();
            Pose.Clear();
        }
    }
}
