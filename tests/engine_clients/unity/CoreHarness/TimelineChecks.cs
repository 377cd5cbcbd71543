using System;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>What the timeline shows and when; times are this side's seconds, while the server's
    /// clock is far away from it.</summary>
    internal static class TimelineChecks
    {
        private const double ServerS = 5000.0; // the server's clock minus this one
        private const double WayS = 0.004;
        private const double Frame = 1.0 / 30;
        private const int Jaw = 17;

        private static readonly FacePose Pose = new FacePose();

        public static void Run()
        {
            InterpolatesByCaptureTime();
            KeepsFramesForTheLongestDelay();
            ShowsTheNewestWithoutDelay();
            HoldsThenDecaysWhenTheStreamStops();
            FadesAFaceThatIsNotTracked();
            PassesOverLateFramesAndBeginsAnew();
            IsSmoothWhenFramesComeUnevenly();
            TakesTheShortWayRound();
            MakesOddValuesSafe();
        }

        private static FaceFrame At(
            double seconds, float jaw, bool tracked = true, string stream = "one", long seq = -1)
        {
            var frame = new FaceFrame
            {
                StreamId = stream,
                Seq = seq >= 0 ? seq : (long)(seconds * 1000),
                CapturedNs = (long)Math.Round((ServerS + seconds) * 1e9),
                Tracked = tracked,
                HeadPose = new HeadPose { X = jaw, QY = (float)Math.Sin(jaw / 2), QW = (float)Math.Cos(jaw / 2) },
                Gaze = new Gaze { LeftYaw = jaw },
            };
            frame.Blendshapes[Jaw] = jaw;
            frame.SetTargets(new[] { 0f, jaw }, 2);
            return frame;
        }

        /// <summary>Frames of a rising jaw until a time, each shown as it comes.</summary>
        private static Timeline Fed(double until, double delay)
        {
            var timeline = new Timeline { DelayS = delay };
            for (double now = 0; now < until; now += Frame)
            {
                timeline.Push(At(now, (float)now), now + WayS);
                timeline.Sample(now + WayS, Pose);
            }
            return timeline;
        }

        private static void InterpolatesByCaptureTime()
        {
            var timeline = new Timeline();
            timeline.Sample(0, Pose);
            Check.Equal(0f, Pose.Presence, "nothing came");
            Check.Equal(1f, Pose.Head.QW, "neutral head");
            timeline = Fed(1, 2 * Frame);
            for (double now = 1 - Frame; now < 1; now += 0.001)
            {
                timeline.Sample(now + WayS, Pose);
                double expected = now - 2 * Frame;
                Check.Near(expected, Pose.Weights[Jaw], 1e-4, "weight between frames");
                Check.Near(expected, Pose.Targets[1], 1e-4, "target");
                Check.Near(expected, Pose.Head.X, 1e-4, "position");
                Check.Near(expected, 2 * Math.Asin(Pose.Head.QY), 1e-4, "angle, at constant speed");
                Check.Near(expected, Pose.Gaze.LeftYaw, 1e-4, "gaze");
            }
        }

        private static void KeepsFramesForTheLongestDelay()
        {
            const double delay = 0.2, fast = 1.0 / 240;
            var timeline = new Timeline { DelayS = delay };
            double now = 0;
            for (; now < 1; now += fast)
            {
                timeline.Push(At(now, (float)now), now + WayS);
                timeline.Sample(now + WayS, Pose);
            }
            Check.Near(now - fast - delay, Pose.Weights[Jaw], 1e-3, "so long ago");
        }

        private static void ShowsTheNewestWithoutDelay()
        {
            Timeline timeline = Fed(1, 0);
            timeline.Push(At(1.01, 0.25f), 1.01 + WayS + 0.005);
            timeline.Sample(1.01 + WayS + 0.005, Pose);
            Check.Equal(0.25f, Pose.Weights[Jaw], "newest, at once");
            Check.Equal(1f, Pose.Presence, "present");
            Check.That(Pose.Tracked, "tracked");
        }

        private static void HoldsThenDecaysWhenTheStreamStops()
        {
            Timeline timeline = Fed(1, 0);
            timeline.Sample(1.01, Pose);
            float last = Pose.Weights[Jaw];
            timeline.Sample(1.45, Pose);
            Check.Equal(last, Pose.Weights[Jaw], "held");
            float before = last;
            for (double now = 1.5; now < 2.3; now += 0.01)
            {
                timeline.Sample(now, Pose);
                Check.That(Pose.Weights[Jaw] <= before, "falls");
                Check.That(before - Pose.Weights[Jaw] < 0.05, "gently");
                before = Pose.Weights[Jaw];
            }
            Check.Equal(0f, Pose.Weights[Jaw], "neutral");
            Check.Near(1, Pose.Head.QW, 1e-6, "head straight");
            Check.Near(last, Pose.Head.X, 1e-6, "head where it was");
            Check.That(!Pose.Tracked, "not tracked");
            // Back again: not with a jump.
            timeline.Sample(3, Pose);
            timeline.Push(At(3, 0.8f), 3 + WayS);
            timeline.Sample(3 + WayS, Pose);
            timeline.Push(At(3 + Frame, 0.8f), 3 + Frame + WayS);
            timeline.Sample(3 + Frame + WayS, Pose);
            Check.That(Pose.Weights[Jaw] > 0 && Pose.Weights[Jaw] < 0.5, "comes back gently");
            timeline.Push(At(3.2, 0.8f), 3.2 + WayS);
            timeline.Sample(3.2 + WayS, Pose);
            Check.Equal(0.8f, Pose.Weights[Jaw], "is back");
        }

        private static void FadesAFaceThatIsNotTracked()
        {
            Timeline timeline = Fed(1, 0);
            for (double now = 1.01; now < 2.5; now += Frame)
            {
                timeline.Push(At(now, 0.6f, tracked: false), now + WayS);
                timeline.Sample(now + WayS, Pose);
                Check.That(!Pose.Tracked, "not tracked");
                if (now < 1.4)
                {
                    Check.Equal(0.6f, Pose.Weights[Jaw], "held as the server says");
                }
            }
            Check.Equal(0f, Pose.Weights[Jaw], "faded though the server goes on");
            var never = new Timeline();
            never.Push(At(0, 0.6f, tracked: false), 0);
            never.Sample(0, Pose);
            Check.Equal(0f, Pose.Weights[Jaw], "never seen");
        }

        private static void PassesOverLateFramesAndBeginsAnew()
        {
            Timeline timeline = Fed(1, 0);
            timeline.Push(At(0.5, 0.9f), 1);
            timeline.Sample(1, Pose);
            Check.That(Pose.Weights[Jaw] != 0.9f, "an older frame is passed over");
            timeline.Push(At(-4000, 0.3f, stream: "two"), 1.01);
            timeline.Sample(1.01, Pose);
            Check.Equal(0.3f, Pose.Weights[Jaw], "another stream, whose clock began anew");
            timeline.Push(At(-3999, 0.4f, stream: "two", seq: 8), 1.02);
            timeline.Push(At(-4000, 0.5f, stream: "two", seq: 9), 1.03);
            timeline.Sample(1.03, Pose);
            Check.Equal(0.5f, Pose.Weights[Jaw], "a file that began again");
            timeline.Reset();
            timeline.Sample(1.04, Pose);
            Check.Equal(0f, Pose.Weights[Jaw], "reset");
        }

        private static void IsSmoothWhenFramesComeUnevenly()
        {
            var random = new Random(7);
            var timeline = new Timeline { DelayS = 2 * Frame };
            double came = 0, worst = 0, last = 0;
            int next = 0;
            for (double now = 0; now < 20; now += 1.0 / 120)
            {
                while (came <= now)
                {
                    double captured = next * Frame;
                    timeline.Push(At(captured, (float)captured / 20), came);
                    next++;
                    came = next * Frame + WayS + random.NextDouble() * 0.02;
                }
                timeline.Sample(now, Pose);
                if (now > 2)
                {
                    double step = Pose.Weights[Jaw] - last;
                    worst = Math.Max(worst, Math.Abs(step - 1.0 / 120 / 20));
                }
                last = Pose.Weights[Jaw];
            }
            Check.That(worst < 0.3 / 120 / 20, $"steps are even: off by {worst * 120 * 20:0.00} of one");
        }

        private static void TakesTheShortWayRound()
        {
            var timeline = new Timeline { DelayS = 0.1 };
            FaceFrame first = At(0, 0), second = At(0.1, 0);
            first.HeadPose = new HeadPose { QW = 1 };
            second.HeadPose = new HeadPose { QX = -(float)Math.Sin(0.5), QW = -(float)Math.Cos(0.5) };
            timeline.Push(first, 0);
            timeline.Sample(0, Pose);
            timeline.Push(second, 0.1);
            timeline.Sample(0.15, Pose);
            timeline.Sample(0.15, Pose);
            Check.Near(1, Pose.Presence, 1e-6, "present");
            Check.Near(0.5, 2 * Math.Asin(Pose.Head.QX) / 1, 1e-3, "half of one radian");
        }

        private static void MakesOddValuesSafe()
        {
            var timeline = new Timeline { DelayS = 0 };
            FaceFrame odd = At(0, 0);
            odd.Blendshapes[0] = float.NaN;
            odd.Blendshapes[1] = 7;
            odd.Blendshapes[2] = -7;
            odd.HeadPose = new HeadPose { X = float.MaxValue, Y = 1.5f };
            odd.Gaze = new Gaze { LeftYaw = float.MinValue, LeftPitch = float.NaN, RightYaw = -1f };
            timeline.Push(odd, 0);
            timeline.Sample(0, Pose);
            timeline.Sample(0.2, Pose);
            Check.Equal(0f, Pose.Weights[0], "NaN");
            Check.Equal(1f, Pose.Weights[1], "above 1");
            Check.Equal(0f, Pose.Weights[2], "below 0");
            Check.Equal(1f, Pose.Head.QW, "no rotation");
            Check.Equal(0f, Pose.Head.X, "a place beyond all measure");
            Check.Near(1.5, Pose.Head.Y, 1e-6, "a place");
            Check.Equal(0f, Pose.Gaze.LeftYaw, "a gaze beyond all measure");
            Check.Equal(0f, Pose.Gaze.LeftPitch, "NaN");
            Check.Equal(-1f, Pose.Gaze.RightYaw, "a gaze");
        }
    }
}
