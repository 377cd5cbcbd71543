using System;

namespace AvatarBridge
{
    /// <summary>What an avatar shows at one moment; reused each tick.</summary>
    public sealed class FacePose
    {
        /// <summary>The 52 weights, 0 to 1, in the order of <see cref="ShapeNames.Arkit"/>.</summary>
        public float[] Weights { get; } = new float[ShapeNames.Count];

        /// <summary>The avatar's own shapes, 0 to 1: <see cref="FaceFrame.Targets"/> at this moment.
        /// </summary>
        public float[] Targets { get; private set; } = Array.Empty<float>();

        /// <summary>Where the head is, in the axes of <see cref="AvatarBridge.HeadPose"/>.</summary>
        public HeadPose Head { get; set; } = HeadPose.Identity;

        /// <summary>Where the eyes look, radians.</summary>
        public Gaze Gaze { get; set; }

        /// <summary>Whether the face was seen in the newest frame, and frames still come.</summary>
        public bool Tracked { get; set; }

        /// <summary>How much of the face's expression is left: 1 while it is seen, 0 once it has
        /// gone back to neutral.</summary>
        public float Presence { get; set; }

        /// <summary>Neutral: all weights 0, head and eyes straight.</summary>
        public void Clear()
        {
            Array.Clear(Weights, 0, Weights.Length);
            Array.Clear(Targets, 0, Targets.Length);
            Head = HeadPose.Identity;
            Gaze = default;
            Tracked = false;
            Presence = 0f;
        }

        internal float[] TargetsOf(int count)
        {
            if (Targets.Length != count)
            {
                Targets = new float[count];
            }
            return Targets;
        }
    }
}
