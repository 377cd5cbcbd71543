using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>Finds head, neck and eyes of a humanoid avatar, which every VRM is.</summary>
    public static class HumanoidBones
    {
        /// <summary>A bone of the humanoid that an object belongs to.</summary>
        /// <returns>null where there is no humanoid, or it has no such bone.</returns>
        public static Transform Find(Component part, HumanBodyBones bone)
        {
            Animator animator = Of(part);
            return animator ? animator.GetBoneTransform(bone) : null;
        }

        /// <summary>The Animator of the humanoid that an object belongs to; null for none.</summary>
        public static Animator Of(Component part)
        {
            Animator animator = part.GetComponentInParent<Animator>();
            if (!animator)
            {
                animator = part.GetComponentInChildren<Animator>();
            }
            return animator && animator.isHuman ? animator : null;
        }
    }
}
