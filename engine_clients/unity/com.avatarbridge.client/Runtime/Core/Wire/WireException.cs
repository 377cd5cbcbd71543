using System;

namespace AvatarBridge
{
    /// <summary>Bytes that are not a message of ours; the text says what was expected and what was
    /// got, in one line.</summary>
    public sealed class WireException : Exception
    {
        /// <summary>With one line for people.</summary>
        public WireException(string message)
            : base(message)
        {
        }
    }
}
