using System;

namespace AvatarBridge
{
    /// <summary>How one connection is made and kept.</summary>
    public sealed class ConnectionOptions
    {
        private const double LongestS = 3600;
        private const int LargestFrame = 1 << 28;

        /// <summary>First pause before connecting again, seconds; doubles up to
        /// <see cref="MaxBackoffS"/>.</summary>
        public double MinBackoffS { get; set; } = 0.1;

        /// <summary>Longest pause before connecting again, seconds.</summary>
        public double MaxBackoffS { get; set; } = 2.0;

        /// <summary>Longest wait for a connection, and for the handshake after it, seconds.</summary>
        public double ConnectTimeoutS { get; set; } = 3.0;

        /// <summary>How often the server is pinged, seconds.</summary>
        public double HeartbeatS { get; set; } = 1.0;

        /// <summary>A server that says nothing for so long, seconds, is taken for dead and connected
        /// to again.</summary>
        public double DeadAfterS { get; set; } = 5.0;

        /// <summary>Largest frame taken, bytes. A peer that announces a larger one is disconnected
        /// before memory is taken.</summary>
        public int MaxFrameBytes { get; set; } = 1 << 20;

        /// <summary>What cannot be used of these, in one line; empty if all is well.</summary>
        internal string Problem()
        {
            if (!(MinBackoffS > 0 && MinBackoffS <= MaxBackoffS && MaxBackoffS <= LongestS))
            {
                return $"expected pauses of 0 to {LongestS} s, got {MinBackoffS} to {MaxBackoffS}";
            }
            foreach (double seconds in new[] { ConnectTimeoutS, HeartbeatS, DeadAfterS })
            {
                if (!(seconds > 0 && seconds <= LongestS))
                {
                    return $"expected times of 0 to {LongestS} s, got {seconds}";
                }
            }
            if (DeadAfterS <= HeartbeatS)
            {
                return $"expected DeadAfterS above HeartbeatS, {HeartbeatS}, got {DeadAfterS}";
            }
            bool fits = MaxFrameBytes >= 1 && MaxFrameBytes <= LargestFrame;
            return fits ? "" : $"expected frames of 1 to {LargestFrame} bytes, got {MaxFrameBytes}";
        }
    }

    /// <summary>What an <see cref="AvatarBridgeClient"/> connects to. Read once, at its making.</summary>
    public sealed class ClientOptions
    {
        /// <summary>Where `avatar-bridge run` publishes if not told otherwise.</summary>
        public const string DefaultPublish = "tcp://127.0.0.1:5570";

        /// <summary>Where its control service listens if not told otherwise.</summary>
        public const string DefaultControl = "tcp://127.0.0.1:5571";

        /// <summary>Address of the publisher: tcp://HOST:PORT, an IPv6 host in brackets.</summary>
        public string PublishEndpoint { get; set; } = DefaultPublish;

        /// <summary>Address of the control service; empty for none, and then neither requests nor
        /// latency.</summary>
        public string ControlEndpoint { get; set; } = DefaultControl;

        /// <summary>What to subscribe to, of "face", "meta" and "status".</summary>
        public string[] Topics { get; set; } = { "face", "meta", "status" };

        /// <summary>How both connections are made and kept.</summary>
        public ConnectionOptions Connection { get; set; } = new ConnectionOptions();

        /// <summary>How often the clock of the server is asked, seconds.</summary>
        public double PingIntervalS { get; set; } = 1.0;
    }
}
