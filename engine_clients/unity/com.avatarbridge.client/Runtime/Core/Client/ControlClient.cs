using System;
using System.Collections.Generic;

namespace AvatarBridge
{
    /// <summary>Asks the control service. Nothing here waits: a request returns at once, and
    /// <see cref="Poll"/> hands its answer to the request's callback, in the thread that polls. Each
    /// request is answered exactly once, if only by a time-out. A request made before there is a
    /// connection is sent once there is one, if that is in time.</summary>
    public sealed class ControlClient : IDisposable, IZmtpListener
    {
        private const int MostPending = 64;
        private const int QuickPings = 5; // the first ones, to know the clock soon
        private const double QuickPingS = 0.05;
        private const double NsPerS = 1e9;

        private readonly string endpoint;
        private readonly ConnectionOptions options;
        private readonly double pingIntervalS;
        private readonly object gate = new object();
        private readonly List<Pending> pending = new List<Pending>();
        private readonly List<Pending> done = new List<Pending>();
        private readonly List<Pending> told = new List<Pending>(); // of the polling thread
        private readonly ControlRequestWriter writer = new ControlRequestWriter();
        private readonly ControlResponseReader reader = new ControlResponseReader();
        private readonly byte[] ping = new byte[ControlRequestWriter.MostPingBytes];
        private ZmtpConnection connection;
        private volatile string wireError = "";
        private long lastId;
        private long ownPingId; // of the newest ping that nobody asked for; 0 once answered
        private long nextPingNs;
        private int pings;

        /// <summary>Made, but not started.</summary>
        /// <param name="endpoint">Address of the control service, tcp://HOST:PORT.</param>
        /// <param name="options">Of the connection; null for the defaults.</param>
        /// <param name="pingIntervalS">How often the clock is asked by itself, seconds; 0 for
        /// never.</param>
        public ControlClient(
            string endpoint, ConnectionOptions options = null, double pingIntervalS = 1.0)
        {
            this.endpoint = endpoint;
            this.options = options ?? new ConnectionOptions();
            this.pingIntervalS = pingIntervalS;
        }

        /// <summary>How long an answer is waited for, seconds.</summary>
        public double TimeoutS { get; set; } = 3.0;

        /// <summary>How the server's clock stands to this one.</summary>
        public ClockOffset Clock { get; } = new ClockOffset();

        /// <summary>How the connection stands.</summary>
        public ConnectionState State => connection?.State ?? ConnectionState.Stopped;

        /// <summary>What is wrong, in one line; empty while all is well.</summary>
        public string LastError
        {
            get
            {
                string lost = connection?.LastError ?? "";
                return lost.Length > 0 ? lost : wireError;
            }
        }

        /// <summary>Connect, in a background thread; does nothing if that is so already.</summary>
        public void Start()
        {
            if (connection == null)
            {
                wireError = "";
                connection = new ZmtpConnection(
                    ZmtpSocketType.Dealer, endpoint, options, Array.Empty<byte[]>(), this);
                connection.Start();
            }
        }

        /// <summary>Disconnect and end the thread. Requests in hand fail at the next
        /// <see cref="Poll"/>.</summary>
        public void Stop()
        {
            connection?.Dispose();
            connection = null;
            lock (gate)
            {
                FailAll(false, "the client was stopped");
            }
            Clock.Clear();
        }

        /// <summary>As <see cref="Stop"/>.</summary>
        public void Dispose()
        {
            Stop();
        }

        /// <summary>Measure the round trip and the server's clock.</summary>
        public void Ping(Action<ControlAnswer> answered)
        {
            Ask(ControlRequestKind.Ping, answered, id => null);
        }

        /// <summary>Ask what the stream carries.</summary>
        public void GetMeta(Action<ControlAnswer> answered)
        {
            Ask(
                ControlRequestKind.GetMeta, answered,
                id => writer.Plain(id, ControlRequestKind.GetMeta));
        }

        /// <summary>Ask for the names that <see cref="SetProfile"/> takes.</summary>
        public void ListProfiles(Action<ControlAnswer> answered)
        {
            Ask(
                ControlRequestKind.ListProfiles, answered,
                id => writer.Plain(id, ControlRequestKind.ListProfiles));
        }

        /// <summary>Use another retarget profile from one of the next frames on.</summary>
        public void SetProfile(string name, Action<ControlAnswer> answered)
        {
            Ask(
                ControlRequestKind.SetProfile, answered,
                id => writer.Named(id, ControlRequestKind.SetProfile, name));
        }

        /// <summary>Take the face as it is now for the face at rest.</summary>
        /// <param name="name">To keep the calibration under; empty for this run only.</param>
        /// <param name="answered">Called by <see cref="Poll"/>.</param>
        public void Calibrate(string name, Action<ControlAnswer> answered)
        {
            Ask(
                ControlRequestKind.Calibrate, answered,
                id => writer.Named(id, ControlRequestKind.Calibrate, name));
        }

        /// <summary>A calibration in steps, or one that was kept. A measurement is answered after
        /// about a second.</summary>
        /// <param name="action">What to do.</param>
        /// <param name="step">What the face does meanwhile; for other actions than Measure it says
        /// nothing.</param>
        /// <param name="name">To keep it under, or that it was kept under: letters, digits, spaces,
        /// - and _, 64 at most; empty for this run only.</param>
        /// <param name="keepHead">Leave head and gaze as the camera sees them; else those of the
        /// neutral face become straight.</param>
        /// <param name="answered">Called by <see cref="Poll"/>.</param>
        public void Calibrate(
            CalibrationAction action, CalibrationStep step, string name, bool keepHead,
            Action<ControlAnswer> answered)
        {
            Ask(
                ControlRequestKind.Calibrate, answered,
                id => writer.Calibrate(id, action, step, name, keepHead));
        }

        /// <summary>The mapping alone: what the profile makes of these.</summary>
        /// <param name="actionUnits">Intensities, 0 to 1, by name, such as AU12L, or AU12 for both
        /// sides; null for none.</param>
        /// <param name="emotions">Probabilities, 0 to 1, by name; null for none.</param>
        /// <param name="answered">Called by <see cref="Poll"/>.</param>
        public void Map(
            IReadOnlyDictionary<string, float> actionUnits,
            IReadOnlyDictionary<string, float> emotions, Action<ControlAnswer> answered)
        {
            Ask(ControlRequestKind.Map, answered, id => writer.Map(id, actionUnits, emotions));
        }

        /// <summary>Hand over the answers that came, and give up what took too long; to be called
        /// every tick, by one thread. What a callback throws comes out of here, and the callbacks
        /// after it are called by the next poll.</summary>
        public void Poll()
        {
            long now = MonotonicClock.NowNs;
            lock (gate)
            {
                for (int index = pending.Count - 1; index >= 0; index--)
                {
                    if (now > pending[index].DeadlineNs)
                    {
                        Pending late = pending[index];
                        string why = LastError;
                        string text = $"no answer within {TimeoutS} s";
                        Fail(late, ControlErrorCode.TimedOut, why.Length > 0 ? $"{text}: {why}" : text);
                        pending.RemoveAt(index);
                    }
                }
                told.AddRange(done);
                done.Clear();
            }
            while (told.Count > 0)
            {
                Pending next = told[0];
                told.RemoveAt(0);
                next.Answered?.Invoke(next.Answer);
            }
        }

        void IZmtpListener.OnConnected()
        {
            lock (gate)
            {
                pings = 0;
                nextPingNs = 0;
                foreach (Pending each in pending)
                {
                    Send(each);
                }
            }
        }

        void IZmtpListener.OnDisconnected()
        {
            lock (gate)
            {
                FailAll(true, "the connection was lost before the answer came");
            }
        }

        void IZmtpListener.OnTick(long nowNs)
        {
            if (pingIntervalS <= 0 || nowNs < nextPingNs)
            {
                return;
            }
            double pauseS = pings < QuickPings ? QuickPingS : pingIntervalS;
            nextPingNs = nowNs + (long)(pauseS * NsPerS);
            lock (gate)
            {
                ownPingId = ++lastId;
                SendPing(ownPingId);
                pings++;
            }
        }

        void IZmtpListener.OnMessage(byte[] data, int offset, int count)
        {
            long now = MonotonicClock.NowNs;
            ControlResponseReader.Envelope got;
            try
            {
                got = reader.Read(new ProtoReader(data, offset, count));
                wireError = "";
            }
            catch (WireException error)
            {
                // Whose answer it was nobody knows; that request runs out of time.
                wireError = $"control answer: {error.Message}";
                return;
            }
            bool isPing = got.Body == (int)ControlRequestKind.Ping;
            long roundTrip = now - got.ClientNs;
            long offsetNs = isPing ? got.ServerNs - (got.ClientNs + roundTrip / 2) : 0;
            lock (gate)
            {
                if (got.RequestId == ownPingId && ownPingId != 0)
                {
                    ownPingId = 0;
                    if (isPing)
                    {
                        Clock.Add(roundTrip, offsetNs, got.StreamId);
                    }
                    return;
                }
                int index = Find(got.RequestId);
                if (index < 0)
                {
                    return; // the late answer to a request that was given up
                }
                Pending asked = pending[index];
                pending.RemoveAt(index);
                if (isPing)
                {
                    got.Answer = new ControlAnswer(asked.Kind)
                    {
                        ClockOffsetNs = offsetNs,
                        StreamId = got.StreamId,
                    };
                }
                Complete(asked, got, now);
            }
        }

        private void Complete(Pending asked, ControlResponseReader.Envelope got, long now)
        {
            bool isError = got.Answer.Error.Length > 0;
            if (!isError && got.Body != (int)asked.Kind)
            {
                Fail(
                    asked, ControlErrorCode.BadAnswer,
                    $"expected an answer to {asked.Kind}, got one of field {got.Body}");
                return;
            }
            asked.Answer = got.Answer;
            asked.Answer.Kind = asked.Kind;
            asked.Answer.RoundTripNs = now - asked.SentNs;
            done.Add(asked);
        }

        private void Ask(
            ControlRequestKind kind, Action<ControlAnswer> answered, Func<long, byte[]> write)
        {
            long now = MonotonicClock.NowNs;
            lock (gate)
            {
                var made = new Pending { Kind = kind, Answered = answered, Id = ++lastId };
                if (pending.Count >= MostPending)
                {
                    Fail(
                        made, ControlErrorCode.TooMany,
                        $"expected at most {MostPending} requests at once, got more");
                    return;
                }
                made.DeadlineNs = now + (long)(TimeoutS * NsPerS);
                made.Bytes = write(made.Id);
                pending.Add(made);
                Send(made);
            }
        }

        /// <summary>To be called locked; if there is no connection, the next one sends it.</summary>
        private void Send(Pending asked)
        {
            if (asked.IsSent || connection == null)
            {
                return;
            }
            asked.SentNs = MonotonicClock.NowNs;
            asked.IsSent = asked.Bytes == null
                ? SendPing(asked.Id)
                : connection.TrySend(asked.Bytes, asked.Bytes.Length);
        }

        private bool SendPing(long id)
        {
            int count = ControlRequestWriter.WritePing(ping, id, MonotonicClock.NowNs);
            return connection != null && connection.TrySend(ping, count);
        }

        private int Find(long requestId)
        {
            for (int index = 0; index < pending.Count; index++)
            {
                if (pending[index].Id == requestId)
                {
                    return index;
                }
            }
            return -1;
        }

        private void FailAll(bool onlySent, string why)
        {
            for (int index = pending.Count - 1; index >= 0; index--)
            {
                if (pending[index].IsSent || !onlySent)
                {
                    Fail(pending[index], ControlErrorCode.ConnectionLost, why);
                    pending.RemoveAt(index);
                }
            }
        }

        private void Fail(Pending asked, ControlErrorCode code, string why)
        {
            asked.Answer = new ControlAnswer(asked.Kind) { Code = code, Error = why };
            done.Add(asked);
        }

        private sealed class Pending
        {
            public long Id;
            public ControlRequestKind Kind;
            public byte[] Bytes; // null for a ping, which is stamped when it is sent
            public bool IsSent;
            public long SentNs;
            public long DeadlineNs;
            public Action<ControlAnswer> Answered;
            public ControlAnswer Answer;
        }
    }
}
