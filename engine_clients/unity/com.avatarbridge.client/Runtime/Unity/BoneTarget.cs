using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>A bone that is turned away from its rest pose.</summary>
    /// <remarks>
    /// <b>Convention:</b> a turn is given in the axes of the avatar, which faces its own +z,
    /// whatever the axes of the bone. It is taken relative to the bone's parent, so an animated
    /// body carries the head along.
    /// </remarks>
    public sealed class BoneTarget
    {
        private readonly Quaternion rest;
        private readonly Quaternion parentInAvatar;
        private readonly Quaternion avatarInParent;

        /// <summary>A bone in its rest pose, which it has now.</summary>
        /// <param name="bone">The bone.</param>
        /// <param name="avatar">Faces the way that the avatar faces.</param>
        public BoneTarget(Transform bone, Transform avatar)
        {
            Bone = bone;
            rest = bone.localRotation;
            Quaternion parent = bone.parent ? bone.parent.rotation : Quaternion.identity;
            parentInAvatar = Quaternion.Inverse(avatar.rotation) * parent;
            avatarInParent = Quaternion.Inverse(parentInAvatar);
        }

        /// <summary>The bone.</summary>
        public Transform Bone { get; }

        /// <summary>Its local rotation when it is turned by so much.</summary>
        /// <param name="turn">In the avatar's axes; identity is the rest pose.</param>
        public Quaternion Local(Quaternion turn)
        {
            return avatarInParent * turn * parentInAvatar * rest;
        }

        /// <summary>Turn the bone.</summary>
        /// <param name="turn">In the avatar's axes; identity is the rest pose.</param>
        public void Apply(Quaternion turn)
        {
            if (Bone)
            {
                Bone.localRotation = Local(turn);
            }
        }

        /// <summary>Back to the rest pose.</summary>
        public void Restore()
        {
            if (Bone)
            {
                Bone.localRotation = rest;
            }
        }
    }
}
