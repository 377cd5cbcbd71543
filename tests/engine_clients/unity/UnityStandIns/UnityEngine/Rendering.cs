// Stand-ins of meshes, renderers and the humanoid's Animator.
using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public sealed class Material : Object { }

    public sealed class MaterialPropertyBlock
    {
        public void SetColor(string name, Color value) { }
    }

    public class Renderer : Component
    {
        public Material sharedMaterial { get; set; }
        public Material[] sharedMaterials { get; set; }
        public void SetPropertyBlock(MaterialPropertyBlock block) { }
        public void SetPropertyBlock(MaterialPropertyBlock block, int material) { }
    }

    public sealed class MeshRenderer : Renderer { }
    public sealed class MeshFilter : Component { public Mesh sharedMesh { get; set; } }
    public sealed class Collider : Component { }

    public struct Bounds
    {
        public Bounds(Vector3 center, Vector3 size) { }
    }

    public sealed class Mesh : Object
    {
        sealed class Shape
        {
            public string Name;
            public float FrameWeight;
            public Vector3[] Deltas;
        }

        readonly List<Shape> _shapes = new List<Shape>();
        readonly List<int[]> _triangles = new List<int[]>();
        public Vector3[] vertices { get; set; }
        public Vector3[] normals { get; set; }
        public Bounds bounds { get; set; }
        public int vertexCount { get { return vertices == null ? 0 : vertices.Length; } }
        public int blendShapeCount { get { return _shapes.Count; } }

        public int subMeshCount
        {
            get { return _triangles.Count; }
            set { while (_triangles.Count < value) _triangles.Add(new int[0]); }
        }

        public void SetTriangles(int[] corners, int subMesh) { _triangles[subMesh] = corners; }
        public int[] GetTriangles(int subMesh) { return _triangles[subMesh]; }
        public void RecalculateNormals() { normals = new Vector3[vertexCount]; }
        public void RecalculateBounds() { }
        public string GetBlendShapeName(int index) { return _shapes[index].Name; }
        public int GetBlendShapeFrameCount(int index) { return 1; }
        public float GetBlendShapeFrameWeight(int index, int frame) { return _shapes[index].FrameWeight; }

        public int GetBlendShapeIndex(string name) { return _shapes.FindIndex(s => s.Name == name); }

        public void GetBlendShapeFrameVertices(int index, int frame, Vector3[] deltas, Vector3[] normals, Vector3[] tangents)
        {
            Array.Copy(_shapes[index].Deltas, deltas, deltas.Length);
        }

        public void AddBlendShapeFrame(string name, float weight, Vector3[] deltas, Vector3[] normals, Vector3[] tangents)
        {
            if (deltas != null && deltas.Length != vertexCount)
                throw new ArgumentException("expected " + vertexCount + " deltas, got " + deltas.Length);
            if (GetBlendShapeIndex(name) >= 0) throw new ArgumentException(name + " is there already");
            _shapes.Add(new Shape { Name = name, FrameWeight = weight, Deltas = deltas });
        }
    }

    public sealed class SkinnedMeshRenderer : Renderer
    {
        readonly Dictionary<int, float> _weights = new Dictionary<int, float>();
        public Mesh sharedMesh { get; set; }
        public Transform rootBone { get; set; }
        public Bounds localBounds { get; set; }
        public bool updateWhenOffscreen { get; set; }

        public void SetBlendShapeWeight(int index, float weight)
        {
            if (!sharedMesh || index < 0 || index >= sharedMesh.blendShapeCount) throw new ArgumentOutOfRangeException("index");
            _weights[index] = weight;
        }

        public float GetBlendShapeWeight(int index)
        {
            float weight;
            return _weights.TryGetValue(index, out weight) ? weight : 0f;
        }
    }

    public enum HumanBodyBones { Hips = 0, Neck = 9, Head = 10, LeftEye = 21, RightEye = 22 }

    public sealed class Animator : Behaviour
    {
        public readonly Dictionary<HumanBodyBones, Transform> Bones = new Dictionary<HumanBodyBones, Transform>();
        public bool isHuman { get { return Bones.Count > 0; } }

        public Transform GetBoneTransform(HumanBodyBones bone)
        {
            Transform found;
            return Bones.TryGetValue(bone, out found) ? found : null;
        }
    }
}
