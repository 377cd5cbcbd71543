using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>An engine without pictures: ticks some hundred times a second, applies the newest
    /// face to an array, and does what the lines of its input say. Each answer is one line.</summary>
    internal sealed class Watch
    {
        private const int MostLatencies = 1 << 18;
        private const double WarmS = 2.0; // until allocations and collections count

        private readonly ConcurrentQueue<string> lines = new ConcurrentQueue<string>();
        private readonly AvatarBridgeClient client;
        private readonly FaceFrame frame = new FaceFrame();
        private readonly Timeline timeline = new Timeline { DelayS = 0 };
        private readonly FacePose pose = new FacePose();
        private readonly ShapeBinding[] bindings = ShapeMatcher.Match(
            new List<string>(ShapeNames.Arkit)).Bindings;
        private readonly float[] mesh = new float[ShapeNames.Count];
        private readonly double[] latencies = new double[MostLatencies];
        private readonly double tickS;
        private int applied;
        private int measured;
        private long ticks;
        private long warmBytes = -1;
        private long warmApplied;
        private long askedBytes;
        private int warmCollections;

        public Watch(ClientOptions options, double tickS)
        {
            this.tickS = tickS;
            client = new AvatarBridgeClient(options);
        }

        public void Run()
        {
            new Thread(Listen) { IsBackground = true }.Start();
            client.Start();
            double next = MonotonicClock.NowS;
            double start = next;
            while (true)
            {
                if (lines.TryDequeue(out string line))
                {
                    if (line == "quit")
                    {
                        break;
                    }
                    askedBytes = GC.GetAllocatedBytesForCurrentThread();
                    int collected = GC.CollectionCount(0);
                    Do(line); // what it allocates is not a frame's
                    warmBytes += warmBytes < 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - askedBytes;
                    warmCollections += GC.CollectionCount(0) - collected;
                }
                Tick();
                if (warmBytes < 0 && MonotonicClock.NowS - start > WarmS && applied > 0)
                {
                    warmBytes = GC.GetAllocatedBytesForCurrentThread();
                    warmCollections = GC.CollectionCount(0);
                    warmApplied = applied;
                }
                next += tickS;
                double rest = next - MonotonicClock.NowS;
                if (rest > 0)
                {
                    Thread.Sleep(Math.Max(1, (int)(rest * 1000)));
                }
                else
                {
                    next = MonotonicClock.NowS; // the machine is busy: do not run after it
                }
            }
            var clock = Stopwatch.StartNew();
            client.Dispose();
            Console.WriteLine(new Json().Add("reply", "quit")
                .Add("dispose_ms", clock.Elapsed.TotalMilliseconds)
                .Add("threads", Threads()).Add("state", client.State.ToString()));
        }

        private void Listen()
        {
            for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
            {
                lines.Enqueue(line);
            }
            lines.Enqueue("quit"); // whoever asked is gone
        }

        private void Tick()
        {
            ticks++;
            double now = MonotonicClock.NowS;
            client.Poll();
            bool came = client.TryTakeNewest(frame);
            if (came)
            {
                timeline.Push(frame, now);
            }
            timeline.Sample(now, pose);
            foreach (ShapeBinding binding in bindings)
            {
                mesh[binding.MeshShape] = binding.Evaluate(pose.Weights);
            }
            if (came)
            {
                applied++;
                long offsetNs = 0;
                bool known = client.Control?.Clock.TryGet(frame.StreamId, out offsetNs) ?? false;
                if (known && measured < MostLatencies)
                {
                    long age = MonotonicClock.NowNs + offsetNs - frame.PublishedNs;
                    latencies[measured++] = age * 1e-6;
                }
            }
        }

        private void Do(string line)
        {
            string[] parts = line.Split('\t');
            string said = parts.Length > 1 ? parts[1] : "";
            ControlClient control = client.Control;
            switch (parts[0])
            {
                case "report":
                    Console.WriteLine(Report());
                    break;
                case "streams": // what can be asked often: a report fills the nursery
                    Console.WriteLine("{\"streams\":" + client.Streams + "}");
                    break;
                case "memory":
                    Console.WriteLine("{\"kb\":" + GC.GetTotalMemory(true) / 1024 + "}");
                    break;
                case "stop":
                    client.Stop();
                    Console.WriteLine(Report());
                    break;
                case "start":
                    client.Start();
                    Console.WriteLine(Report());
                    break;
                case "ping":
                    control.Ping(Print);
                    break;
                case "meta":
                    control.GetMeta(Print);
                    break;
                case "profiles":
                    control.ListProfiles(Print);
                    break;
                case "set":
                    control.SetProfile(said, Print);
                    break;
                case "calibrate":
                    control.Calibrate(said, Print);
                    break;
                case "map":
                    string[] maps = said.Split(';');
                    control.Map(Golden.Values(maps[0]), Golden.Values(maps[1]), Print);
                    break;
                case "timeout":
                    control.TimeoutS = double.Parse(
                        said, System.Globalization.CultureInfo.InvariantCulture);
                    break;
                default:
                    throw new ArgumentException("expected a command, got " + line);
            }
        }

        private Json Report()
        {
            StreamMeta meta = client.Meta;
            double[] sorted = new double[measured];
            Array.Copy(latencies, sorted, measured);
            Array.Sort(sorted);
            var ids = new uint[8];
            int faces = client.FaceIds(ids);
            return new Json().Add("reply", "report")
                .Add("state", client.State.ToString()).Add("error", client.LastError)
                .Add("control", (client.Control?.State ?? ConnectionState.Stopped).ToString())
                .Add("control_error", client.Control?.LastError ?? "")
                .Add("stream_id", client.StreamId).Add("streams", client.Streams)
                .Add("reconnects", client.Reconnects).Add("messages", client.Messages)
                .Add("lost", client.LostMessages).Add("bad", client.BadMessages)
                .Add("threads", Threads()).Add("rate", client.Rate).Add("faces", faces).Add("found", client.FaceFound)
                .Add("latency_ms", client.LatencyMs)
                .Add("profile", meta?.Profile).Add("source", meta?.Source)
                .Add("shapes", meta?.BlendshapeNames.Length ?? 0)
                .Add("status_stream", client.Status.StreamId)
                .Add("status_state", client.Status.SourceState)
                .Add("ticks", ticks).Add("applied", applied).Add("weights", mesh)
                .Add("presence", pose.Presence).Add("tracked", pose.Tracked)
                .Add("measured", measured)
                .Add("p50_ms", measured > 0 ? sorted[measured / 2] : double.NaN)
                .Add("p95_ms", measured > 0 ? sorted[(int)(measured * 0.95)] : double.NaN)
                .Add("worst_ms", measured > 0 ? sorted[measured - 1] : double.NaN)
                .Add("warm_applied", applied - warmApplied)
                .Add("warm_bytes", warmBytes < 0 ? -1 : askedBytes - warmBytes)
                .Add("warm_collections", warmBytes < 0 ? -1 : GC.CollectionCount(0) - warmCollections)
                .Add("round_trip_ms", (client.Control?.Clock.RoundTripNs ?? 0) * 1e-6);
        }

        private static void Print(ControlAnswer answer)
        {
            Console.WriteLine(new Json().Add("reply", answer.Kind.ToString())
                .Add("ok", answer.Ok).Add("code", answer.Code.ToString()).Add("error", answer.Error)
                .AddLong("round_trip_ns", answer.RoundTripNs)
                .AddLong("clock_offset_ns", answer.ClockOffsetNs)
                .Add("stream_id", answer.StreamId).Add("profile", answer.Meta?.Profile)
                .Add("names", answer.ProfileNames).Add("current", answer.CurrentProfile)
                .Add("name", answer.Name).Add("weights", answer.Blendshapes));
        }

        /// <summary>Threads of ours that live: those that the client names.</summary>
        private static int Threads()
        {
            int count = 0;
            foreach (string task in Directory.GetDirectories("/proc/self/task"))
            {
                try
                {
                    string name = File.ReadAllText(Path.Combine(task, "comm"));
                    count += name.StartsWith("AvatarBridge") ? 1 : 0;
                }
                catch (IOException)
                {
                    // ended just now
                }
            }
            return count;
        }
    }
}
