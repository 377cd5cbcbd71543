using System;
using System.Text;
using System.Threading;

namespace AvatarBridge
{
    /// <summary>Everything that an engine needs of a running avatar-bridge: connects to the
    /// publisher and to the control service, keeps the newest frame of each face, and never waits.
    /// Two background threads receive; all public members are for one thread, the engine's. Once
    /// warm, no frame allocates.</summary>
    public sealed class AvatarBridgeClient : IDisposable, IZmtpListener
    {
        private const double Smoothing = 0.1; // of the latency shown: the newest counts a tenth

        private static readonly byte[] FaceTopic = Encoding.ASCII.GetBytes("face\0");
        private static readonly byte[] MetaTopic = Encoding.ASCII.GetBytes("meta\0");
        private static readonly byte[] StatusTopic = Encoding.ASCII.GetBytes("status\0");

        private readonly ClientOptions options;
        private readonly FaceMailbox mailbox = new FaceMailbox();
        private readonly object gate = new object();
        private ZmtpConnection connection;

        // Of the receiving thread alone.
        private readonly FaceFrameReader faceReader = new FaceFrameReader();
        private readonly StreamStatusReader statusReader = new StreamStatusReader();
        private byte[] metaBytes = Array.Empty<byte>();
        private int metaSize = -1;
        private string streamId = "";
        private long nextSeq = -1;
        private long lastFrameIndex;
        private uint lastFaceId;

        // Between the threads, locked by the gate.
        private readonly RateMeter rate = new RateMeter();
        private StreamStatus spareStatus = new StreamStatus();
        private StreamStatus newestStatus = new StreamStatus();
        private bool statusCame;

        // Written by the receiving thread, read by any.
        private volatile StreamMeta meta;
        private volatile string wireError = "";
        private volatile string sharedStreamId = "";
        private long messages;
        private long lost;
        private long bad;
        private int streams;

        private double latencyMs = double.NaN;

        /// <summary>Made, but not started.</summary>
        /// <param name="options">Where to connect and how; null for a server on this machine with
        /// its defaults.</param>
        public AvatarBridgeClient(ClientOptions options = null)
        {
            this.options = options ?? new ClientOptions();
            Control = string.IsNullOrEmpty(this.options.ControlEndpoint)
                ? null
                : new ControlClient(
                    this.options.ControlEndpoint, this.options.Connection,
                    this.options.PingIntervalS);
        }

        /// <summary>The control service; null if <see cref="ClientOptions.ControlEndpoint"/> is
        /// empty. <see cref="Poll"/> polls it as well.</summary>
        public ControlClient Control { get; }

        /// <summary>How the connection to the publisher stands. Connected does not say that frames
        /// come: <see cref="Rate"/> does.</summary>
        public ConnectionState State => connection?.State ?? ConnectionState.Stopped;

        /// <summary>What is wrong, in one line; empty while all is well.</summary>
        public string LastError
        {
            get
            {
                string why = connection?.LastError ?? "";
                return why.Length > 0 ? why : wireError;
            }
        }

        /// <summary>What the stream carries; null until a meta came. Another object after every
        /// change.</summary>
        public StreamMeta Meta => meta;

        /// <summary>How the server is doing, as of the last <see cref="Poll"/>. Always the same
        /// object, empty until a status came.</summary>
        public StreamStatus Status { get; } = new StreamStatus();

        /// <summary>Of the server's run; empty until a frame came.</summary>
        public string StreamId => sharedStreamId;

        /// <summary>Pictures received a second, over the last two seconds.</summary>
        public double Rate
        {
            get
            {
                lock (gate)
                {
                    return rate.PerSecond(MonotonicClock.NowNs);
                }
            }
        }

        /// <summary>Whether any face was tracked in frames of the last second.</summary>
        public bool FaceFound => mailbox.AnyTracked(MonotonicClock.NowNs);

        /// <summary>Face messages received since the making.</summary>
        public long Messages => Interlocked.Read(ref messages);

        /// <summary>Face messages that the server sent and that did not come, by gaps in seq within
        /// one run of the server.</summary>
        public long LostMessages => Interlocked.Read(ref lost);

        /// <summary>Messages that could not be read; <see cref="LastError"/> says why of the
        /// newest.</summary>
        public long BadMessages => Interlocked.Read(ref bad);

        /// <summary>How many runs of a server were seen; a restart adds one.</summary>
        public int Streams => Volatile.Read(ref streams);

        /// <summary>How often the connection was made again.</summary>
        public int Reconnects => Math.Max(0, (connection?.Connects ?? 0) - 1);

        /// <summary>From publishing to taking, milliseconds, smoothed; NaN until a ping of the
        /// control service told how the clocks stand, and again after each restart of the
        /// server.</summary>
        public double LatencyMs => latencyMs;

        /// <summary>Connect, in background threads; does nothing if that is so already.</summary>
        public void Start()
        {
            if (connection != null)
            {
                return;
            }
            var prefixes = new byte[options.Topics.Length][];
            for (int index = 0; index < prefixes.Length; index++)
            {
                prefixes[index] = Encoding.ASCII.GetBytes(options.Topics[index] + "\0");
            }
            wireError = "";
            connection = new ZmtpConnection(
                ZmtpSocketType.Sub, options.PublishEndpoint, options.Connection, prefixes, this);
            connection.Start();
            Control?.Start();
        }

        /// <summary>Disconnect and end the threads; <see cref="Start"/> may follow.</summary>
        public void Stop()
        {
            connection?.Dispose();
            connection = null;
            Control?.Stop();
            Forget();
            sharedStreamId = "";
            latencyMs = double.NaN;
            lock (gate)
            {
                rate.Clear();
            }
        }

        /// <summary>As <see cref="Stop"/>.</summary>
        public void Dispose()
        {
            Stop();
        }

        /// <summary>To be called every tick: refreshes <see cref="Status"/> and hands over the
        /// answers of <see cref="Control"/>.</summary>
        public void Poll()
        {
            lock (gate)
            {
                if (statusCame)
                {
                    Status.CopyFrom(newestStatus);
                    statusCame = false;
                }
            }
            Control?.Poll();
        }

        /// <summary>Copy the newest frame of a face, unless <paramref name="into"/> holds it
        /// already. Whoever takes has an object of their own, so several may.</summary>
        /// <param name="into">Filled if there is a newer one, otherwise left as it is.</param>
        /// <param name="faceId">Of <see cref="FaceFrame.FaceId"/>; 0 for the main face: the one that
        /// was seen first, for as long as it is seen.</param>
        /// <returns>Whether there is a newer frame.</returns>
        public bool TryTakeNewest(FaceFrame into, uint faceId = 0)
        {
            if (!mailbox.TryTake(into, faceId))
            {
                return false;
            }
            if (Control == null || !Control.Clock.TryGet(into.StreamId, out long offsetNs))
            {
                latencyMs = double.NaN; // another run of the server has another clock
                return true;
            }
            double now = (MonotonicClock.NowNs + offsetNs - into.PublishedNs) * 1e-6;
            latencyMs = double.IsNaN(latencyMs) ? now : latencyMs + Smoothing * (now - latencyMs);
            return true;
        }

        /// <summary>The ids of the faces heard of in the last second.</summary>
        /// <param name="into">Filled from its start; no more than fit.</param>
        /// <returns>How many.</returns>
        public int FaceIds(uint[] into)
        {
            return mailbox.FaceIds(into, MonotonicClock.NowNs);
        }

        void IZmtpListener.OnConnected()
        {
        }

        void IZmtpListener.OnDisconnected()
        {
        }

        void IZmtpListener.OnTick(long nowNs)
        {
        }

        void IZmtpListener.OnMessage(byte[] data, int offset, int count)
        {
            try
            {
                if (StartsWith(data, offset, count, FaceTopic))
                {
                    ReadFace(Payload(data, offset, count, FaceTopic));
                }
                else if (StartsWith(data, offset, count, MetaTopic))
                {
                    ReadMeta(Payload(data, offset, count, MetaTopic));
                }
                else if (StartsWith(data, offset, count, StatusTopic))
                {
                    ReadStatus(Payload(data, offset, count, StatusTopic));
                }
                else
                {
                    return; // a topic that somebody asked for and that is not read here
                }
                wireError = "";
            }
            catch (WireException error)
            {
                Interlocked.Increment(ref bad);
                wireError = $"{options.PublishEndpoint}: {error.Message}";
            }
        }

        private void ReadFace(ProtoReader payload)
        {
            FaceFrame frame = mailbox.Spare;
            faceReader.Read(payload, frame);
            frame.ReceivedNs = MonotonicClock.NowNs;
            if (!string.Equals(frame.StreamId, streamId, StringComparison.Ordinal) || nextSeq < 0)
            {
                Forget();
                streamId = frame.StreamId;
                sharedStreamId = streamId;
                Interlocked.Increment(ref streams);
            }
            else if (frame.Seq > nextSeq)
            {
                Interlocked.Add(ref lost, frame.Seq - nextSeq);
            }
            nextSeq = frame.Seq + 1;
            Interlocked.Increment(ref messages);
            // The faces of one picture are one picture.
            bool another = frame.FrameIndex != lastFrameIndex || frame.FaceId == lastFaceId;
            lastFrameIndex = frame.FrameIndex;
            lastFaceId = frame.FaceId;
            if (another)
            {
                lock (gate)
                {
                    rate.Add(frame.ReceivedNs);
                }
            }
            mailbox.Put();
        }

        private void ReadMeta(ProtoReader payload)
        {
            // The same meta comes every second; only another one is worth its memory.
            if (payload.Left == metaSize && Same(payload))
            {
                return;
            }
            StreamMeta read = StreamMetaReader.Read(payload);
            metaSize = payload.Left;
            if (metaBytes.Length < metaSize)
            {
                metaBytes = new byte[metaSize];
            }
            Buffer.BlockCopy(payload.Data, payload.Offset, metaBytes, 0, metaSize);
            meta = read;
        }

        private void ReadStatus(ProtoReader payload)
        {
            statusReader.Read(payload, spareStatus);
            lock (gate)
            {
                StreamStatus old = newestStatus;
                newestStatus = spareStatus;
                spareStatus = old;
                statusCame = true;
            }
        }

        private bool Same(ProtoReader payload)
        {
            for (int index = 0; index < metaSize; index++)
            {
                if (payload.Data[payload.Offset + index] != metaBytes[index])
                {
                    return false;
                }
            }
            return true;
        }

        private void Forget()
        {
            mailbox.Clear();
            streamId = "";
            nextSeq = -1;
        }

        private static bool StartsWith(byte[] data, int offset, int count, byte[] topic)
        {
            if (count < topic.Length)
            {
                return false;
            }
            for (int index = 0; index < topic.Length; index++)
            {
                if (data[offset + index] != topic[index])
                {
                    return false;
                }
            }
            return true;
        }

        private static ProtoReader Payload(byte[] data, int offset, int count, byte[] topic)
        {
            return new ProtoReader(data, offset + topic.Length, count - topic.Length);
        }
    }
}
