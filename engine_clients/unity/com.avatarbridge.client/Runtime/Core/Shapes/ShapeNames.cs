using System;
using System.Collections.Generic;

namespace AvatarBridge
{
    /// <summary>The vocabulary: ARKit's 52 blendshapes in the order of the stream, and what VRM and
    /// Unified Expressions call theirs. Left and right are the subject's.</summary>
    public static class ShapeNames
    {
        /// <summary>How many blendshapes a frame has.</summary>
        public const int Count = 52;

        private static readonly string[] ArkitNames =
        {
            "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
            "eyeSquintLeft", "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight",
            "eyeLookOutRight", "eyeLookUpRight", "eyeSquintRight", "eyeWideRight", "jawForward",
            "jawRight", "jawLeft", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker",
            "mouthRight", "mouthLeft", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft",
            "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft",
            "mouthStretchRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower",
            "mouthShrugUpper", "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft",
            "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "browDownLeft",
            "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
            "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
        };

        private static readonly string[] Vrm0Names =
        {
            "Neutral", "A", "I", "U", "E", "O", "Blink", "Joy", "Angry", "Sorrow", "Fun", "LookUp",
            "LookDown", "LookLeft", "LookRight", "Blink_L", "Blink_R",
        };

        private static readonly string[] Vrm1Names =
        {
            "happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh", "blink",
            "blinkLeft", "blinkRight", "lookUp", "lookDown", "lookLeft", "lookRight", "neutral",
        };

        // Unified Expressions calls these otherwise; the rest are equal but for the capital.
        private static readonly Dictionary<string, string> Unified = new Dictionary<string, string>
        {
            { "eyeBlinkLeft", "EyeClosedLeft" },
            { "eyeBlinkRight", "EyeClosedRight" },
            { "mouthClose", "MouthClosed" },
            { "mouthRollUpper", "LipSuckUpper" },
            { "mouthRollLower", "LipSuckLower" },
            { "mouthFunnel", "LipFunnel" },
            { "mouthPucker", "LipPucker" },
            { "mouthShrugUpper", "MouthRaiserUpper" },
            { "mouthShrugLower", "MouthRaiserLower" },
        };

        private static readonly Dictionary<string, int> Indices = MakeIndices();

        /// <summary>The 52 in the order of the stream, which is Live Link Face's.</summary>
        public static IReadOnlyList<string> Arkit => ArkitNames;

        /// <summary>The presets of VRM 0.</summary>
        public static IReadOnlyList<string> Vrm0 => Vrm0Names;

        /// <summary>The presets of VRM 1.</summary>
        public static IReadOnlyList<string> Vrm1 => Vrm1Names;

        /// <summary>A shape's place in the order, by its exact camelCase name; -1 for others.
        /// <see cref="ShapeMatcher.Recognise"/> takes every spelling.</summary>
        public static int IndexOf(string arkitName)
        {
            return arkitName != null && Indices.TryGetValue(arkitName, out int index) ? index : -1;
        }

        /// <summary>What Unified Expressions calls a shape.</summary>
        /// <param name="shape">0 to 51.</param>
        public static string UnifiedName(int shape)
        {
            string name = ArkitNames[shape];
            return Unified.TryGetValue(name, out string renamed)
                ? renamed
                : char.ToUpperInvariant(name[0]) + name.Substring(1);
        }

        /// <summary>Whether a shape belongs to the eyes: blink, look, squint and wide.</summary>
        /// <param name="shape">0 to 51.</param>
        public static bool IsEye(int shape)
        {
            return shape < 14; // the order begins with seven of each eye
        }

        /// <summary>Whether a shape turns the gaze, which eye bones do too.</summary>
        /// <param name="shape">0 to 51.</param>
        public static bool IsLook(int shape)
        {
            return IsEye(shape) && ArkitNames[shape].StartsWith("eyeLook", StringComparison.Ordinal);
        }

        private static Dictionary<string, int> MakeIndices()
        {
            var made = new Dictionary<string, int>(Count, StringComparer.Ordinal);
            for (int index = 0; index < Count; index++)
            {
                made[ArkitNames[index]] = index;
            }
            return made;
        }
    }
}
