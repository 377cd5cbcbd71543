using NUnit.Framework;

namespace AvatarBridge.Tests
{
    /// <summary>Motion between packets, and its end.</summary>
    public sealed class TimelineTests
    {
        private const int Jaw = 17;

        private static FaceFrame At(double seconds, float jaw)
        {
            var frame = new FaceFrame
            {
                StreamId = "one",
                Seq = (long)(seconds * 1000),
                CapturedNs = (long)(seconds * 1e9),
                Tracked = true,
            };
            frame.Blendshapes[Jaw] = jaw;
            return frame;
        }

        [Test]
        public void HalfWayBetweenTwoFramesIsHalfWayBetweenTheirWeights()
        {
            var timeline = new Timeline { DelayS = 0.1, ReturnS = 0.01 };
            var pose = new FacePose();
            timeline.Push(At(1.0, 0f), 1.0);
            timeline.Sample(1.0, pose);
            timeline.Push(At(1.1, 1f), 1.1);
            timeline.Sample(1.15, pose);
            Assert.AreEqual(0.5f, pose.Weights[Jaw], 1e-4f);
        }

        [Test]
        public void AStreamThatStopsLeavesANeutralFace()
        {
            var timeline = new Timeline();
            var pose = new FacePose();
            timeline.Push(At(1.0, 1f), 1.0);
            timeline.Sample(1.0, pose);
            timeline.Sample(1.2, pose);
            Assert.AreEqual(1f, pose.Weights[Jaw], 1e-6f);
            timeline.Sample(1.1 + timeline.HoldS + timeline.DecayS, pose);
            Assert.AreEqual(0f, pose.Weights[Jaw], 1e-6f);
            Assert.IsFalse(pose.Tracked);
        }
    }
}
