namespace AvatarBridge
{
    /// <summary>A repeated float field while it is read, packed or not; reused.</summary>
    internal sealed class FloatList
    {
        private const int Most = 256;

        private readonly string name;

        public FloatList(string name)
        {
            this.name = name;
        }

        public float[] Values { get; } = new float[Most];

        public int Count { get; private set; }

        public void Clear()
        {
            Count = 0;
        }

        public void Add(float value)
        {
            if (Count == Most)
            {
                throw new WireException($"{name}: expected at most {Most} values, got more");
            }
            Values[Count++] = value;
        }

        public void AddPacked(ProtoReader part)
        {
            while (part.Left > 0)
            {
                Add(part.Float());
            }
        }

        public void Expect(int count)
        {
            if (Count != count)
            {
                throw new WireException($"{name}: expected {count} values, got {Count}");
            }
        }
    }
}
