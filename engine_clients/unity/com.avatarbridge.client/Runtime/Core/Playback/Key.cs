using System;

namespace AvatarBridge
{
    /// <summary>What a frame says of a pose, made safe to show: weights within 0 to 1, a unit
    /// quaternion, and no number so large that a mix of two is none.</summary>
    internal sealed class Key
    {
        private const float FarthestM = 100f;
        private const float WidestRad = (float)Math.PI;

        private readonly float[] weights = new float[ShapeNames.Count];
        private float[] targets = Array.Empty<float>();
        private HeadPose head;
        private Gaze gaze;

        public double CapturedS { get; private set; }

        public long Seq { get; private set; }

        public void Set(FaceFrame frame, double capturedS)
        {
            CapturedS = capturedS;
            Seq = frame.Seq;
            Copy(frame.Blendshapes, weights);
            if (targets.Length != frame.Targets.Length)
            {
                targets = new float[frame.Targets.Length];
            }
            Copy(frame.Targets, targets);
            head = frame.HeadPose;
            Rotation.Normalise(ref head.QX, ref head.QY, ref head.QZ, ref head.QW);
            head.X = Within(FarthestM, head.X);
            head.Y = Within(FarthestM, head.Y);
            head.Z = Within(FarthestM, head.Z);
            gaze = frame.Gaze;
            gaze.LeftYaw = Within(WidestRad, gaze.LeftYaw);
            gaze.LeftPitch = Within(WidestRad, gaze.LeftPitch);
            gaze.RightYaw = Within(WidestRad, gaze.RightYaw);
            gaze.RightPitch = Within(WidestRad, gaze.RightPitch);
        }

        public static void Mix(Key a, Key b, float share, FacePose into)
        {
            Mix(a.weights, b.weights, share, into.Weights);
            // Of another profile they are other shapes, between which there is nothing.
            float[] before = a.targets.Length == b.targets.Length ? a.targets : b.targets;
            Mix(before, b.targets, share, into.TargetsOf(b.targets.Length));
            var head = new HeadPose
            {
                X = Mix(a.head.X, b.head.X, share),
                Y = Mix(a.head.Y, b.head.Y, share),
                Z = Mix(a.head.Z, b.head.Z, share),
            };
            Rotation.Slerp(
                a.head.QX, a.head.QY, a.head.QZ, a.head.QW,
                b.head.QX, b.head.QY, b.head.QZ, b.head.QW,
                share, out head.QX, out head.QY, out head.QZ, out head.QW);
            into.Head = head;
            into.Gaze = new Gaze
            {
                LeftYaw = Mix(a.gaze.LeftYaw, b.gaze.LeftYaw, share),
                LeftPitch = Mix(a.gaze.LeftPitch, b.gaze.LeftPitch, share),
                RightYaw = Mix(a.gaze.RightYaw, b.gaze.RightYaw, share),
                RightPitch = Mix(a.gaze.RightPitch, b.gaze.RightPitch, share),
            };
        }

        private static void Copy(float[] from, float[] to)
        {
            for (int index = 0; index < to.Length; index++)
            {
                float weight = from[index];
                to[index] = weight > 0f ? (weight < 1f ? weight : 1f) : 0f; // NaN becomes 0
            }
        }

        /// <summary>0 for what is beyond all measure, or NaN.</summary>
        private static float Within(float most, float value)
        {
            return Math.Abs(value) <= most ? value : 0f;
        }

        private static void Mix(float[] a, float[] b, float share, float[] into)
        {
            for (int index = 0; index < into.Length; index++)
            {
                into[index] = Mix(a[index], b[index], share);
            }
        }

        private static float Mix(float a, float b, float share)
        {
            return a + (b - a) * share;
        }
    }
}
