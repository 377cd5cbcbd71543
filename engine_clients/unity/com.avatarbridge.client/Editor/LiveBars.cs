using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Draws the 52 weights as bars, in two columns.</summary>
    internal static class LiveBars
    {
        private const float Row = 15f;
        private const float LabelWidth = 112f;

        private static readonly Color Empty = new Color(0.5f, 0.5f, 0.5f, 0.2f);
        private static readonly Color Measured = new Color(0.25f, 0.65f, 0.35f);
        private static readonly Color Derived = new Color(0.8f, 0.6f, 0.2f);

        /// <summary>Draw them.</summary>
        /// <param name="weights">52 weights, 0 to 1.</param>
        /// <param name="meta">Says which shapes the stream measures; null where unknown.</param>
        public static void Draw(float[] weights, StreamMeta meta)
        {
            int rows = (weights.Length + 1) / 2;
            Rect area = EditorGUILayout.GetControlRect(false, rows * Row);
            float column = area.width / 2f;
            for (int shape = 0; shape < weights.Length; shape++)
            {
                var row = new Rect(
                    area.x + (shape / rows) * column, area.y + (shape % rows) * Row, column, Row);
                Bar(row, shape, weights[shape], CapabilityOf(meta, shape));
            }
            EditorGUILayout.LabelField(
                "Green is measured, amber inferred from other movements, – not in this stream.",
                EditorStyles.miniLabel);
        }

        private static void Bar(Rect row, int shape, float weight, Capability capability)
        {
            string name = ShapeNames.Arkit[shape];
            GUI.Label(new Rect(row.x, row.y, LabelWidth, row.height), name, EditorStyles.miniLabel);
            var bar = new Rect(
                row.x + LabelWidth, row.y + 3f, Mathf.Max(row.width - LabelWidth - 8f, 0f), row.height - 6f);
            if (capability == Capability.Unsupported)
            {
                GUI.Label(new Rect(bar.x, row.y, bar.width, row.height), "–", EditorStyles.miniLabel);
                return;
            }
            EditorGUI.DrawRect(bar, Empty);
            bar.width *= Mathf.Clamp01(weight);
            EditorGUI.DrawRect(bar, capability == Capability.Derived ? Derived : Measured);
        }

        private static Capability CapabilityOf(StreamMeta meta, int shape)
        {
            return meta != null && shape < meta.Capabilities.Length
                ? meta.Capabilities[shape]
                : Capability.Unspecified;
        }
    }
}
