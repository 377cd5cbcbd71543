using System.Text;
using AvatarBridge.Unity;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Says of an avatar what will move: the text of the Avatar Check window.</summary>
    public static class AvatarCheck
    {
        /// <summary>The whole report, in several lines.</summary>
        /// <param name="avatar">The object whose meshes, with all below it, are looked at.</param>
        public static string Of(GameObject avatar)
        {
            var text = new StringBuilder("Avatar: ").Append(avatar.name).Append('\n');
            Bones(text, avatar);
            SkinnedMeshRenderer[] renderers = avatar.GetComponentsInChildren<SkinnedMeshRenderer>(true);
            int checkedCount = 0;
            foreach (SkinnedMeshRenderer renderer in renderers)
            {
                if (renderer.sharedMesh && renderer.sharedMesh.blendShapeCount > 0)
                {
                    checkedCount++;
                    text.Append("\n== ").Append(renderer.name).Append(" ==\n");
                    text.Append(ShapeMatcher.Match(ShapeList.Of(renderer.sharedMesh)));
                }
            }
            if (checkedCount == 0)
            {
                text.Append(renderers.Length == 0
                    ? "\nNo face to move: there is no SkinnedMeshRenderer here or below.\n"
                    : "\nNo face to move: none of the meshes here or below has a blend shape.\n");
            }
            return text.ToString();
        }

        private static void Bones(StringBuilder text, GameObject avatar)
        {
            if (!avatar.activeInHierarchy)
            {
                // An Animator tells its bones only there.
                text.Append("Bones: unknown; put the avatar into a scene, and active, to see them.\n");
                return;
            }
            if (!HumanoidBones.Of(avatar.transform))
            {
                text.Append("Bones: no humanoid; give HeadAndEyeDriver its bones by hand.\n");
                return;
            }
            text.Append("Bones: head ").Append(Name(avatar, HumanBodyBones.Head));
            text.Append(", neck ").Append(Name(avatar, HumanBodyBones.Neck));
            text.Append(", left eye ").Append(Name(avatar, HumanBodyBones.LeftEye));
            text.Append(", right eye ").Append(Name(avatar, HumanBodyBones.RightEye)).Append('\n');
        }

        private static string Name(GameObject avatar, HumanBodyBones bone)
        {
            Transform found = HumanoidBones.Find(avatar.transform, bone);
            return found ? found.name : "none";
        }
    }
}
