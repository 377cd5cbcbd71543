using System;

namespace AvatarBridge.Unity
{
    /// <summary>Which blendshape is the other side of which.</summary>
    public static class MirrorMap
    {
        private static readonly int[] Others = Make();

        /// <summary>The same movement of the other side; of the middle the shape itself.</summary>
        /// <param name="shape">0 to 51.</param>
        public static int Other(int shape)
        {
            return Others[shape];
        }

        private static int[] Make()
        {
            var made = new int[ShapeNames.Count];
            for (int shape = 0; shape < made.Length; shape++)
            {
                string name = ShapeNames.Arkit[shape];
                int other = ShapeNames.IndexOf(Swapped(name, "Left", "Right"));
                if (other < 0)
                {
                    other = ShapeNames.IndexOf(Swapped(name, "Right", "Left"));
                }
                made[shape] = other < 0 ? shape : other;
            }
            return made;
        }

        private static string Swapped(string name, string from, string to)
        {
            return name.EndsWith(from, StringComparison.Ordinal)
                ? name.Substring(0, name.Length - from.Length) + to
                : "";
        }
    }
}
