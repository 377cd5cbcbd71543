namespace AvatarBridge
{
    /// <summary>Reads StreamStatus messages into objects that are reused. Used by one thread.</summary>
    public sealed class StreamStatusReader
    {
        private const int MostStages = 64;

        private readonly Utf8Cache streamId = new Utf8Cache();
        private readonly Utf8Cache sourceState = new Utf8Cache();
        private readonly Utf8Cache[] stageNames = new Utf8Cache[MostStages];

        /// <summary>Read one message, without its topic.</summary>
        /// <param name="reader">Of the message's bytes.</param>
        /// <param name="into">Filled; what it then says is undefined if this throws.</param>
        /// <exception cref="WireException">not a StreamStatus of schema version 1.</exception>
        public void Read(ProtoReader reader, StreamStatus into)
        {
            uint version = 0;
            into.StreamId = into.SourceState = "";
            into.PublishedNs = into.Captured = into.Dropped = 0;
            into.Fps = 0f;
            into.TrackedFaces = 0;
            into.ClearStages();
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Varint:
                        version = reader.UInt32();
                        break;
                    case (2 << 3) | ProtoReader.Delimited:
                        into.StreamId = reader.Text(streamId);
                        break;
                    case (3 << 3) | ProtoReader.Varint:
                        into.PublishedNs = reader.Int64();
                        break;
                    case (4 << 3) | ProtoReader.Fixed32:
                        into.Fps = reader.Float();
                        break;
                    case (5 << 3) | ProtoReader.Delimited:
                        into.AddStage(ReadStage(reader.Part(), into.StageCount));
                        break;
                    case (6 << 3) | ProtoReader.Varint:
                        into.Captured = reader.Count();
                        break;
                    case (7 << 3) | ProtoReader.Varint:
                        into.Dropped = reader.Count();
                        break;
                    case (8 << 3) | ProtoReader.Delimited:
                        into.SourceState = reader.Text(sourceState);
                        break;
                    case (9 << 3) | ProtoReader.Varint:
                        into.TrackedFaces = reader.UInt32();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            Schema.Expect(version);
        }

        private StageTiming ReadStage(ProtoReader reader, int index)
        {
            if (index == MostStages)
            {
                throw new WireException($"status: expected at most {MostStages} stages, got more");
            }
            if (stageNames[index] == null)
            {
                stageNames[index] = new Utf8Cache();
            }
            var stage = new StageTiming { Name = "" };
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Delimited:
                        stage.Name = reader.Text(stageNames[index]);
                        break;
                    case (2 << 3) | ProtoReader.Fixed32:
                        stage.P50Ms = reader.Float();
                        break;
                    case (3 << 3) | ProtoReader.Fixed32:
                        stage.P95Ms = reader.Float();
                        break;
                    case (4 << 3) | ProtoReader.Fixed32:
                        stage.WorstMs = reader.Float();
                        break;
                    case (5 << 3) | ProtoReader.Varint:
                        stage.Errors = reader.Count();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            return stage;
        }
    }
}
