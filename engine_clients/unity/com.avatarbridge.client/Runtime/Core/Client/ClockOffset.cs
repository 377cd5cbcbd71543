using System;

namespace AvatarBridge
{
    /// <summary>How the server's clock stands to this one, told by the pings of the last while with
    /// the shortest round trip, whose error is at most half of it. Safe for several
    /// threads.</summary>
    public sealed class ClockOffset
    {
        private const int Kept = 16; // old ones go, since clocks drift

        private readonly object gate = new object();
        private readonly long[] roundTrips = new long[Kept];
        private readonly long[] offsets = new long[Kept];
        private string streamId = "";
        private int count;
        private int next;

        /// <summary>The shortest round trip, nanoseconds; 0 while unknown.</summary>
        public long RoundTripNs
        {
            get
            {
                lock (gate)
                {
                    return count > 0 ? roundTrips[Best()] : 0;
                }
            }
        }

        /// <summary>The server's clock minus <see cref="MonotonicClock"/>.</summary>
        /// <param name="ofStream">Of the server's run whose clock is meant.</param>
        /// <param name="offsetNs">Nanoseconds; 0 while unknown.</param>
        /// <returns>Whether a ping to that run was answered.</returns>
        public bool TryGet(string ofStream, out long offsetNs)
        {
            lock (gate)
            {
                bool known = count > 0 && string.Equals(ofStream, streamId, StringComparison.Ordinal);
                offsetNs = known ? offsets[Best()] : 0;
                return known;
            }
        }

        /// <summary>One more ping.</summary>
        /// <param name="roundTripNs">From sending to receiving.</param>
        /// <param name="offsetNs">The server's clock minus this one, half way through.</param>
        /// <param name="fromStream">Of the server's run: another run is another clock.</param>
        public void Add(long roundTripNs, long offsetNs, string fromStream)
        {
            lock (gate)
            {
                if (!string.Equals(fromStream, streamId, StringComparison.Ordinal))
                {
                    streamId = fromStream;
                    count = next = 0;
                }
                roundTrips[next] = roundTripNs;
                offsets[next] = offsetNs;
                next = (next + 1) % Kept;
                count = Math.Min(count + 1, Kept);
            }
        }

        /// <summary>Forget everything.</summary>
        public void Clear()
        {
            lock (gate)
            {
                count = next = 0;
            }
        }

        private int Best()
        {
            int best = 0;
            for (int index = 1; index < count; index++)
            {
                best = roundTrips[index] < roundTrips[best] ? index : best;
            }
            return best;
        }
    }
}
