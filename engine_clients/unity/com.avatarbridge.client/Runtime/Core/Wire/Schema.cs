namespace AvatarBridge
{
    /// <summary>The version of the messages, without which none is read.</summary>
    public static class Schema
    {
        /// <summary>The one that this client knows.</summary>
        public const uint Version = 1;

        internal static void Expect(uint version)
        {
            if (version != Version)
            {
                throw new WireException(
                    $"expected schema version {Version}, got {version}: update the older side");
            }
        }
    }
}
