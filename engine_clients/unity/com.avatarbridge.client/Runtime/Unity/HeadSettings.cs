using System;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>How head and eyes follow the face.</summary>
    [Serializable]
    public sealed class HeadSettings
    {
        /// <summary>Whether the subject's left is the avatar's right, as in a mirror.</summary>
        [Tooltip("Your left moves the avatar's right, as in a mirror.")]
        public bool mirror;

        /// <summary>Whether the head follows.</summary>
        [Header("Head")]
        [Tooltip("Turn the head.")]
        public bool head = true;

        /// <summary>How much of the turn is taken, 0 to 2.</summary>
        [Tooltip("How much of the turn is taken; 1 is as much as you turn.")]
        [Range(0f, 2f)]
        public float headGain = 1f;

        /// <summary>How far the head turns from rest at most, in degrees, 0 to 180.</summary>
        [Tooltip("How far the head turns from rest at most, in degrees.")]
        [Range(0f, 180f)]
        public float headLimit = 60f;

        /// <summary>The neck's share of the turn, 0 to 1; the head has the rest of it.</summary>
        [Tooltip("The neck's share of the turn. Without a neck bone the head has all of it.")]
        [Range(0f, 1f)]
        public float neckShare = 0.35f;

        /// <summary>How much of the way is taken, 0 to 2.</summary>
        [Tooltip("How much of the way is taken, where there is a transform to move.")]
        [Range(0f, 2f)]
        public float positionGain = 1f;

        /// <summary>How far the position leaves rest at most, in metres, 0 to 1.</summary>
        [Tooltip("How far the position leaves rest at most, in metres.")]
        [Range(0f, 1f)]
        public float positionLimit = 0.2f;

        /// <summary>Whether the eyes follow.</summary>
        [Header("Eyes")]
        [Tooltip("Turn the eye bones. Off if the avatar's eyeLook blend shapes move its eyes.")]
        public bool eyes = true;

        /// <summary>How much of the gaze is taken, 0 to 2.</summary>
        [Tooltip("How much of the gaze is taken; 1 is as much as you look aside.")]
        [Range(0f, 2f)]
        public float eyeGain = 1f;

        /// <summary>How far an eye turns to either side at most, in degrees, 0 to 60.</summary>
        [Tooltip("How far an eye turns to either side at most, in degrees.")]
        [Range(0f, 60f)]
        public float eyeYawLimit = 30f;

        /// <summary>How far an eye turns up or down at most, in degrees, 0 to 60.</summary>
        [Tooltip("How far an eye turns up or down at most, in degrees.")]
        [Range(0f, 60f)]
        public float eyePitchLimit = 20f;
    }
}
