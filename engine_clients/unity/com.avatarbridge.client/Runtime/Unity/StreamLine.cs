using System.Globalization;

namespace AvatarBridge.Unity
{
    /// <summary>Says in one line how a connection is doing.</summary>
    public static class StreamLine
    {
        /// <summary>The line, for people.</summary>
        /// <param name="connection">null for none.</param>
        public static string Of(AvatarBridgeConnection connection)
        {
            if (!connection)
            {
                return "No connection.";
            }
            AvatarBridgeClient client = connection.Client;
            if (client == null)
            {
                return "Not receiving: nothing uses this connection now.";
            }
            switch (client.State)
            {
                case ConnectionState.Connected:
                    return Receiving(client);
                case ConnectionState.Stopped: // a client that runs is not, except where it cannot
                    return "Not receiving: browsers have no TCP sockets.";
                case ConnectionState.Connecting:
                    return "Connecting to " + connection.PublishEndpoint + " …";
                case ConnectionState.Failed:
                    return "Cannot connect: " + client.LastError;
                default:
                    return "No server, trying again. " + client.LastError;
            }
        }

        private static string Receiving(AvatarBridgeClient client)
        {
            double rate = client.Rate;
            if (rate <= 0.0)
            {
                string error = client.LastError;
                return "Connected, but no frames come. " + error;
            }
            double latency = client.LatencyMs;
            string line = rate.ToString("0", CultureInfo.InvariantCulture) + " frames a second";
            if (!double.IsNaN(latency))
            {
                line += ", " + latency.ToString("0.0", CultureInfo.InvariantCulture) + " ms";
            }
            return line + (client.FaceFound ? ", face found" : ", no face");
        }
    }
}
