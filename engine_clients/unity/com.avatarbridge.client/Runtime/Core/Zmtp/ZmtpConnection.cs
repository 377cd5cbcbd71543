using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace AvatarBridge
{
    /// <summary>What a <see cref="ZmtpConnection"/> tells, all in its own thread. What throws here
    /// ends the connection and is told as its error; then it connects again.</summary>
    public interface IZmtpListener
    {
        /// <summary>The handshake is done.</summary>
        void OnConnected();

        /// <summary>A message came; its bytes hold until this returns.</summary>
        void OnMessage(byte[] data, int offset, int count);

        /// <summary>The connection is gone; after each <see cref="OnConnected"/> once.</summary>
        void OnDisconnected();

        /// <summary>Called many times a second while connected, for what is due.</summary>
        void OnTick(long nowNs);
    }

    /// <summary>One peer over TCP, in one background thread: connects, connects again with growing
    /// pauses, keeps the heartbeat. Its thread ends within <see cref="JoinMs"/> of
    /// <see cref="Dispose"/>.</summary>
    public sealed class ZmtpConnection : IDisposable
    {
        /// <summary>Longest wait for the thread's end, milliseconds.</summary>
        public const int JoinMs = 1000;

        private const int SliceMs = 20; // how long nothing but the end of this slice wakes the thread
        private const long NsPerS = 1000000000;

        private readonly ZmtpCodec codec; // locked: requests are written in the caller's thread
        private readonly ZmtpSocketType type;
        private readonly string address;
        private readonly ConnectionOptions options;
        private readonly byte[][] subscriptions;
        private readonly IZmtpListener listener;
        private readonly string problem;
        private readonly ManualResetEvent stopping = new ManualResetEvent(false);
        private volatile bool stopped; // the same, cheaper to ask
        private readonly byte[] received = new byte[1 << 14];
        private Endpoint endpoint;
        private Thread thread;
        private Socket socket; // set while it may be written to; locked by the codec
        private volatile string lastError = "";
        private int state = (int)ConnectionState.Stopped;
        private int connects;
        private bool wasReady;

        /// <summary>Made, but not started.</summary>
        /// <param name="type">What this side is.</param>
        /// <param name="address">As <see cref="Endpoint"/> reads it; a bad one is told by
        /// <see cref="State"/> after <see cref="Start"/>.</param>
        /// <param name="options">Times and limits; bad ones are told in the same way.</param>
        /// <param name="subscriptions">Prefixes, for a SUB socket.</param>
        /// <param name="listener">Hears what comes.</param>
        public ZmtpConnection(
            ZmtpSocketType type, string address, ConnectionOptions options, byte[][] subscriptions,
            IZmtpListener listener)
        {
            this.type = type;
            this.address = address;
            this.options = options;
            this.subscriptions = subscriptions;
            this.listener = listener;
            problem = options.Problem();
            codec = new ZmtpCodec(type, problem.Length == 0 ? options.MaxFrameBytes : 1);
        }

        /// <summary>How the connection stands.</summary>
        public ConnectionState State => (ConnectionState)Volatile.Read(ref state);

        /// <summary>Why it does not stand, in one line; empty while all is well.</summary>
        public string LastError => lastError;

        /// <summary>How often a handshake was done: every one after the first is a reconnect.
        /// </summary>
        public int Connects => Volatile.Read(ref connects);

        /// <summary>Begin; once.</summary>
        public void Start()
        {
            if (thread != null || stopped)
            {
                throw new InvalidOperationException("a connection is started once");
            }
            if (!Endpoint.TryParse(address, out endpoint, out string error) || problem.Length > 0)
            {
                lastError = error.Length > 0 ? error : problem;
                SetState(ConnectionState.Failed);
                return;
            }
            SetState(ConnectionState.Connecting);
            thread = new Thread(Run) { IsBackground = true, Name = "AvatarBridge " + type };
            thread.Start();
        }

        /// <summary>Send a message of one frame; never waits.</summary>
        /// <returns>False if there is no connection, or too much waits for a peer that does not
        /// read: the message is not sent later.</returns>
        public bool TrySend(byte[] body, int count)
        {
            lock (codec)
            {
                if (socket == null || !codec.IsReady)
                {
                    return false;
                }
                try
                {
                    codec.WriteMessage(body, count);
                    Flush();
                    return true;
                }
                catch (ZmtpException)
                {
                    return false; // a peer that stays so is found dead by the heartbeat
                }
            }
        }

        /// <summary>Disconnect and end the thread; may be called again, from any thread.</summary>
        public void Dispose()
        {
            stopped = true;
            stopping.Set();
            lock (codec)
            {
                // Wakes whoever waits for this socket, and tells the peer at once.
                socket?.Close();
                socket = null;
            }
            if (thread != null && thread != Thread.CurrentThread)
            {
                thread.Join(JoinMs);
            }
            SetState(ConnectionState.Stopped);
        }

        private void Run()
        {
            double pauseS = options.MinBackoffS;
            while (!stopped)
            {
                wasReady = false;
                string error = "";
                try
                {
                    using (Socket connected = Connect())
                    {
                        try
                        {
                            Serve(connected);
                        }
                        finally
                        {
                            Detach(); // before it is closed, or a sender would meet a closed socket
                        }
                    }
                }
                catch (ZmtpException wrong)
                {
                    error = $"{address}: {wrong.Message}";
                }
                catch (SocketException lost)
                {
                    error = Explain(lost.SocketErrorCode);
                }
                catch (ObjectDisposedException)
                {
                    error = ""; // by Dispose
                }
                catch (Exception unexpected)
                {
                    // Nothing may end this thread but Dispose, or the avatar stands still for good.
                    error = $"{address}: {unexpected.GetType().Name}: {unexpected.Message}";
                }
                if (wasReady)
                {
                    listener.OnDisconnected();
                }
                if (stopped)
                {
                    return;
                }
                lastError = error;
                SetState(ConnectionState.Retrying);
                pauseS = wasReady ? options.MinBackoffS : pauseS;
                if (stopping.WaitOne((int)(pauseS * 1000)))
                {
                    return;
                }
                pauseS = Math.Min(2 * pauseS, options.MaxBackoffS);
            }
        }

        private void Detach()
        {
            lock (codec)
            {
                socket = null;
            }
        }

        private Socket Connect()
        {
            SocketException failed = null;
            foreach (IPAddress ip in Resolve())
            {
                Socket made = null;
                try
                {
                    // Throws where the system has no IPv6; the next address may do.
                    made = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                    made.NoDelay = true;
                    IAsyncResult pending = made.BeginConnect(new IPEndPoint(ip, endpoint.Port), null, null);
                    Await(pending, SocketError.TimedOut);
                    made.EndConnect(pending);
                    made.Blocking = false;
                    return made;
                }
                catch (SocketException error)
                {
                    made?.Close();
                    failed = error;
                }
                catch
                {
                    made?.Close();
                    throw;
                }
            }
            throw failed ?? new SocketException((int)SocketError.HostNotFound);
        }

        private IPAddress[] Resolve()
        {
            if (IPAddress.TryParse(endpoint.Host, out IPAddress literal))
            {
                return new[] { literal };
            }
            IAsyncResult pending = Dns.BeginGetHostAddresses(endpoint.Host, null, null);
            Await(pending, SocketError.HostNotFound);
            return Dns.EndGetHostAddresses(pending);
        }

        /// <summary>Wait for what the system does, but no longer than this object lives.</summary>
        private void Await(IAsyncResult pending, SocketError late)
        {
            long deadline = MonotonicClock.NowNs + (long)(options.ConnectTimeoutS * NsPerS);
            while (!pending.AsyncWaitHandle.WaitOne(SliceMs))
            {
                if (stopped)
                {
                    throw new ObjectDisposedException(nameof(ZmtpConnection));
                }
                if (MonotonicClock.NowNs > deadline)
                {
                    throw new SocketException((int)late);
                }
            }
        }

        private void Serve(Socket connected)
        {
            lock (codec)
            {
                if (stopped)
                {
                    return;
                }
                codec.Reset();
                socket = connected;
                Flush();
            }
            long now = MonotonicClock.NowNs;
            long heard = now;
            long handshakeEnd = now + (long)(options.ConnectTimeoutS * NsPerS);
            long nextPing = long.MaxValue;
            while (!stopped)
            {
                bool came = connected.Poll(SliceMs * 1000, SelectMode.SelectRead);
                now = MonotonicClock.NowNs;
                if (came && Receive(connected))
                {
                    heard = now;
                }
                if (wasReady)
                {
                    if (nextPing == long.MaxValue)
                    {
                        nextPing = now + (long)(options.HeartbeatS * NsPerS);
                    }
                    nextPing = KeepAlive(now, heard, nextPing);
                    listener.OnTick(now);
                }
                else if (now > handshakeEnd)
                {
                    throw new ZmtpException(
                        $"expected a ZeroMQ handshake within {options.ConnectTimeoutS} s, got none");
                }
                lock (codec)
                {
                    Flush();
                }
            }
        }

        private long KeepAlive(long now, long heard, long nextPing)
        {
            // Older peers know no PING; of those TCP alone tells whether they live.
            if (!codec.PeerAnswersPing)
            {
                return nextPing;
            }
            if (now - heard > (long)(options.DeadAfterS * NsPerS))
            {
                throw new ZmtpException($"expected a sign of life within {options.DeadAfterS} s, got none");
            }
            if (now < nextPing)
            {
                return nextPing;
            }
            lock (codec)
            {
                codec.WritePing();
            }
            return now + (long)(options.HeartbeatS * NsPerS);
        }

        /// <summary>Gives whether anything came.</summary>
        private bool Receive(Socket connected)
        {
            int count = connected.Receive(received, 0, received.Length, SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock || error == SocketError.Interrupted)
            {
                return false;
            }
            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }
            if (count == 0)
            {
                throw new ZmtpException(wasReady
                    ? "the server closed the connection"
                    : "the server closed the connection during the handshake: is it the other port?");
            }
            lock (codec)
            {
                codec.Feed(received, 0, count);
            }
            while (true)
            {
                ZmtpEvent found;
                lock (codec)
                {
                    found = codec.Next();
                    if (found == ZmtpEvent.Ready)
                    {
                        Subscribe();
                    }
                }
                if (found == ZmtpEvent.None)
                {
                    return true;
                }
                Tell(found);
            }
        }

        private void Tell(ZmtpEvent found)
        {
            if (found == ZmtpEvent.Message)
            {
                // Outside the lock: only this thread feeds the codec, so the bytes stay.
                ArraySegment<byte> message = codec.Message;
                listener.OnMessage(message.Array, message.Offset, message.Count);
                return;
            }
            wasReady = true;
            lastError = "";
            Interlocked.Increment(ref connects);
            SetState(ConnectionState.Connected);
            listener.OnConnected();
        }

        private void Subscribe()
        {
            foreach (byte[] prefix in subscriptions)
            {
                codec.WriteSubscribe(prefix);
            }
        }

        /// <summary>Send what the system takes now; the rest waits. To be called locked.</summary>
        private void Flush()
        {
            while (socket != null && codec.Output.Count > 0)
            {
                ArraySegment<byte> output = codec.Output;
                int count = socket.Send(
                    output.Array, output.Offset, output.Count, SocketFlags.None, out SocketError error);
                if (error != SocketError.Success || count == 0)
                {
                    return; // full, or broken: then reading says so
                }
                codec.Sent(count);
            }
        }

        private string Explain(SocketError error)
        {
            switch (error)
            {
                case SocketError.ConnectionRefused:
                    return $"{address}: nobody listens there: is avatar-bridge running?";
                case SocketError.HostNotFound:
                case SocketError.NoData:
                case SocketError.TryAgain:
                    return $"{address}: there is no host of this name";
                case SocketError.TimedOut:
                    return $"{address}: no answer within {options.ConnectTimeoutS} s";
                case SocketError.ConnectionReset:
                case SocketError.ConnectionAborted:
                    return $"{address}: the server cut the connection";
                default:
                    return $"{address}: {error}";
            }
        }

        private void SetState(ConnectionState value)
        {
            Volatile.Write(ref state, (int)value);
        }
    }
}
