namespace AvatarBridge
{
    /// <summary>How many events there are a second, over the last two seconds. Not safe for several
    /// threads at once.</summary>
    public sealed class RateMeter
    {
        private const long WindowNs = 2000000000;

        private readonly long[] stamps = new long[512]; // two seconds at 240 a second
        private int count;
        private int newest = -1;

        /// <summary>Forget everything.</summary>
        public void Clear()
        {
            count = 0;
            newest = -1;
        }

        /// <summary>One more.</summary>
        /// <param name="nowNs">Of <see cref="MonotonicClock"/>.</param>
        public void Add(long nowNs)
        {
            newest = (newest + 1) % stamps.Length;
            stamps[newest] = nowNs;
            count = count < stamps.Length ? count + 1 : count;
        }

        /// <summary>Events a second; 0 once none came for two seconds.</summary>
        /// <param name="nowNs">Of <see cref="MonotonicClock"/>.</param>
        public double PerSecond(long nowNs)
        {
            int within = 0;
            long oldest = nowNs;
            for (int back = 0; back < count; back++)
            {
                long stamp = stamps[(newest - back + stamps.Length) % stamps.Length];
                if (nowNs - stamp > WindowNs)
                {
                    break;
                }
                oldest = stamp;
                within++;
            }
            // Gaps, not events: two that are a second apart are one a second.
            return within < 2 ? 0.0 : (within - 1) * 1e9 / (nowNs - oldest);
        }
    }
}
