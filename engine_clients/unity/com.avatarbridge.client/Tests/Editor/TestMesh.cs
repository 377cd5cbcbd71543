using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>Meshes of one triangle with blend shapes of chosen names.</summary>
    internal static class TestMesh
    {
        public static Mesh With(float fullWeight, params string[] shapes)
        {
            var mesh = new Mesh { vertices = new[] { Vector3.zero, Vector3.up, Vector3.right } };
            mesh.subMeshCount = 1;
            mesh.SetTriangles(new[] { 0, 1, 2 }, 0);
            foreach (string shape in shapes)
            {
                mesh.AddBlendShapeFrame(shape, fullWeight, new Vector3[3], null, null);
            }
            return mesh;
        }
    }
}
