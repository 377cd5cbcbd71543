using System;
using System.IO;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>Bytes allocated for each frame once warm, to the byte, in both threads.</summary>
    internal static class Allocations
    {
        private const int WarmFrames = 300; // with a few of each topic
        private const double WarmS = 1.5; // until all that happens has happened once
        private const double HeartbeatS = 0.2;

        private static volatile object kept; // so that nothing optimises it away

        /// <summary>From a publisher that sends as fast as it can: how much the receiving thread and
        /// the taking thread allocate.</summary>
        public static void Live(string endpoint, int frames)
        {
            long own = Counted(() => kept = kept ?? new byte[1000]);
            Check.That(own >= 1000, $"allocations can be counted: got {own} for 1000");
            var client = new AvatarBridgeClient(new ClientOptions { ControlEndpoint = "" });
            var probe = new Probe(client, frames);
            var taking = new Taking(client);
            var prefixes = new[] { new byte[0] };
            using (var connection = new ZmtpConnection(
                ZmtpSocketType.Sub, endpoint, new ConnectionOptions { HeartbeatS = HeartbeatS },
                prefixes, probe))
            {
                connection.Start();
                long before = 0, taken = 0;
                int collections = 0;
                while (!probe.IsDone && taking.Clock < 60)
                {
                    if (probe.IsWarm && taken == 0)
                    {
                        before = GC.GetAllocatedBytesForCurrentThread();
                        collections = GC.CollectionCount(0);
                        taken = taking.Count;
                    }
                    taking.Tick();
                }
                long after = GC.GetAllocatedBytesForCurrentThread();
                Console.WriteLine(new Json()
                    .Add("received", probe.Frames).Add("receiving_bytes", probe.Bytes)
                    .Add("taken", taking.Count - taken).Add("taking_bytes", after - before)
                    .Add("collections", GC.CollectionCount(0) - collections)
                    .Add("lost", client.LostMessages).Add("bad", client.BadMessages)
                    .Add("error", connection.LastError));
            }
        }

        /// <summary>Millions of frames through the codec and all that follows, in one thread.</summary>
        public static void Loop(string packet, int frames)
        {
            byte[] body = File.ReadAllBytes(packet);
            var client = new AvatarBridgeClient();
            IZmtpListener listener = client;
            var taking = new Taking(client);
            var codec = new ZmtpCodec(ZmtpSocketType.Sub, 1 << 20);
            byte[] session = CodecChecks.Session();
            codec.Feed(session, 0, session.Length);
            while (codec.Next() != ZmtpEvent.None)
            {
            }
            var frame = new byte[body.Length + 9];
            frame[0] = 2;
            frame[7] = (byte)(body.Length >> 8);
            frame[8] = (byte)body.Length;
            Buffer.BlockCopy(body, 0, frame, 9, body.Length);
            Action once = () =>
            {
                codec.Feed(frame, 0, 100);
                codec.Feed(frame, 100, frame.Length - 100);
                while (codec.Next() == ZmtpEvent.Message)
                {
                    ArraySegment<byte> message = codec.Message;
                    listener.OnMessage(message.Array, message.Offset, message.Count);
                }
                taking.Tick();
            };
            for (int index = 0; index < 1000; index++)
            {
                once();
            }
            int collections = GC.CollectionCount(0);
            long bytes = Counted(() =>
            {
                for (int index = 0; index < frames; index++)
                {
                    once();
                }
            });
            Console.WriteLine(new Json().Add("frames", taking.Count).Add("bytes", bytes)
                .Add("collections", GC.CollectionCount(0) - collections)
                .Add("bad", client.BadMessages));
        }

        private static long Counted(Action action)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        /// <summary>What an engine does each tick.</summary>
        private sealed class Taking
        {
            private readonly AvatarBridgeClient client;
            private readonly FaceFrame frame = new FaceFrame();
            private readonly Timeline timeline = new Timeline();
            private readonly FacePose pose = new FacePose();
            private readonly ShapeBinding[] bindings = ShapeMatcher.Match(
                new[] { "jawOpen", "Blink", "mouthSmile_L" }).Bindings;
            private readonly float[] mesh = new float[3];
            private readonly double started = MonotonicClock.NowS;

            public Taking(AvatarBridgeClient client)
            {
                this.client = client;
            }

            public long Count { get; private set; }

            public double Clock => MonotonicClock.NowS - started;

            public void Tick()
            {
                double now = MonotonicClock.NowS;
                client.Poll();
                if (client.TryTakeNewest(frame))
                {
                    timeline.Push(frame, now);
                    Count++;
                }
                timeline.Sample(now, pose);
                foreach (ShapeBinding binding in bindings)
                {
                    mesh[binding.MeshShape] = binding.Evaluate(pose.Weights);
                }
            }
        }

        /// <summary>Counts what the receiving thread allocates between two frames.</summary>
        private sealed class Probe : IZmtpListener
        {
            private readonly IZmtpListener inner;
            private readonly int frames;
            private readonly double started = MonotonicClock.NowS;
            private long before;
            private int warming, came;
            private volatile bool isWarm;
            private volatile bool isDone;

            public Probe(IZmtpListener inner, int frames)
            {
                this.inner = inner;
                this.frames = frames;
            }

            public long Bytes { get; private set; }

            public int Frames => came;

            public bool IsWarm => isWarm;

            public bool IsDone => isDone;

            public void OnConnected()
            {
                inner.OnConnected();
            }

            public void OnDisconnected()
            {
                inner.OnDisconnected();
            }

            public void OnTick(long nowNs)
            {
                inner.OnTick(nowNs);
            }

            public void OnMessage(byte[] data, int offset, int count)
            {
                inner.OnMessage(data, offset, count);
                if (isDone)
                {
                    return;
                }
                if (!isWarm)
                {
                    warming++; // on a busy machine the time is over before the first meta
                    isWarm = warming > WarmFrames && MonotonicClock.NowS - started > WarmS;
                    before = GC.GetAllocatedBytesForCurrentThread();
                    return;
                }
                came++;
                if (came == frames)
                {
                    Bytes = GC.GetAllocatedBytesForCurrentThread() - before;
                    isDone = true;
                }
            }
        }
    }
}
