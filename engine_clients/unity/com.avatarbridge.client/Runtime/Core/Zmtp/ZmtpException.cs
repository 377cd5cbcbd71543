using System;

namespace AvatarBridge
{
    /// <summary>The peer is not one that can be talked to; the text says what was expected and what
    /// was got, in one line.</summary>
    public sealed class ZmtpException : Exception
    {
        /// <summary>With one line for people.</summary>
        public ZmtpException(string message)
            : base(message)
        {
        }
    }
}
