using System;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>How strongly one blendshape follows the face.</summary>
    [Serializable]
    public struct ShapeGain
    {
        /// <summary>Its ARKit name, in any spelling that the matcher knows; of the avatar's side.</summary>
        [Tooltip("ARKit name, such as mouthSmileLeft. The avatar's side.")]
        public string shape;

        /// <summary>What the weight is multiplied by, 0 to 4. 0 switches the shape off.</summary>
        [Tooltip("What the weight is multiplied by. 0 switches the shape off.")]
        [Range(0f, 4f)]
        public float gain;

        /// <summary>The most that it reaches, 0 to 1.</summary>
        [Tooltip("The most that the weight reaches, 0 to 1.")]
        [Range(0f, 1f)]
        public float limit;
    }
}
