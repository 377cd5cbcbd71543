using System;
using System.Collections.Generic;
using System.Text;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>ZMTP, byte for byte, without sockets.</summary>
    internal static class CodecChecks
    {
        private const int Cap = 1000;

        public static void Run()
        {
            SaysWhatTheProtocolSays();
            ReadsWhateverTheChunks();
            AnswersPing();
            WritesMessagesWholeOrNotAtAll();
            PassesOverMessagesOfSeveralFrames();
            RefusesTooLargeFrames();
            RefusesOtherPeers();
            BeginsAnew();
            ReadsEndpoints();
            RefusesLongTexts();
        }

        /// <summary>What a PUB sends: greeting, READY, a message, a PING, a long one, one of two
        /// frames, an unknown command, an empty message.</summary>
        public static byte[] Session()
        {
            var bytes = new List<byte>(Greeting());
            bytes.AddRange(Ready("PUB"));
            bytes.AddRange(Frame(0, Encoding.ASCII.GetBytes("short")));
            bytes.AddRange(Frame(4, Encoding.ASCII.GetBytes("\x04PING\0\x0a" + "context")));
            bytes.AddRange(Frame(0, new byte[600]));
            bytes.AddRange(Frame(1, new byte[] { 1 }));
            bytes.AddRange(Frame(0, new byte[] { 2 }));
            bytes.AddRange(Frame(4, Encoding.ASCII.GetBytes("\x06" + "FUTURE?")));
            bytes.AddRange(Frame(0, new byte[0]));
            return bytes.ToArray();
        }

        private static byte[] Greeting(byte major = 3, byte minor = 1, string mechanism = "NULL")
        {
            var greeting = new byte[64];
            greeting[0] = 0xff;
            greeting[8] = 1;
            greeting[9] = 0x7f;
            greeting[10] = major;
            greeting[11] = minor;
            Encoding.ASCII.GetBytes(mechanism, 0, mechanism.Length, greeting, 12);
            return greeting;
        }

        private static byte[] Ready(string type)
        {
            var body = new List<byte>(Encoding.ASCII.GetBytes("\x05READY\x08Identity\0\0\0\0"));
            body.AddRange(Encoding.ASCII.GetBytes("\x0bSocket-Type\0\0\0"));
            body.Add((byte)type.Length);
            body.AddRange(Encoding.ASCII.GetBytes(type));
            return Frame(4, body.ToArray());
        }

        private static byte[] Frame(byte flags, byte[] body)
        {
            var frame = new List<byte>();
            if (body.Length < 256)
            {
                frame.Add(flags);
            }
            else
            {
                frame.Add((byte)(flags | 2));
                frame.AddRange(new byte[6]);
                frame.Add((byte)(body.Length >> 8));
            }
            frame.Add((byte)body.Length);
            frame.AddRange(body);
            return frame.ToArray();
        }

        private static ZmtpCodec Fed(params byte[][] parts)
        {
            var codec = new ZmtpCodec(ZmtpSocketType.Sub, Cap);
            foreach (byte[] part in parts)
            {
                codec.Feed(part, 0, part.Length);
            }
            return codec;
        }

        private static string Hex(ArraySegment<byte> bytes)
        {
            return BitConverter.ToString(bytes.Array, bytes.Offset, bytes.Count)
                .Replace("-", "").ToLowerInvariant();
        }

        private static string TakeOutput(ZmtpCodec codec)
        {
            string hex = codec.Output.Count > 0 ? Hex(codec.Output) : "";
            codec.Sent(codec.Output.Count);
            return hex;
        }

        private static void SaysWhatTheProtocolSays()
        {
            ZmtpCodec codec = Fed(Greeting());
            Check.Equal(
                "ff00000000000000017f03014e554c4c" + new string('0', 96), TakeOutput(codec),
                "greeting");
            Check.Equal(ZmtpEvent.None, codec.Next(), "after the greeting");
            Check.Equal(
                "04190552454144590b536f636b65742d5479706500000003535542", TakeOutput(codec),
                "READY");
            codec.WriteSubscribe(Encoding.ASCII.GetBytes("face\0"));
            Check.Equal("0006016661636500", TakeOutput(codec), "subscription");
            codec.WritePing();
            Check.Equal("04070450494e470000", TakeOutput(codec), "PING");
            codec.WriteMessage(new byte[256], 256);
            Check.That(TakeOutput(codec).StartsWith("020000000000000100"), "long message");
        }

        private static void ReadsWhateverTheChunks()
        {
            byte[] session = Session();
            string whole = Story(session, session.Length);
            Check.Equal("ready 5 600 0 pong", whole, "session");
            for (int first = 0; first <= session.Length; first++)
            {
                Check.Equal(whole, Story(session, first), $"session cut at {first}");
            }
            var bytes = new ZmtpCodec(ZmtpSocketType.Sub, Cap);
            string story = "";
            for (int index = 0; index < session.Length; index++)
            {
                bytes.Feed(session, index, 1);
                story += Events(bytes);
            }
            Check.Equal(whole, (story + Pong(bytes)).Trim(), "session byte by byte");
        }

        private static string Story(byte[] session, int first)
        {
            var codec = new ZmtpCodec(ZmtpSocketType.Sub, Cap);
            codec.Feed(session, 0, first);
            string story = Events(codec);
            codec.Feed(session, first, session.Length - first);
            return (story + Events(codec) + Pong(codec)).Trim();
        }

        private static string Events(ZmtpCodec codec)
        {
            var story = new StringBuilder();
            for (ZmtpEvent found = codec.Next(); found != ZmtpEvent.None; found = codec.Next())
            {
                story.Append(found == ZmtpEvent.Ready ? "ready" : codec.Message.Count.ToString());
                story.Append(' ');
            }
            return story.ToString();
        }

        private static string Pong(ZmtpCodec codec)
        {
            return TakeOutput(codec).EndsWith("040c04504f4e47636f6e74657874") ? "pong" : "no pong";
        }

        private static void AnswersPing()
        {
            ZmtpCodec codec = Fed(Greeting(), Ready("PUB"));
            Check.Equal(ZmtpEvent.Ready, codec.Next(), "ready");
            Check.That(codec.PeerAnswersPing, "3.1 knows PING");
            TakeOutput(codec);
            byte[] ping = Frame(4, Encoding.ASCII.GetBytes("\x04PING\0\0"));
            codec.Feed(ping, 0, ping.Length);
            codec.Next();
            Check.Equal("040504504f4e47", TakeOutput(codec), "PONG without context");
            byte[] large = Frame(4, Encoding.ASCII.GetBytes("\x04PING\0\0" + new string('x', 99)));
            codec.Feed(large, 0, large.Length);
            codec.Next();
            Check.Equal(2 * (2 + 5 + 16), TakeOutput(codec).Length, "PONG of a large context");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Frame(4, Encoding.ASCII.GetBytes("\x04PING\0"))).Next(),
                "cut off");
            codec = Fed(Greeting(3, 0), Ready("PUB"));
            Check.Equal(ZmtpEvent.Ready, codec.Next(), "3.0 is ready");
            Check.That(!codec.PeerAnswersPing, "3.0 knows no PING");
            // Who never reads what it makes this side say is let go, not given all memory.
            codec = Fed(Greeting(), Ready("PUB"));
            codec.Next();
            Check.Refused<ZmtpException>(
                () =>
                {
                    for (int index = 0; index < 100000; index++)
                    {
                        codec.Feed(ping, 0, ping.Length);
                        codec.Next();
                    }
                },
                "expected a peer that reads");
        }

        private static void WritesMessagesWholeOrNotAtAll()
        {
            ZmtpCodec codec = Fed(Greeting(), Ready("PUB"));
            codec.Next();
            TakeOutput(codec);
            Check.Refused<ZmtpException>(
                () => codec.WriteMessage(new byte[1 << 19], 1 << 19), "expected a peer that reads");
            codec.WriteMessage(new byte[] { 7 }, 1);
            Check.Equal("000107", TakeOutput(codec), "what follows a message that was too long");
        }

        private static void PassesOverMessagesOfSeveralFrames()
        {
            ZmtpCodec codec = Fed(
                Greeting(), Ready("XPUB"), Frame(1, new byte[3]), Frame(1, new byte[3]),
                Frame(0, new byte[3]), Frame(0, new byte[7]));
            Check.Equal("ready 7 ", Events(codec), "several frames");
        }

        private static void RefusesTooLargeFrames()
        {
            Check.Equal(
                "ready 1000 ", Events(Fed(Greeting(), Ready("PUB"), Frame(0, new byte[Cap]))),
                "largest frame");
            foreach (string size in new[] { "00000000000003e9", "7fffffffffffffff", "ffffffffffffffff" })
            {
                var head = new byte[9];
                head[0] = 2;
                for (int index = 0; index < 8; index++)
                {
                    head[1 + index] = Convert.ToByte(size.Substring(2 * index, 2), 16);
                }
                Check.Refused<ZmtpException>(
                    () => Events(Fed(Greeting(), Ready("PUB"), head)), "at most 1000 bytes");
            }
            Check.Refused<ArgumentException>(
                () => new ZmtpCodec(ZmtpSocketType.Sub, 0).Reset(), "expected frames of 1 to");
        }

        private static void RefusesOtherPeers()
        {
            Check.Refused<ZmtpException>(
                () => Fed(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request")).Next(),
                "another protocol");
            Check.Refused<ZmtpException>(() => Fed(new byte[] { 0 }).Next(), "another protocol");
            Check.Refused<ZmtpException>(() => Fed(new byte[10]).Next(), "another protocol");
            Check.Refused<ZmtpException>(() => Fed(Greeting(1)).Next(), "expected ZMTP 3");
            Check.Refused<ZmtpException>(() => Fed(Greeting(3, 1, "CURVE")).Next(), "got CURVE");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Ready("ROUTER")).Next(), "got a ROUTER socket");
            var dealer = new ZmtpCodec(ZmtpSocketType.Dealer, Cap);
            dealer.Feed(Greeting(), 0, 64);
            byte[] pub = Ready("PUB");
            dealer.Feed(pub, 0, pub.Length);
            Check.Refused<ZmtpException>(() => dealer.Next(), "got a PUB socket");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Frame(0, new byte[3])).Next(), "got a message before");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Frame(4, new byte[0])).Next(), "expected a ZMTP command");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Frame(4, new byte[] { 9, 65 })).Next(), "ZMTP command");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Frame(4, Encoding.ASCII.GetBytes("\x05READY"))).Next(),
                "expected a socket type");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Frame(4, Encoding.ASCII.GetBytes("\x05" + "ERROR\x04" + "no\n!")))
                    .Next(),
                "refused: no?!");
            Check.Refused<ZmtpException>(
                () => Fed(Greeting(), Ready("PUB"), new byte[] { 8, 0 }).Pass().Next(), "flags 0x08");
        }

        private static ZmtpCodec Pass(this ZmtpCodec codec)
        {
            Check.Equal(ZmtpEvent.Ready, codec.Next(), "ready");
            return codec;
        }

        private static void BeginsAnew()
        {
            byte[] session = Session();
            ZmtpCodec codec = Fed(Greeting(), Ready("PUB"), Frame(1, new byte[4]), new byte[] { 0, 9, 1 });
            Events(codec); // half a frame, in the midst of a message
            codec.Reset();
            codec.Feed(session, 0, session.Length);
            Check.Equal("ready 5 600 0 ", Events(codec), "after a half-sent frame");
        }

        private static void RefusesLongTexts()
        {
            foreach (int size in new[] { 4096, 4097 })
            {
                var bytes = new byte[2 + size]; // a varint of two bytes, then the text
                bytes[0] = (byte)(0x80 | (size & 0x7f));
                bytes[1] = (byte)(size >> 7);
                for (int at = 2; at < bytes.Length; at++)
                {
                    bytes[at] = (byte)'a';
                }
                Action read = () => new ProtoReader(bytes, 0, bytes.Length).Text(new Utf8Cache());
                if (size == 4096)
                {
                    read();
                }
                else
                {
                    Check.Refused<WireException>(read, "at most 4096 bytes");
                }
            }
        }

        private static void ReadsEndpoints()
        {
            foreach (string good in new[]
            {
                "tcp://127.0.0.1:5570 127.0.0.1 5570", "tcp://studio.local:1 studio.local 1",
                "tcp://[::1]:65535 ::1 65535", "TCP://localhost:80 localhost 80",
            })
            {
                string[] parts = good.Split(' ');
                Check.That(Endpoint.TryParse(parts[0], out Endpoint got, out string error), good);
                Check.Equal(parts[1], got.Host, good);
                Check.Equal(int.Parse(parts[2]), got.Port, good);
                Check.Equal("", error, good);
            }
            foreach (string bad in new[]
            {
                null, "", "127.0.0.1:5570", "tcp://", "tcp://:5570", "tcp://host", "tcp://host:",
                "tcp://host:0", "tcp://host:65536", "tcp://host:-1", "tcp://host:5a", "ipc://path",
                "tcp://::1:5570", "tcp://a b:1", "tcp://host/x:1", "tcp://[]:1", "tcp://[::1:1",
            })
            {
                Check.That(!Endpoint.TryParse(bad, out _, out string error), "refuses " + bad);
                Check.Equal(
                    $"expected an address like tcp://127.0.0.1:5570, got '{bad}'", error, "error");
            }
        }
    }
}
