using System.Diagnostics;
using System.Threading;
using NUnit.Framework;

namespace AvatarBridge.Tests
{
    /// <summary>A client whose server is away: it says so, and it ends when it is told to.</summary>
    public sealed class ClientTests
    {
        [Test]
        public void AServerThatIsAwayIsNamedAndNothingOutlivesTheClient()
        {
            var options = new ClientOptions
            {
                PublishEndpoint = "tcp://127.0.0.1:1", // nobody may listen there
                ControlEndpoint = "",
            };
            var client = new AvatarBridgeClient(options);
            client.Start();
            var clock = Stopwatch.StartNew();
            while (client.LastError.Length == 0 && clock.ElapsedMilliseconds < 10000)
            {
                Thread.Sleep(10);
            }
            StringAssert.Contains("tcp://127.0.0.1:1", client.LastError);
            clock.Restart();
            client.Dispose();
            Assert.Less(clock.ElapsedMilliseconds, ZmtpConnection.JoinMs);
            Assert.AreEqual(ConnectionState.Stopped, client.State);
        }

        [Test]
        public void AnAddressThatIsNoneIsSaidAtOnce()
        {
            using (var client = new AvatarBridgeClient(
                new ClientOptions { PublishEndpoint = "localhost", ControlEndpoint = "" }))
            {
                client.Start();
                Assert.AreEqual(ConnectionState.Failed, client.State);
                StringAssert.Contains("expected an address like", client.LastError);
            }
        }
    }
}
