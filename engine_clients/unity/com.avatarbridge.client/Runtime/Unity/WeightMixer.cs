using System;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>What a driver makes of the 52 weights before they reach a mesh: mirror, channels,
    /// gains, limits.</summary>
    public sealed class WeightMixer
    {
        private readonly float[] gains = new float[ShapeNames.Count];
        private readonly float[] limits = new float[ShapeNames.Count];

        /// <summary>A mixer that changes nothing.</summary>
        public WeightMixer()
        {
            Set(1f, Array.Empty<ShapeGain>(), true, true, true);
        }

        /// <summary>Whether the subject's left drives the avatar's right, as in a mirror.</summary>
        public bool Mirror { get; set; }

        /// <summary>Set gains and channels.</summary>
        /// <param name="gain">Of all shapes; 1 for as they come.</param>
        /// <param name="shapes">Of single ones, besides. Names that are not known are passed over.</param>
        /// <param name="face">Whether mouth, jaw, brows, cheeks, nose and tongue move.</param>
        /// <param name="eyes">Whether lids and looks move.</param>
        /// <param name="looks">Whether, of the eyes, the eyeLook shapes move.</param>
        public void Set(float gain, ShapeGain[] shapes, bool face, bool eyes, bool looks)
        {
            for (int shape = 0; shape < gains.Length; shape++)
            {
                bool on = ShapeNames.IsEye(shape) ? eyes && (looks || !ShapeNames.IsLook(shape)) : face;
                gains[shape] = on ? gain : 0f;
                limits[shape] = 1f;
            }
            foreach (ShapeGain one in shapes)
            {
                int shape = ShapeMatcher.Recognise(one.shape);
                if (shape >= 0)
                {
                    gains[shape] *= one.gain;
                    limits[shape] = Mathf.Clamp01(one.limit);
                }
            }
        }

        /// <summary>Mix one frame; allocates nothing.</summary>
        /// <param name="weights">52 weights, 0 to 1, the subject's sides.</param>
        /// <param name="mixed">Where 52 weights, 0 to 1, of the avatar's sides go; another array.</param>
        public void Mix(float[] weights, float[] mixed)
        {
            for (int shape = 0; shape < mixed.Length; shape++)
            {
                float weight = weights[Mirror ? MirrorMap.Other(shape) : shape];
                mixed[shape] = Mathf.Clamp(weight * gains[shape], 0f, limits[shape]);
            }
        }
    }
}
