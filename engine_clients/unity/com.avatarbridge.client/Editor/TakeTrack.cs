using System.Collections.Generic;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>One value over the time of a take, and the curve it becomes.</summary>
    public sealed class TakeTrack
    {
        // Steps this small are not seen: a thousandth of a percent, or of a quaternion's part.
        private const float Same = 1e-5f;

        private readonly List<float> times = new List<float>();
        private readonly List<float> values = new List<float>();

        /// <summary>Add a value.</summary>
        /// <param name="time">In seconds from the start of the take, later than the last one.</param>
        /// <param name="value">The value.</param>
        public void Add(float time, float value)
        {
            int count = values.Count;
            // Of values that stay the same the first and the last are enough.
            if (count >= 2 && Near(values[count - 1], value) && Near(values[count - 2], value))
            {
                times[count - 1] = time;
                return;
            }
            times.Add(time);
            values.Add(value);
        }

        /// <summary>Straight lines through the values.</summary>
        public AnimationCurve ToCurve()
        {
            var keys = new Keyframe[times.Count];
            for (int index = 0; index < keys.Length; index++)
            {
                keys[index] = new Keyframe(
                    times[index], values[index], Slope(index - 1), Slope(index));
            }
            return new AnimationCurve(keys);
        }

        // The slope from a key to the next one; flat before the first and after the last.
        private float Slope(int from)
        {
            return from < 0 || from + 1 >= times.Count
                ? 0f
                : (values[from + 1] - values[from]) / (times[from + 1] - times[from]);
        }

        private static bool Near(float a, float b)
        {
            return Mathf.Abs(a - b) <= Same;
        }
    }
}
