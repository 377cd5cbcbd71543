using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>The blend shapes of a mesh as the matcher takes them.</summary>
    public static class ShapeList
    {
        /// <summary>Their names, in the mesh's order.</summary>
        public static string[] Of(Mesh mesh)
        {
            var names = new string[mesh.blendShapeCount];
            for (int index = 0; index < names.Length; index++)
            {
                names[index] = mesh.GetBlendShapeName(index);
            }
            return names;
        }
    }
}
