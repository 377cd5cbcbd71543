using System;
using System.Diagnostics;
using System.IO;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>Sessions of broken servers, as tests/engine_clients/broken_sessions.py writes them:
    /// only our own two exceptions may come of them, every request is answered once, every pose can
    /// be shown, and nothing piles up.</summary>
    internal sealed class Fuzz
    {
        private const int Cap = 1 << 20;
        private const int Chunk = 700; // bytes that come at once, at most
        private const int Asked = 6;

        private readonly ZmtpCodec sub = new ZmtpCodec(ZmtpSocketType.Sub, Cap);
        private readonly ZmtpCodec dealer = new ZmtpCodec(ZmtpSocketType.Dealer, Cap);
        private readonly AvatarBridgeClient client = new AvatarBridgeClient();
        private readonly FaceFrame frame = new FaceFrame();
        private readonly Timeline timeline = new Timeline { DelayS = 0.001 };
        private readonly FacePose pose = new FacePose();
        private readonly uint[] faces = new uint[8];
        private byte[] bytes = new byte[1 << 16];
        private int sessions, refused, answered;
        private double worstMs;

        /// <summary>Try all of a file, and print what became of them.</summary>
        public void Run(string path)
        {
            long before = 0;
            using (var file = new BinaryReader(File.OpenRead(path)))
            {
                long warm = file.BaseStream.Length / 4;
                while (file.BaseStream.Position < file.BaseStream.Length)
                {
                    if (before == 0 && file.BaseStream.Position >= warm)
                    {
                        before = GC.GetTotalMemory(true);
                    }
                    bool isControl = file.ReadByte() == 1;
                    int count = file.ReadInt32();
                    bytes = bytes.Length < count ? new byte[count] : bytes;
                    file.Read(bytes, 0, count);
                    Try(isControl, count);
                }
            }
            Console.WriteLine(new Json()
                .Add("sessions", sessions).Add("refused", refused)
                .Add("faces", client.Messages).Add("bad", client.BadMessages)
                .Add("answered", answered).Add("worst_ms", worstMs)
                .Add("grown_kb", (GC.GetTotalMemory(true) - before) / 1024));
        }

        private void Try(bool isControl, int count)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                if (isControl)
                {
                    Ask(count);
                }
                else
                {
                    Listen(count);
                }
            }
            catch (Exception)
            {
                Console.Error.WriteLine(
                    $"session {sessions}: {BitConverter.ToString(bytes, 0, count).Replace("-", "")}");
                throw;
            }
            sessions++;
            worstMs = Math.Max(worstMs, clock.Elapsed.TotalMilliseconds);
        }

        private void Listen(int count)
        {
            Feed(sub, client, count);
            client.Poll();
            Check.That(!client.LastError.Contains("\n"), "one line: " + client.LastError);
            double now = MonotonicClock.NowS;
            for (int left = client.FaceIds(faces); left >= 0; left--)
            {
                if (client.TryTakeNewest(frame, left > 0 ? faces[left - 1] : 0))
                {
                    timeline.Push(frame, now);
                }
                timeline.Sample(now, pose);
                ExpectShowable();
            }
        }

        private void Ask(int count)
        {
            var control = new ControlClient("tcp://127.0.0.1:1");
            int told = 0;
            Action<ControlAnswer> heard = answer =>
            {
                told++;
                Check.That(!answer.Error.Contains("\n"), "one line: " + answer.Error);
            };
            control.Calibrate("", heard);
            control.ListProfiles(heard); // to which an error comes
            control.GetMeta(heard);
            control.ListProfiles(heard);
            control.Map(null, null, heard);
            control.Ping(heard);
            Feed(dealer, control, count);
            control.Poll();
            answered += told;
            control.Stop();
            control.Poll();
            Check.Equal(Asked, told, "each is answered once");
        }

        private void Feed(ZmtpCodec codec, IZmtpListener listener, int count)
        {
            codec.Reset();
            int step = 1 + sessions % Chunk;
            try
            {
                for (int at = 0; at < count; at += step)
                {
                    codec.Feed(bytes, at, Math.Min(step, count - at));
                    for (ZmtpEvent found = codec.Next(); found != ZmtpEvent.None; found = codec.Next())
                    {
                        if (found == ZmtpEvent.Message)
                        {
                            ArraySegment<byte> message = codec.Message;
                            listener.OnMessage(message.Array, message.Offset, message.Count);
                        }
                    }
                }
            }
            catch (ZmtpException error)
            {
                Check.That(!error.Message.Contains("\n"), "one line: " + error.Message);
                refused++;
            }
        }

        private void ExpectShowable()
        {
            foreach (float weight in pose.Weights)
            {
                Check.That(weight >= 0f && weight <= 1f, "a weight of 0 to 1");
            }
            HeadPose head = pose.Head;
            float length = head.QX * head.QX + head.QY * head.QY + head.QZ * head.QZ + head.QW * head.QW;
            Check.That(Math.Abs(length - 1f) < 1e-3f, "a rotation");
            Gaze gaze = pose.Gaze;
            foreach (float number in new[]
            {
                head.X, head.Y, head.Z,
                gaze.LeftYaw, gaze.LeftPitch, gaze.RightYaw, gaze.RightPitch,
            })
            {
                Check.That(Math.Abs(number) <= 1000f, "no number beyond all measure, as " + number);
            }
        }
    }
}
