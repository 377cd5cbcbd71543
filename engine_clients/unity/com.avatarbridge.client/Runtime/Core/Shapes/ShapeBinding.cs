namespace AvatarBridge
{
    /// <summary>How one blend shape of a mesh is driven: a clamped sum of the stream's weights.</summary>
    public sealed class ShapeBinding
    {
        private readonly int[] sources;
        private readonly float[] factors;

        internal ShapeBinding(int meshShape, string meshName, int[] sources, float[] factors)
        {
            MeshShape = meshShape;
            MeshName = meshName;
            this.sources = sources;
            this.factors = factors;
        }

        /// <summary>Place of the blend shape in the list of names that was matched.</summary>
        public int MeshShape { get; }

        /// <summary>Its name on the mesh.</summary>
        public string MeshName { get; }

        /// <summary>How many of the 52 move it; 1 unless it is a fallback.</summary>
        public int SourceCount => sources.Length;

        /// <summary>Which of the 52 moves it.</summary>
        /// <param name="index">Below <see cref="SourceCount"/>.</param>
        public int Source(int index)
        {
            return sources[index];
        }

        /// <summary>How much of it; negative where one movement takes another back.</summary>
        /// <param name="index">Below <see cref="SourceCount"/>.</param>
        public float Factor(int index)
        {
            return factors[index];
        }

        /// <summary>The weight of the blend shape, 0 to 1; allocates nothing.</summary>
        /// <param name="weights">The 52, 0 to 1, gains already applied.</param>
        public float Evaluate(float[] weights)
        {
            float sum = 0f;
            for (int index = 0; index < sources.Length; index++)
            {
                sum += factors[index] * weights[sources[index]];
            }
            // As written, NaN becomes 0.
            return sum > 0f ? (sum < 1f ? sum : 1f) : 0f;
        }
    }
}
