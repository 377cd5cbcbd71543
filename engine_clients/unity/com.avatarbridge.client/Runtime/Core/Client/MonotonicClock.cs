using System.Diagnostics;

namespace AvatarBridge
{
    /// <summary>This process's clock: it only goes forward, from an arbitrary origin.</summary>
    public static class MonotonicClock
    {
        private static readonly double NsPerTick = 1e9 / Stopwatch.Frequency;
        private static readonly long Origin = Stopwatch.GetTimestamp();

        /// <summary>Nanoseconds since the first use.</summary>
        public static long NowNs => (long)((Stopwatch.GetTimestamp() - Origin) * NsPerTick);

        /// <summary>Seconds since the first use; what <see cref="Timeline"/> takes.</summary>
        public static double NowS => NowNs * 1e-9;
    }
}
