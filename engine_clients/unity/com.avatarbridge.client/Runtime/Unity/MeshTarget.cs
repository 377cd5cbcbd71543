using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>One renderer whose blend shapes are driven: what was matched, and what was set.</summary>
    /// <remarks>
    /// <b>Convention:</b> 1 of the stream is the blend shape's own full weight, the weight of its
    /// last frame. That is 100 for most meshes and 1 for some, and is read from the mesh.
    /// </remarks>
    public sealed class MeshTarget
    {
        private Mesh mesh;
        private int shapeCount;
        private ShapeBinding[] bindings = new ShapeBinding[0];
        private float[] scales = new float[0];
        private float[] rest = new float[0];
        private float[] set = new float[0];
        private bool moved;

        /// <summary>A target of a renderer.</summary>
        public MeshTarget(SkinnedMeshRenderer renderer)
        {
            Renderer = renderer;
        }

        /// <summary>The renderer that is driven.</summary>
        public SkinnedMeshRenderer Renderer { get; }

        /// <summary>What was matched; null while there is no mesh.</summary>
        public MatchReport Report { get; private set; }

        /// <summary>How many blend shapes are driven.</summary>
        public int Count
        {
            get { return bindings.Length; }
        }

        /// <summary>Which blend shape of the mesh is driven.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        public ShapeBinding Binding(int index)
        {
            return bindings[index];
        }

        /// <summary>The weight that was last set, in the mesh's own scale.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        public float Applied(int index)
        {
            return set[index];
        }

        /// <summary>The weight that a blend shape has for mixed weights, in the mesh's own scale.</summary>
        /// <param name="index">Below <see cref="Count"/>.</param>
        /// <param name="mixed">52 weights, 0 to 1.</param>
        public float Evaluate(int index, float[] mixed)
        {
            return bindings[index].Evaluate(mixed) * scales[index];
        }

        /// <summary>Match again if the renderer has another mesh than before.</summary>
        /// <returns>Whether it had.</returns>
        public bool Refresh()
        {
            Mesh now = Renderer ? Renderer.sharedMesh : null;
            int count = now ? now.blendShapeCount : 0;
            if (ReferenceEquals(now, mesh) && count == shapeCount)
            {
                return false;
            }
            mesh = now;
            shapeCount = count;
            Bind();
            return true;
        }

        /// <summary>Set the weights; allocates nothing.</summary>
        /// <param name="mixed">52 weights, 0 to 1.</param>
        public void Apply(float[] mixed)
        {
            if (!moved)
            {
                Remember();
            }
            // Also those that stay the same: an Animator may have written over them.
            for (int index = 0; index < bindings.Length; index++)
            {
                set[index] = Evaluate(index, mixed);
                Renderer.SetBlendShapeWeight(bindings[index].MeshShape, set[index]);
            }
        }

        /// <summary>Give every driven blend shape the weight that it had before it was driven.</summary>
        public void Restore()
        {
            if (moved && Renderer && Renderer.sharedMesh == mesh)
            {
                for (int index = 0; index < bindings.Length; index++)
                {
                    Renderer.SetBlendShapeWeight(bindings[index].MeshShape, rest[index]);
                }
            }
            moved = false;
        }

        private void Remember()
        {
            for (int index = 0; index < bindings.Length; index++)
            {
                rest[index] = Renderer.GetBlendShapeWeight(bindings[index].MeshShape);
            }
            moved = true;
        }

        private void Bind()
        {
            moved = false;
            Report = mesh ? ShapeMatcher.Match(ShapeList.Of(mesh)) : null;
            bindings = Report == null ? new ShapeBinding[0] : Report.Bindings;
            scales = new float[bindings.Length];
            rest = new float[bindings.Length];
            set = new float[bindings.Length];
            for (int index = 0; index < bindings.Length; index++)
            {
                int shape = bindings[index].MeshShape;
                int last = mesh.GetBlendShapeFrameCount(shape) - 1;
                scales[index] = mesh.GetBlendShapeFrameWeight(shape, last);
            }
        }
    }
}
