using System;
using System.Collections.Generic;
using System.IO;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>Broken bytes: only our own two exceptions may come of them.</summary>
    internal static class Fuzz
    {
        public static void Run(string folder, int count)
        {
            var random = new Random(20240607);
            var packets = new List<byte[]>();
            foreach (string file in Directory.GetFiles(folder, "*.bin"))
            {
                packets.Add(File.ReadAllBytes(file));
            }
            packets.Sort((a, b) => a.Length.CompareTo(b.Length));
            var client = new AvatarBridgeClient();
            IZmtpListener listener = client;
            var answers = new ControlResponseReader();
            long read = 0;
            for (int index = 0; index < count; index++)
            {
                byte[] packet = Broken(random, packets[random.Next(packets.Count)]);
                listener.OnMessage(packet, 0, packet.Length); // refuses by itself
                try
                {
                    answers.Read(new ProtoReader(packet, 0, packet.Length));
                    read++;
                }
                catch (WireException error)
                {
                    Check.That(!error.Message.Contains("\n"), "one line: " + error.Message);
                }
            }
            int refused = FuzzCodec(random, count / 5);
            Console.WriteLine(new Json()
                .Add("packets", count).Add("bad", client.BadMessages)
                .Add("faces", client.Messages).Add("answers", read)
                .Add("sessions", count / 5).Add("sessions_refused", refused));
        }

        private static int FuzzCodec(Random random, int count)
        {
            byte[] session = CodecChecks.Session();
            var codec = new ZmtpCodec(ZmtpSocketType.Sub, 1000);
            int refused = 0;
            for (int index = 0; index < count; index++)
            {
                byte[] bytes = Broken(random, session);
                codec.Reset();
                try
                {
                    for (int at = 0; at < bytes.Length;)
                    {
                        int step = Math.Min(bytes.Length - at, 1 + random.Next(200));
                        codec.Feed(bytes, at, step);
                        at += step;
                        while (codec.Next() != ZmtpEvent.None)
                        {
                        }
                    }
                }
                catch (ZmtpException)
                {
                    refused++;
                }
            }
            return refused;
        }

        private static byte[] Broken(Random random, byte[] packet)
        {
            var bytes = new List<byte>(packet);
            for (int left = random.Next(4); left >= 0; left--)
            {
                int at = random.Next(bytes.Count + 1);
                switch (random.Next(5))
                {
                    case 0:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                    case 1:
                        bytes.Insert(at, (byte)random.Next(256));
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(random.Next(9), bytes.Count - at));
                        break;
                    default:
                        if (at < bytes.Count)
                        {
                            bytes[at] = (byte)random.Next(256);
                        }
                        break;
                }
            }
            return bytes.ToArray();
        }
    }
}
