using System;

namespace AvatarBridge
{
    /// <summary>Reads FaceFrame messages into objects that are reused. Used by one thread.</summary>
    public sealed class FaceFrameReader
    {
        private readonly Utf8Cache streamId = new Utf8Cache();
        private readonly FloatList blendshapes = new FloatList("blendshapes");
        private readonly FloatList actionUnits = new FloatList("action_units");
        private readonly FloatList emotions = new FloatList("emotions");
        private readonly FloatList targets = new FloatList("targets");

        /// <summary>Read one message, without its topic.</summary>
        /// <param name="reader">Of the message's bytes.</param>
        /// <param name="into">Filled; what it then says is undefined if this throws.</param>
        /// <exception cref="WireException">not a FaceFrame of schema version 1.</exception>
        public void Read(ProtoReader reader, FaceFrame into)
        {
            uint version = 0;
            Clear(into);
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
                        into.Seq = reader.Count();
                        break;
                    case (4 << 3) | ProtoReader.Varint:
                        into.CapturedNs = reader.Int64();
                        break;
                    case (5 << 3) | ProtoReader.Varint:
                        into.PublishedNs = reader.Int64();
                        break;
                    case (6 << 3) | ProtoReader.Varint:
                        into.FrameIndex = reader.Count();
                        break;
                    case (7 << 3) | ProtoReader.Varint:
                        into.FaceId = reader.UInt32();
                        break;
                    case (8 << 3) | ProtoReader.Varint:
                        into.Tracked = reader.Bool();
                        break;
                    case (9 << 3) | ProtoReader.Fixed32:
                        into.Confidence = reader.Float();
                        break;
                    case (10 << 3) | ProtoReader.Delimited:
                        blendshapes.AddPacked(reader.Part());
                        break;
                    case (10 << 3) | ProtoReader.Fixed32:
                        blendshapes.Add(reader.Float());
                        break;
                    case (11 << 3) | ProtoReader.Delimited:
                        actionUnits.AddPacked(reader.Part());
                        break;
                    case (11 << 3) | ProtoReader.Fixed32:
                        actionUnits.Add(reader.Float());
                        break;
                    case (12 << 3) | ProtoReader.Delimited:
                        emotions.AddPacked(reader.Part());
                        break;
                    case (12 << 3) | ProtoReader.Fixed32:
                        emotions.Add(reader.Float());
                        break;
                    case (13 << 3) | ProtoReader.Fixed32:
                        into.Valence = reader.Float();
                        break;
                    case (14 << 3) | ProtoReader.Fixed32:
                        into.Arousal = reader.Float();
                        break;
                    case (15 << 3) | ProtoReader.Delimited:
                        into.HeadPose = ReadPose(reader.Part(), into.HeadPose);
                        break;
                    case (16 << 3) | ProtoReader.Delimited:
                        into.Gaze = ReadGaze(reader.Part(), into.Gaze);
                        break;
                    case (17 << 3) | ProtoReader.Varint:
                        into.ImageWidth = reader.UInt32();
                        break;
                    case (18 << 3) | ProtoReader.Varint:
                        into.ImageHeight = reader.UInt32();
                        break;
                    case (19 << 3) | ProtoReader.Delimited:
                        into.Box = ReadBox(reader.Part(), into.Box);
                        break;
                    case (20 << 3) | ProtoReader.Delimited:
                        targets.AddPacked(reader.Part());
                        break;
                    case (20 << 3) | ProtoReader.Fixed32:
                        targets.Add(reader.Float());
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            Schema.Expect(version);
            blendshapes.Expect(ShapeNames.Count);
            Array.Copy(blendshapes.Values, into.Blendshapes, ShapeNames.Count);
            into.SetActionUnits(actionUnits.Values, actionUnits.Count);
            into.SetEmotions(emotions.Values, emotions.Count);
            into.SetTargets(targets.Values, targets.Count);
        }

        private void Clear(FaceFrame into)
        {
            // What a message leaves out is 0, whatever the message before said.
            into.StreamId = "";
            into.Seq = into.CapturedNs = into.PublishedNs = into.FrameIndex = 0;
            into.FaceId = into.ImageWidth = into.ImageHeight = 0;
            into.Tracked = false;
            into.Confidence = into.Valence = into.Arousal = 0f;
            into.HeadPose = default;
            into.Gaze = default;
            into.Box = default;
            blendshapes.Clear();
            actionUnits.Clear();
            emotions.Clear();
            targets.Clear();
        }

        private static HeadPose ReadPose(ProtoReader reader, HeadPose pose)
        {
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Fixed32:
                        pose.X = reader.Float();
                        break;
                    case (2 << 3) | ProtoReader.Fixed32:
                        pose.Y = reader.Float();
                        break;
                    case (3 << 3) | ProtoReader.Fixed32:
                        pose.Z = reader.Float();
                        break;
                    case (4 << 3) | ProtoReader.Fixed32:
                        pose.QX = reader.Float();
                        break;
                    case (5 << 3) | ProtoReader.Fixed32:
                        pose.QY = reader.Float();
                        break;
                    case (6 << 3) | ProtoReader.Fixed32:
                        pose.QZ = reader.Float();
                        break;
                    case (7 << 3) | ProtoReader.Fixed32:
                        pose.QW = reader.Float();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            return pose;
        }

        private static Gaze ReadGaze(ProtoReader reader, Gaze gaze)
        {
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Fixed32:
                        gaze.LeftYaw = reader.Float();
                        break;
                    case (2 << 3) | ProtoReader.Fixed32:
                        gaze.LeftPitch = reader.Float();
                        break;
                    case (3 << 3) | ProtoReader.Fixed32:
                        gaze.RightYaw = reader.Float();
                        break;
                    case (4 << 3) | ProtoReader.Fixed32:
                        gaze.RightPitch = reader.Float();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            return gaze;
        }

        private static FaceBox ReadBox(ProtoReader reader, FaceBox box)
        {
            for (int tag = reader.Tag(); tag != 0; tag = reader.Tag())
            {
                switch (tag)
                {
                    case (1 << 3) | ProtoReader.Fixed32:
                        box.X0 = reader.Float();
                        break;
                    case (2 << 3) | ProtoReader.Fixed32:
                        box.Y0 = reader.Float();
                        break;
                    case (3 << 3) | ProtoReader.Fixed32:
                        box.X1 = reader.Float();
                        break;
                    case (4 << 3) | ProtoReader.Fixed32:
                        box.Y1 = reader.Float();
                        break;
                    default:
                        reader.Skip(tag);
                        break;
                }
            }
            return box;
        }
    }
}
