using System;

namespace AvatarBridge
{
    /// <summary>Where the head is in camera space: metres, right-handed, the camera at the origin,
    /// +x to the right of the picture, +y up, +z toward the viewer. A face is at negative z.</summary>
    public struct HeadPose
    {
        /// <summary>The point between the eyes' centres, in metres: to the right of the
        /// picture.</summary>
        public float X;

        /// <summary>The same point: up.</summary>
        public float Y;

        /// <summary>The same point: toward the viewer.</summary>
        public float Z;

        /// <summary>X of a unit quaternion that turns head axes (+x to the subject's left, +y up,
        /// +z out of the face) into camera axes. Identity looks straight into the camera.</summary>
        public float QX;

        /// <summary>Y of the quaternion.</summary>
        public float QY;

        /// <summary>Z of the quaternion.</summary>
        public float QZ;

        /// <summary>W of the quaternion.</summary>
        public float QW;

        /// <summary>Straight ahead, at the camera's origin.</summary>
        public static HeadPose Identity => new HeadPose { QW = 1f };
    }

    /// <summary>Where each eye looks relative to the head, in radians. Yaw is positive to the
    /// subject's left, pitch is positive upward.</summary>
    public struct Gaze
    {
        /// <summary>The subject's left eye, sideways.</summary>
        public float LeftYaw;

        /// <summary>The subject's left eye, up and down.</summary>
        public float LeftPitch;

        /// <summary>The subject's right eye, sideways.</summary>
        public float RightYaw;

        /// <summary>The subject's right eye, up and down.</summary>
        public float RightPitch;
    }

    /// <summary>A face in the picture, in pixels, y down: the upper left corner, then the lower
    /// right one. It may reach beyond the picture.</summary>
    public struct FaceBox
    {
        /// <summary>The left edge.</summary>
        public float X0;

        /// <summary>The upper edge.</summary>
        public float Y0;

        /// <summary>The right edge.</summary>
        public float X1;

        /// <summary>The lower edge.</summary>
        public float Y1;
    }

    /// <summary>One face at one moment, always in full. Objects are made to be reused: take into the
    /// same one each tick and nothing is allocated. Left and right are the subject's.</summary>
    public sealed class FaceFrame
    {
        /// <summary>Changes whenever a server starts.</summary>
        public string StreamId { get; set; } = "";

        /// <summary>Counts the face messages of the stream from 0, all faces together.</summary>
        public long Seq { get; set; }

        /// <summary>When the picture was taken: nanoseconds of the server's clock.</summary>
        public long CapturedNs { get; set; }

        /// <summary>When the message was sent: nanoseconds of the server's clock.</summary>
        public long PublishedNs { get; set; }

        /// <summary>When the message came in: nanoseconds of <see cref="MonotonicClock"/>; 0 for a
        /// frame that came from elsewhere.</summary>
        public long ReceivedNs { get; set; }

        /// <summary>Position of the picture in the source, from 0.</summary>
        public long FrameIndex { get; set; }

        /// <summary>0 until a face was ever seen, then a small number that is stable while the face
        /// is followed.</summary>
        public uint FaceId { get; set; }

        /// <summary>False while the face is lost; the server then lets the values fade to rest.</summary>
        public bool Tracked { get; set; }

        /// <summary>How surely this is a face, 0 to 1; 0 while lost.</summary>
        public float Confidence { get; set; }

        /// <summary>The 52 weights, 0 to 1, in the order of <see cref="ShapeNames.Arkit"/>.</summary>
        public float[] Blendshapes { get; } = new float[ShapeNames.Count];

        /// <summary>FACS intensities, 0 to 1, in the order of
        /// <see cref="StreamMeta.ActionUnitNames"/>.</summary>
        public float[] ActionUnits { get; private set; } = Array.Empty<float>();

        /// <summary>Probabilities with a sum of 1, in the order of
        /// <see cref="StreamMeta.EmotionNames"/>.</summary>
        public float[] Emotions { get; private set; } = Array.Empty<float>();

        /// <summary>What an avatar with shapes of its own gets beside the 52, 0 to 1, in the order of
        /// <see cref="StreamMeta.TargetNames"/>; mostly none. While the profile changes, the counts
        /// of the two may differ for a moment: then leave the targets out.</summary>
        public float[] Targets { get; private set; } = Array.Empty<float>();

        /// <summary>From unpleasant, -1, to pleasant, 1.</summary>
        public float Valence { get; set; }

        /// <summary>From calm, -1, to excited, 1.</summary>
        public float Arousal { get; set; }

        /// <summary>Where the head is.</summary>
        public HeadPose HeadPose { get; set; } = HeadPose.Identity;

        /// <summary>Where the eyes look.</summary>
        public Gaze Gaze { get; set; }

        /// <summary>Width of the picture in pixels.</summary>
        public uint ImageWidth { get; set; }

        /// <summary>Height of the picture in pixels.</summary>
        public uint ImageHeight { get; set; }

        /// <summary>Where the face is in the picture; all 0 where there is none.</summary>
        public FaceBox Box { get; set; }

        /// <summary>Tells frames of the same client apart: whoever takes frames keeps in their own
        /// object which one they have.</summary>
        internal long Version { get; set; }

        /// <summary>Take over everything that another frame says.</summary>
        public void CopyFrom(FaceFrame other)
        {
            StreamId = other.StreamId;
            Seq = other.Seq;
            CapturedNs = other.CapturedNs;
            PublishedNs = other.PublishedNs;
            ReceivedNs = other.ReceivedNs;
            FrameIndex = other.FrameIndex;
            FaceId = other.FaceId;
            Tracked = other.Tracked;
            Confidence = other.Confidence;
            Array.Copy(other.Blendshapes, Blendshapes, ShapeNames.Count);
            SetActionUnits(other.ActionUnits, other.ActionUnits.Length);
            SetEmotions(other.Emotions, other.Emotions.Length);
            SetTargets(other.Targets, other.Targets.Length);
            Valence = other.Valence;
            Arousal = other.Arousal;
            HeadPose = other.HeadPose;
            Gaze = other.Gaze;
            ImageWidth = other.ImageWidth;
            ImageHeight = other.ImageHeight;
            Box = other.Box;
            Version = other.Version;
        }

        /// <summary>Replace the action units by the first <paramref name="count"/> values.</summary>
        public void SetActionUnits(float[] values, int count)
        {
            ActionUnits = Filled(ActionUnits, values, count);
        }

        /// <summary>Replace the emotions by the first <paramref name="count"/> values.</summary>
        public void SetEmotions(float[] values, int count)
        {
            Emotions = Filled(Emotions, values, count);
        }

        /// <summary>Replace the targets by the first <paramref name="count"/> values.</summary>
        public void SetTargets(float[] values, int count)
        {
            Targets = Filled(Targets, values, count);
        }

        private static float[] Filled(float[] old, float[] values, int count)
        {
            // The count is the same in all frames of a stream, so this allocates once.
            float[] into = old.Length == count ? old : new float[count];
            Array.Copy(values, into, count);
            return into;
        }
    }
}
