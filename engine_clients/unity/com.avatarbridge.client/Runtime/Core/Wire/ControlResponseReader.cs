using System;
using System.Collections.Generic;

namespace AvatarBridge
{
    /// <summary>Reads ControlResponse messages; of a ping without allocating. Used by one
    /// thread.</summary>
    public sealed class ControlResponseReader
    {
        private const int ErrorField = 3;
        private const int FirstBody = 10, LastBody = 19;

        /// <summary>What a response says beyond its answer.</summary>
        public struct Envelope
        {
            /// <summary>The request's, 0 where the server could not read it.</summary>
            public long RequestId;

            /// <summary>The number of the field that is set: of <see cref="ControlRequestKind"/>, 3
            /// for an error, 0 for none.</summary>
            public int Body;

            /// <summary>Ping: the client's clock when it sent, repeated.</summary>
            public long ClientNs;

            /// <summary>Ping: the server's clock when it answered.</summary>
            public long ServerNs;

            /// <summary>Ping: of the server's run.</summary>
            public string StreamId;

            /// <summary>The answer; null for a ping's, which is all above.</summary>
            public ControlAnswer Answer;
        }

        private readonly Utf8Cache streamId = new Utf8Cache();

        /// <summary>Read one response.</summary>
        /// <exception cref="WireException">not a ControlResponse of schema version 1.</exception>
        public Envelope Read(ProtoReader reader)
        {
            uint version = 0;
            var envelope = default(Envelope);
            var body = default(ProtoReader);
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                int field = tag >> 3;
                if (tag == ((1 << 3) | ProtoReader.Varint))
                {
                    version = reader.UInt32();
                }
                else if (tag == ((2 << 3) | ProtoReader.Varint))
                {
                    envelope.RequestId = reader.Count();
                }
                else if ((tag & 7) == ProtoReader.Delimited
                    && (field == ErrorField || (field >= FirstBody && field <= LastBody)))
                {
                    envelope.Body = field; // of a oneof the last one counts
                    body = reader.Part();
                }
                else
                {
                    reader.Skip(tag);
                }
            }
            Schema.Expect(version);
            if (envelope.Body == (int)ControlRequestKind.Ping)
            {
                ReadPing(body, ref envelope);
            }
            else
            {
                envelope.Answer = new ControlAnswer((ControlRequestKind)envelope.Body);
                ReadBody(envelope.Body, body, envelope.Answer);
            }
            return envelope;
        }

        private static void ReadBody(int field, ProtoReader reader, ControlAnswer answer)
        {
            switch (field)
            {
                case ErrorField:
                    ReadError(reader, answer);
                    break;
                case (int)ControlRequestKind.GetMeta:
                    ReadMeta(reader, answer);
                    break;
                case (int)ControlRequestKind.ListProfiles:
                    ReadProfiles(reader, answer);
                    break;
                case (int)ControlRequestKind.Calibrate:
                    ReadCalibration(reader, answer);
                    break;
                case (int)ControlRequestKind.Map:
                    ReadMap(reader, answer);
                    break;
                default:
                    break; // says nothing, or nothing that this client asks for
            }
        }

        private static void ReadError(ProtoReader reader, ControlAnswer answer)
        {
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Varint:
                        answer.Code = (ControlErrorCode)unchecked((int)reader.UInt32());
                        break;
                    case (2 << 3) | ProtoReader.Delimited:
                        answer.Error = Printable.Of(reader.Text());
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            if (answer.Error.Length == 0)
            {
                answer.Error = "the server gave no reason";
            }
        }

        private void ReadPing(ProtoReader reader, ref Envelope envelope)
        {
            envelope.StreamId = "";
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Varint:
                        envelope.ClientNs = reader.Int64();
                        break;
                    case (2 << 3) | ProtoReader.Varint:
                        envelope.ServerNs = reader.Int64();
                        break;
                    case (3 << 3) | ProtoReader.Delimited:
                        envelope.StreamId = reader.Text(streamId);
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
        }

        private static void ReadMeta(ProtoReader reader, ControlAnswer answer)
        {
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                if (tag == ((1 << 3) | ProtoReader.Delimited))
                {
                    answer.Meta = StreamMetaReader.Read(reader.Part());
                }
                else
                {
                    reader.Skip(tag);
                }
            }
            if (answer.Meta == null)
            {
                throw new WireException("get_meta: expected a meta, got none");
            }
        }

        private static void ReadProfiles(ProtoReader reader, ControlAnswer answer)
        {
            var names = new List<string>();
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Delimited:
                        names.Add(reader.Text());
                        break;
                    case (2 << 3) | ProtoReader.Delimited:
                        answer.CurrentProfile = reader.Text();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            answer.ProfileNames = names.ToArray();
        }

        private static void ReadCalibration(ProtoReader reader, ControlAnswer answer)
        {
            var saved = new List<string>();
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Delimited:
                        answer.Name = reader.Text();
                        break;
                    case (2 << 3) | ProtoReader.Delimited:
                        saved.Add(reader.Text());
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            answer.SavedNames = saved.ToArray();
        }

        private static void ReadMap(ProtoReader reader, ControlAnswer answer)
        {
            var weights = new FloatList("map");
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Delimited:
                        weights.AddPacked(reader.Part());
                        break;
                    case (1 << 3) | ProtoReader.Fixed32:
                        weights.Add(reader.Float());
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            weights.Expect(ShapeNames.Count);
            answer.Blendshapes = new float[ShapeNames.Count];
            Array.Copy(weights.Values, answer.Blendshapes, ShapeNames.Count);
        }
    }
}
