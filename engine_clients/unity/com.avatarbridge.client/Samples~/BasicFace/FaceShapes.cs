using System;

namespace AvatarBridge.Samples
{
    /// <summary>What a push may move.</summary>
    [Flags]
    public enum FacePart
    {
        Skin = 1,
        Nose = 2,
        Brow = 4,
        Blush = 8,
        UpperLip = 16,
        LowerLip = 32,
        Tongue = 64,
        UpperLid = 128,
        LowerLid = 256,
    }

    /// <summary>One soft push: what lies near a place moves by so much.</summary>
    public struct FacePush
    {
        /// <summary>The ARKit name; of a pair, without its side.</summary>
        public string Shape;

        /// <summary>Whether it is made twice, for Left and Right.</summary>
        public bool Pair;

        /// <summary>What it moves.</summary>
        public FacePart Parts;

        /// <summary>The place, in head sizes. x counts outward for a pair, to the avatar's right otherwise.</summary>
        public float X, Y;

        /// <summary>How far it reaches.</summary>
        public float Radius;

        /// <summary>The way at the place itself. For lids Dy is the angle in degrees that the edge rises.</summary>
        public float Dx, Dy, Dz;
    }

    /// <summary>The 52 shapes of the sample's face as pushes.</summary>
    public static class FaceShapes
    {
        const FacePart Lips = FacePart.UpperLip | FacePart.LowerLip;
        const FacePart Soft = FacePart.Skin | FacePart.Blush;

        /// <summary>All of them. Several with one name add up.</summary>
        public static readonly FacePush[] Pushes =
        {
            Pair("eyeBlink", FacePart.UpperLid, 0.34f, 0.1f, 9f, 0f, -52f),
            Pair("eyeBlink", FacePart.LowerLid, 0.34f, 0.1f, 9f, 0f, 26f),
            Pair("eyeSquint", FacePart.UpperLid, 0.34f, 0.1f, 9f, 0f, -14f),
            Pair("eyeSquint", FacePart.LowerLid, 0.34f, 0.1f, 9f, 0f, 20f),
            Pair("eyeWide", FacePart.UpperLid, 0.34f, 0.1f, 9f, 0f, 22f),
            Pair("eyeWide", FacePart.LowerLid, 0.34f, 0.1f, 9f, 0f, -8f),
            // The eyes themselves turn as bones; the lids go with them.
            Pair("eyeLookUp", FacePart.UpperLid, 0.34f, 0.1f, 9f, 0f, 12f),
            Pair("eyeLookDown", FacePart.UpperLid, 0.34f, 0.1f, 9f, 0f, -18f),
            Pair("eyeLookIn", FacePart.LowerLid, 0.34f, 0.1f, 9f, 0f, 2f),
            Pair("eyeLookOut", FacePart.LowerLid, 0.34f, 0.1f, 9f, 0f, 2f),

            Pair("browDown", FacePart.Brow, 0.2f, 0.48f, 0.35f, -0.04f, -0.12f),
            Pair("browOuterUp", FacePart.Brow, 0.58f, 0.48f, 0.25f, 0f, 0.09f),
            Both("browInnerUp", FacePart.Brow, 0f, 0.48f, 0.32f, 0f, 0.14f),

            Pair("cheekSquint", Soft, 0.48f, -0.2f, 0.25f, 0f, 0.08f, 0.04f),
            Both("cheekPuff", FacePart.Skin, -0.5f, -0.4f, 0.3f, -0.12f, 0f, 0.1f),
            Both("cheekPuff", FacePart.Skin, 0.5f, -0.4f, 0.3f, 0.12f, 0f, 0.1f),
            Both("cheekPuff", FacePart.Blush, 0f, -0.26f, 3f, 0f, 0f, 0.16f),
            Pair("noseSneer", FacePart.Nose, 0.08f, -0.14f, 0.12f, 0.02f, 0.06f),
            Pair("noseSneer", FacePart.UpperLip, 0.1f, -0.46f, 0.12f, 0f, 0.03f),

            Both("jawOpen", FacePart.LowerLip | FacePart.Tongue, 0f, -0.48f, 0.26f, 0f, -0.24f, 0.06f),
            Both("jawOpen", FacePart.Skin, 0f, -1f, 0.4f, 0f, -0.18f),
            Both("jawForward", FacePart.LowerLip, 0f, -0.5f, 0.5f, 0f, 0.03f),
            Both("jawForward", FacePart.Skin, 0f, -0.85f, 0.4f, 0f, 0f, 0.12f),
            Both("jawLeft", FacePart.LowerLip, 0f, -0.5f, 0.5f, -0.08f, 0f),
            Both("jawLeft", FacePart.Skin, 0f, -0.9f, 0.45f, -0.1f, 0f),
            Both("jawRight", FacePart.LowerLip, 0f, -0.5f, 0.5f, 0.08f, 0f),
            Both("jawRight", FacePart.Skin, 0f, -0.9f, 0.45f, 0.1f, 0f),
            // With the jaw open this shape brings the lips together again.
            Both("mouthClose", FacePart.LowerLip | FacePart.Tongue, 0f, -0.48f, 0.26f, 0f, 0.24f, -0.06f),

            Pair("mouthSmile", Lips, 0.34f, -0.48f, 0.26f, 0.1f, 0.17f),
            Pair("mouthSmile", Soft, 0.48f, -0.3f, 0.25f, 0.02f, 0.06f, 0.04f),
            Pair("mouthFrown", Lips, 0.34f, -0.48f, 0.25f, 0.02f, -0.17f),
            Pair("mouthDimple", Lips, 0.27f, -0.48f, 0.14f, 0.08f, 0.01f),
            Pair("mouthStretch", Lips, 0.27f, -0.48f, 0.16f, 0.13f, -0.05f),
            Pair("mouthPress", FacePart.UpperLip, 0.15f, -0.46f, 0.15f, 0f, -0.015f),
            Pair("mouthPress", FacePart.LowerLip, 0.15f, -0.5f, 0.15f, 0f, 0.02f),
            Pair("mouthUpperUp", FacePart.UpperLip, 0.13f, -0.46f, 0.14f, 0f, 0.09f),
            Pair("mouthLowerDown", FacePart.LowerLip, 0.13f, -0.5f, 0.14f, 0f, -0.1f),
            Both("mouthFunnel", FacePart.UpperLip, 0f, -0.46f, 0.14f, 0f, 0.08f, 0.05f),
            Both("mouthFunnel", FacePart.LowerLip, 0f, -0.5f, 0.14f, 0f, -0.09f, 0.05f),
            Both("mouthFunnel", Lips, -0.27f, -0.48f, 0.16f, 0.11f, 0f, 0.03f),
            Both("mouthFunnel", Lips, 0.27f, -0.48f, 0.16f, -0.11f, 0f, 0.03f),
            Both("mouthPucker", Lips, -0.27f, -0.48f, 0.18f, 0.16f, 0f, 0.05f),
            Both("mouthPucker", Lips, 0.27f, -0.48f, 0.18f, -0.16f, 0f, 0.05f),
            Both("mouthLeft", Lips, 0f, -0.48f, 0.4f, -0.12f, 0.02f),
            Both("mouthRight", Lips, 0f, -0.48f, 0.4f, 0.12f, 0.02f),
            Both("mouthRollUpper", FacePart.UpperLip, 0f, -0.46f, 0.25f, 0f, -0.03f, -0.03f),
            Both("mouthRollLower", FacePart.LowerLip, 0f, -0.5f, 0.25f, 0f, 0.035f, -0.03f),
            Both("mouthShrugUpper", FacePart.UpperLip, 0f, -0.46f, 0.22f, 0f, 0.06f),
            Both("mouthShrugLower", Lips, 0f, -0.5f, 0.22f, 0f, 0.06f),
            Both("tongueOut", FacePart.Tongue, 0f, -0.5f, 0.5f, 0f, -0.12f, 0.16f),
            Both("tongueOut", FacePart.LowerLip, 0f, -0.5f, 0.16f, 0f, -0.08f),
        };

        static FacePush Pair(string shape, FacePart parts, float x, float y, float radius, float dx, float dy, float dz = 0f)
        {
            var push = Both(shape, parts, x, y, radius, dx, dy, dz);
            push.Pair = true;
            return push;
        }

        static FacePush Both(string shape, FacePart parts, float x, float y, float radius, float dx, float dy, float dz = 0f)
        {
            return new FacePush
            {
                Shape = shape, Parts = parts, X = x, Y = y, Radius = radius, Dx = dx, Dy = dy, Dz = dz,
            };
        }
    }
}
