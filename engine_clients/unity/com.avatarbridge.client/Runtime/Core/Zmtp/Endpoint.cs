using System.Globalization;

namespace AvatarBridge
{
    /// <summary>An address such as tcp://127.0.0.1:5570, tcp://studio.local:5570 or
    /// tcp://[::1]:5570.</summary>
    public readonly struct Endpoint
    {
        private const string Scheme = "tcp://";

        private Endpoint(string host, int port)
        {
            Host = host;
            Port = port;
        }

        /// <summary>A name or a literal address, without brackets.</summary>
        public string Host { get; }

        /// <summary>1 to 65535.</summary>
        public int Port { get; }

        /// <summary>Read an address.</summary>
        /// <param name="text">What a person typed.</param>
        /// <param name="endpoint">The address, if it is one.</param>
        /// <param name="error">One line on what was expected; empty if all is well.</param>
        /// <returns>Whether it is an address.</returns>
        public static bool TryParse(string text, out Endpoint endpoint, out string error)
        {
            endpoint = default;
            error = $"expected an address like tcp://127.0.0.1:5570, got '{text}'";
            string rest = (text ?? "").Trim();
            if (!rest.StartsWith(Scheme, System.StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
            rest = rest.Substring(Scheme.Length);
            int colon = rest.LastIndexOf(':');
            if (colon <= 0)
            {
                return false;
            }
            string host = rest.Substring(0, colon);
            bool bracketed = host.Length > 2 && host[0] == '[' && host[host.Length - 1] == ']';
            host = bracketed ? host.Substring(1, host.Length - 2) : host;
            bool odd = host.IndexOfAny(new[] { '/', ' ', '[', ']' }) >= 0;
            // An IPv6 address without brackets hides where its port begins.
            if (odd || (!bracketed && host.IndexOf(':') >= 0))
            {
                return false;
            }
            if (!int.TryParse(
                    rest.Substring(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                    out int port)
                || port < 1 || port > 65535)
            {
                return false;
            }
            endpoint = new Endpoint(host, port);
            error = "";
            return true;
        }
    }
}
