using System.Collections.Generic;

namespace AvatarBridge
{
    /// <summary>Reads StreamMeta messages. It allocates: a meta changes seldom, and its bytes tell
    /// whether it did.</summary>
    public static class StreamMetaReader
    {
        private const int MostNames = 1024;

        /// <summary>Read one message, without its topic.</summary>
        /// <exception cref="WireException">not a StreamMeta of schema version 1.</exception>
        public static StreamMeta Read(ProtoReader reader)
        {
            uint version = 0;
            var meta = new StreamMeta();
            var shapes = new List<string>(ShapeNames.Count);
            var capabilities = new List<Capability>(ShapeNames.Count);
            var units = new List<string>();
            var measured = new List<string>();
            var emotions = new List<string>();
            var targets = new List<string>();
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Varint:
                        version = reader.UInt32();
                        break;
                    case (2 << 3) | ProtoReader.Delimited:
                        meta.StreamId = reader.Text();
                        break;
                    case (3 << 3) | ProtoReader.Delimited:
                        meta.Source = reader.Text();
                        break;
                    case (4 << 3) | ProtoReader.Delimited:
                        meta.Profile = reader.Text();
                        break;
                    case (5 << 3) | ProtoReader.Delimited:
                        meta.Calibration = reader.Text();
                        break;
                    case (6 << 3) | ProtoReader.Delimited:
                        meta.Model = reader.Text();
                        break;
                    case (7 << 3) | ProtoReader.Fixed32:
                        meta.TargetFps = reader.Float();
                        break;
                    case (10 << 3) | ProtoReader.Delimited:
                        Add(shapes, reader.Text());
                        break;
                    case (11 << 3) | ProtoReader.Delimited:
                        ReadPacked(reader.Part(), capabilities);
                        break;
                    case (11 << 3) | ProtoReader.Varint:
                        Add(capabilities, CapabilityOf(reader.UInt32()));
                        break;
                    case (12 << 3) | ProtoReader.Delimited:
                        Add(units, reader.Text());
                        break;
                    case (13 << 3) | ProtoReader.Delimited:
                        Add(measured, reader.Text());
                        break;
                    case (14 << 3) | ProtoReader.Delimited:
                        Add(emotions, reader.Text());
                        break;
                    case (15 << 3) | ProtoReader.Delimited:
                        Add(targets, reader.Text());
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            Schema.Expect(version);
            meta.BlendshapeNames = shapes.ToArray();
            meta.Capabilities = capabilities.ToArray();
            meta.ActionUnitNames = units.ToArray();
            meta.MeasuredActionUnits = measured.ToArray();
            meta.EmotionNames = emotions.ToArray();
            meta.TargetNames = targets.ToArray();
            ExpectOrder(meta.BlendshapeNames);
            return meta;
        }

        private static void ReadPacked(ProtoReader part, List<Capability> into)
        {
            while (part.Left > 0)
            {
                Add(into, CapabilityOf(part.UInt32()));
            }
        }

        private static Capability CapabilityOf(uint number)
        {
            return number <= (uint)Capability.Unsupported
                ? (Capability)number
                : Capability.Unspecified; // of a later server
        }

        private static void Add<T>(List<T> into, T value)
        {
            if (into.Count == MostNames)
            {
                throw new WireException($"meta: expected at most {MostNames} names, got more");
            }
            into.Add(value);
        }

        private static void ExpectOrder(string[] got)
        {
            if (got.Length != ShapeNames.Count)
            {
                throw new WireException(
                    $"meta: expected {ShapeNames.Count} blendshapes, got {got.Length}");
            }
            for (int index = 0; index < got.Length; index++)
            {
                if (got[index] != ShapeNames.Arkit[index])
                {
                    throw new WireException(
                        $"meta: blendshape {index}: expected {ShapeNames.Arkit[index]}, "
                        + $"got '{Printable.Of(got[index])}'");
                }
            }
        }
    }
}
