using System;

namespace AvatarBridge
{
    /// <summary>What is needed of quaternions, as x, y, z, w.</summary>
    internal static class Rotation
    {
        private const float NearlyEqual = 0.9995f; // closer, a straight line is as good
        private const float NearlyNone = 1e-6f;

        /// <summary>To length 1; identity for what has none.</summary>
        public static void Normalise(ref float x, ref float y, ref float z, ref float w)
        {
            float length = (float)Math.Sqrt(x * x + y * y + z * z + w * w);
            if (!(length > NearlyNone) || float.IsInfinity(length))
            {
                x = y = z = 0f;
                w = 1f;
                return;
            }
            x /= length;
            y /= length;
            z /= length;
            w /= length;
        }

        /// <summary>From one unit quaternion to another, the short way, at constant speed;
        /// a share of 0 gives the first, 1 the second.</summary>
        public static void Slerp(
            float ax, float ay, float az, float aw, float bx, float by, float bz, float bw,
            float share, out float x, out float y, out float z, out float w)
        {
            float dot = ax * bx + ay * by + az * bz + aw * bw;
            float sign = dot < 0f ? -1f : 1f; // q and -q are the same rotation
            dot *= sign;
            float before = 1f - share;
            float after = share;
            if (dot < NearlyEqual)
            {
                double angle = Math.Acos(dot);
                double sine = Math.Sin(angle);
                before = (float)(Math.Sin(before * angle) / sine);
                after = (float)(Math.Sin(share * angle) / sine);
            }
            after *= sign;
            x = before * ax + after * bx;
            y = before * ay + after * by;
            z = before * az + after * bz;
            w = before * aw + after * bw;
            Normalise(ref x, ref y, ref z, ref w);
        }
    }
}
