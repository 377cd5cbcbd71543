using System;

namespace AvatarBridge
{
    /// <summary>How a stream comes by one blendshape. The numbers are the wire's.</summary>
    public enum Capability
    {
        /// <summary>The server did not say.</summary>
        Unspecified = 0,

        /// <summary>The net reads this very movement off the face.</summary>
        Measured = 1,

        /// <summary>Inferred from other movements.</summary>
        Derived = 2,

        /// <summary>Always 0 in this stream.</summary>
        Unsupported = 3,
    }

    /// <summary>What a stream carries. Not changed once made, so any thread may read it.</summary>
    public sealed class StreamMeta
    {
        /// <summary>As in <see cref="FaceFrame.StreamId"/>.</summary>
        public string StreamId { get; internal set; } = "";

        /// <summary>The source's name for people.</summary>
        public string Source { get; internal set; } = "";

        /// <summary>Name of the retarget profile in use.</summary>
        public string Profile { get; internal set; } = "";

        /// <summary>Name of the calibration in use; empty for none.</summary>
        public string Calibration { get; internal set; } = "";

        /// <summary>Name of the face net.</summary>
        public string Model { get; internal set; } = "";

        /// <summary>Frames a second that the source aims at; 0 where unknown.</summary>
        public float TargetFps { get; internal set; }

        /// <summary>What <see cref="FaceFrame.Blendshapes"/> holds.</summary>
        public string[] BlendshapeNames { get; internal set; } = Array.Empty<string>();

        /// <summary>One per blendshape, in the same order.</summary>
        public Capability[] Capabilities { get; internal set; } = Array.Empty<Capability>();

        /// <summary>What <see cref="FaceFrame.ActionUnits"/> holds.</summary>
        public string[] ActionUnitNames { get; internal set; } = Array.Empty<string>();

        /// <summary>The action units that the net reads; the others are always 0.</summary>
        public string[] MeasuredActionUnits { get; internal set; } = Array.Empty<string>();

        /// <summary>What <see cref="FaceFrame.Emotions"/> holds.</summary>
        public string[] EmotionNames { get; internal set; } = Array.Empty<string>();

        /// <summary>What <see cref="FaceFrame.Targets"/> holds; mostly nothing.</summary>
        public string[] TargetNames { get; internal set; } = Array.Empty<string>();
    }
}
