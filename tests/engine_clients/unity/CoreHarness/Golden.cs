using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>Prints what the packets of a folder say, in the form of their JSON twins.</summary>
    internal static class Golden
    {
        // Shared by all packets, in whatever order: what one says must not stay for the next.
        private static readonly FaceFrameReader Faces = new FaceFrameReader();
        private static readonly FaceFrame Frame = new FaceFrame();
        private static readonly StreamStatusReader Statuses = new StreamStatusReader();
        private static readonly StreamStatus Status = new StreamStatus();

        public static void Print(string folder)
        {
            string[] files = Directory.GetFiles(folder, "*.bin");
            Array.Sort(files, StringComparer.Ordinal);
            for (int pass = 0; pass < 2; pass++)
            {
                Array.Reverse(files); // both orders: see above
                foreach (string file in files)
                {
                    string name = Path.GetFileNameWithoutExtension(file);
                    if (!name.EndsWith("_request"))
                    {
                        Console.WriteLine(new Json().Add("name", name).Add("twin", Twin(file)));
                    }
                }
            }
        }

        /// <summary>Write requests: each line of the input is a kind, an id and what it says, with
        /// tabs between; each line of the output is the message in hexadecimal.</summary>
        public static void WriteRequests()
        {
            var writer = new ControlRequestWriter();
            for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
            {
                string[] parts = line.Split('\t');
                byte[] made = Request(writer, parts[0], long.Parse(parts[1]), parts[2]);
                Console.WriteLine(BitConverter.ToString(made).Replace("-", "").ToLowerInvariant());
            }
        }

        public static Dictionary<string, float> Values(string text)
        {
            var values = new Dictionary<string, float>();
            foreach (string pair in text.Split(new[] { ',' }, StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = pair.Split('=');
                values[parts[0]] = float.Parse(
                    parts[1], System.Globalization.CultureInfo.InvariantCulture);
            }
            return values;
        }

        private static byte[] Request(
            ControlRequestWriter writer, string kind, long id, string said)
        {
            switch (kind)
            {
                case "ping":
                    var bytes = new byte[ControlRequestWriter.MostPingBytes];
                    int count = ControlRequestWriter.WritePing(bytes, id, long.Parse(said));
                    Array.Resize(ref bytes, count);
                    return bytes;
                case "get_meta":
                    return writer.Plain(id, ControlRequestKind.GetMeta);
                case "list_profiles":
                    return writer.Plain(id, ControlRequestKind.ListProfiles);
                case "set_profile":
                    return writer.Named(id, ControlRequestKind.SetProfile, said);
                case "calibrate_step":
                    return writer.Calibrate(
                        id, CalibrationAction.Measure, CalibrationStep.Pucker, said, true);
                case "calibrate_use":
                    return writer.Calibrate(
                        id, CalibrationAction.Use, CalibrationStep.Pucker, said, false);
                case "calibrate":
                    return writer.Named(id, ControlRequestKind.Calibrate, said);
                default:
                    string[] maps = said.Split(';');
                    return writer.Map(id, Values(maps[0]), Values(maps[1]));
            }
        }

        private static Json Twin(string file)
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (Path.GetFileName(file).StartsWith("control_"))
            {
                return new Json().Add("type", "ControlResponse").Add("message", Response(bytes));
            }
            int zero = Array.IndexOf(bytes, (byte)0);
            string topic = Encoding.ASCII.GetString(bytes, 0, zero);
            var reader = new ProtoReader(bytes, zero + 1, bytes.Length - zero - 1);
            return new Json().Add("topic", topic).Add("message", Message(topic, reader));
        }

        private static Json Message(string topic, ProtoReader reader)
        {
            switch (topic)
            {
                case "face":
                    Faces.Read(reader, Frame);
                    return Face(Frame);
                case "meta":
                    return Meta(StreamMetaReader.Read(reader));
                default:
                    Statuses.Read(reader, Status);
                    return Said(Status);
            }
        }

        private static Json Face(FaceFrame frame)
        {
            HeadPose head = frame.HeadPose;
            return new Json()
                .Add("schema_version", Schema.Version)
                .Add("stream_id", frame.StreamId)
                .AddLong("seq", frame.Seq)
                .AddLong("captured_ns", frame.CapturedNs)
                .AddLong("published_ns", frame.PublishedNs)
                .AddLong("frame_index", frame.FrameIndex)
                .Add("face_id", frame.FaceId)
                .Add("tracked", frame.Tracked)
                .Add("confidence", frame.Confidence)
                .Add("blendshapes", frame.Blendshapes)
                .Add("action_units", frame.ActionUnits)
                .Add("emotions", frame.Emotions)
                .Add("targets", frame.Targets)
                .Add("valence", frame.Valence)
                .Add("arousal", frame.Arousal)
                .Add("head_pose", new Json()
                    .Add("x", head.X).Add("y", head.Y).Add("z", head.Z)
                    .Add("qx", head.QX).Add("qy", head.QY).Add("qz", head.QZ).Add("qw", head.QW))
                .Add("gaze", new Json()
                    .Add("left_yaw", frame.Gaze.LeftYaw).Add("left_pitch", frame.Gaze.LeftPitch)
                    .Add("right_yaw", frame.Gaze.RightYaw).Add("right_pitch", frame.Gaze.RightPitch))
                .Add("image_width", frame.ImageWidth)
                .Add("image_height", frame.ImageHeight)
                .Add("box", new Json()
                    .Add("x0", frame.Box.X0).Add("y0", frame.Box.Y0)
                    .Add("x1", frame.Box.X1).Add("y1", frame.Box.Y1));
        }

        private static Json Meta(StreamMeta meta)
        {
            var capabilities = new List<string>();
            foreach (Capability each in meta.Capabilities)
            {
                capabilities.Add("CAPABILITY_" + each.ToString().ToUpperInvariant());
            }
            return new Json()
                .Add("schema_version", Schema.Version)
                .Add("stream_id", meta.StreamId)
                .Add("source", meta.Source)
                .Add("profile", meta.Profile)
                .Add("calibration", meta.Calibration)
                .Add("model", meta.Model)
                .Add("target_fps", meta.TargetFps)
                .Add("blendshape_names", meta.BlendshapeNames)
                .Add("capabilities", capabilities)
                .Add("action_unit_names", meta.ActionUnitNames)
                .Add("measured_action_units", meta.MeasuredActionUnits)
                .Add("emotion_names", meta.EmotionNames)
                .Add("target_names", meta.TargetNames);
        }

        private static Json Said(StreamStatus status)
        {
            var stages = new List<Json>();
            for (int index = 0; index < status.StageCount; index++)
            {
                StageTiming stage = status.Stage(index);
                stages.Add(new Json().Add("name", stage.Name).Add("p50_ms", stage.P50Ms)
                    .Add("p95_ms", stage.P95Ms).Add("worst_ms", stage.WorstMs)
                    .AddLong("errors", stage.Errors));
            }
            return new Json()
                .Add("schema_version", Schema.Version)
                .Add("stream_id", status.StreamId)
                .AddLong("published_ns", status.PublishedNs)
                .Add("fps", status.Fps)
                .Add("stages", stages)
                .AddLong("captured", status.Captured)
                .AddLong("dropped", status.Dropped)
                .Add("source_state", status.SourceState)
                .Add("tracked_faces", status.TrackedFaces);
        }

        private static Json Response(byte[] bytes)
        {
            ControlResponseReader.Envelope said =
                new ControlResponseReader().Read(new ProtoReader(bytes, 0, bytes.Length));
            var message = new Json().Add("schema_version", Schema.Version)
                .AddLong("request_id", said.RequestId);
            ControlAnswer answer = said.Answer;
            switch (said.Body)
            {
                case 3:
                    return message.Add("error", new Json()
                        .Add("code", "ERROR_CODE_" + Snake(answer.Code.ToString()).ToUpperInvariant())
                        .Add("message", answer.Error));
                case (int)ControlRequestKind.Ping:
                    return message.Add("ping", new Json().AddLong("client_ns", said.ClientNs)
                        .AddLong("server_ns", said.ServerNs).Add("stream_id", said.StreamId));
                case (int)ControlRequestKind.GetMeta:
                    return message.Add("get_meta", new Json().Add("meta", Meta(answer.Meta)));
                case (int)ControlRequestKind.ListProfiles:
                    return message.Add("list_profiles", new Json()
                        .Add("names", answer.ProfileNames).Add("current", answer.CurrentProfile));
                case (int)ControlRequestKind.SetProfile:
                    return message.Add("set_profile", new Json());
                case (int)ControlRequestKind.Calibrate:
                    return message.Add("calibrate", new Json().Add("name", answer.Name)
                        .Add("saved", answer.SavedNames));
                default:
                    return message.Add("map", new Json().Add("blendshapes", answer.Blendshapes));
            }
        }

        private static string Snake(string pascal)
        {
            var snake = new StringBuilder();
            foreach (char each in pascal)
            {
                snake.Append(char.IsUpper(each) && snake.Length > 0 ? "_" : "").Append(each);
            }
            return snake.ToString();
        }
    }
}
