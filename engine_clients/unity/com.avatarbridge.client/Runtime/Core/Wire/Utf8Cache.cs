using System;
using System.Text;

namespace AvatarBridge
{
    /// <summary>Remembers the last string and its bytes, so that what every message repeats is
    /// decoded once. Used by one thread.</summary>
    public sealed class Utf8Cache
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        private byte[] bytes = Array.Empty<byte>();
        private string text = "";

        /// <summary>The string of these bytes.</summary>
        /// <exception cref="WireException">they are not UTF-8.</exception>
        public string Get(byte[] data, int offset, int count)
        {
            if (!Same(data, offset, count))
            {
                text = Decode(data, offset, count);
                bytes = new byte[count];
                Buffer.BlockCopy(data, offset, bytes, 0, count);
            }
            return text;
        }

        /// <summary>The string of these bytes, remembered by nobody.</summary>
        /// <exception cref="WireException">they are not UTF-8.</exception>
        public static string Decode(byte[] data, int offset, int count)
        {
            try
            {
                return count == 0 ? "" : Strict.GetString(data, offset, count);
            }
            catch (DecoderFallbackException)
            {
                throw new WireException($"expected UTF-8, got {count} other bytes");
            }
        }

        private bool Same(byte[] data, int offset, int count)
        {
            if (count != bytes.Length)
            {
                return false;
            }
            for (int index = 0; index < count; index++)
            {
                if (data[offset + index] != bytes[index])
                {
                    return false;
                }
            }
            return true;
        }
    }
}
