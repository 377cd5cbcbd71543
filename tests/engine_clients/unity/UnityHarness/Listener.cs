using System;
using System.Net;
using System.Net.Sockets;

namespace AvatarBridge.Harness
{
    /// <summary>A server that only takes connections.</summary>
    internal sealed class Listener : IDisposable
    {
        private readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);

        public Listener()
        {
            listener.Start();
        }

        public string Endpoint
        {
            get { return "tcp://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port; }
        }

        public Socket Accept()
        {
            return listener.AcceptSocket();
        }

        /// <summary>Whether the other end hangs up within two seconds.</summary>
        public static bool Hangs(Socket peer)
        {
            peer.ReceiveTimeout = 2000;
            var waste = new byte[256];
            try
            {
                while (peer.Receive(waste) > 0)
                {
                }
                return true;
            }
            catch (SocketException error)
            {
                return error.SocketErrorCode == SocketError.ConnectionReset;
            }
        }

        public void Dispose()
        {
            listener.Stop();
        }
    }
}
