namespace AvatarBridge
{
    /// <summary>How a connection stands.</summary>
    public enum ConnectionState
    {
        /// <summary>Not started, or stopped.</summary>
        Stopped,

        /// <summary>Connecting for the first time.</summary>
        Connecting,

        /// <summary>A server is there and speaks our protocol.</summary>
        Connected,

        /// <summary>The server is away or refused; LastError says why. It is tried again.</summary>
        Retrying,

        /// <summary>The settings cannot be used; LastError says why. It is not tried again.</summary>
        Failed,
    }
}
