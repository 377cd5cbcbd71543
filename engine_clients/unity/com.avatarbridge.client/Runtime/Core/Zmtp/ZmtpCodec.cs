using System;
using System.Text;

namespace AvatarBridge
{
    /// <summary>The two kinds of socket that a client needs.</summary>
    public enum ZmtpSocketType
    {
        /// <summary>Receives what a PUB sends.</summary>
        Sub,

        /// <summary>Asks a ROUTER.</summary>
        Dealer,
    }

    /// <summary>What <see cref="ZmtpCodec.Next"/> found in the bytes.</summary>
    public enum ZmtpEvent
    {
        /// <summary>Nothing whole; feed more.</summary>
        None,

        /// <summary>The handshake is done: messages may be sent.</summary>
        Ready,

        /// <summary>A message, in <see cref="ZmtpCodec.Message"/>.</summary>
        Message,
    }

    /// <summary>ZMTP 3 with the NULL mechanism, without sockets: bytes in, events and bytes out.
    /// One object serves one connection after the other; it allocates only to grow its buffers. Not
    /// safe for several threads at once.</summary>
    /// <remarks>https://rfc.zeromq.org/spec/37/. Messages of several frames are passed over, since
    /// Avatar Bridge sends none.</remarks>
    public sealed class ZmtpCodec
    {
        /// <summary>Longest context of a PING that is answered, bytes; the protocol's limit.</summary>
        public const int MostPingContext = 16;

        private const int GreetingSize = 64;
        private const int LargestHeader = 9;
        private const int MechanismAt = 12, MechanismSize = 20;
        private const int LargestCommand = 4096; // a handshake has no use for more
        private const int MostUnsent = 1 << 18; // bytes; a peer that reads leaves none
        private const byte More = 1, Long = 2, Command = 4;

        private readonly ZmtpSocketType type;
        private readonly int maxFrameBytes;
        private byte[] input = new byte[1 << 15]; // no burst of small messages makes it grow
        private int start, end; // what of the input is not read yet
        private byte[] output = new byte[512];
        private int sent, written;
        private State state;
        private bool inMultipart;

        /// <summary>Made for one kind of socket.</summary>
        /// <param name="type">What this side says it is.</param>
        /// <param name="maxFrameBytes">Largest frame taken, bytes, at least 1.</param>
        /// <exception cref="ArgumentException">no size for a frame.</exception>
        public ZmtpCodec(ZmtpSocketType type, int maxFrameBytes)
        {
            if (maxFrameBytes < 1 || maxFrameBytes > int.MaxValue / 4)
            {
                throw new ArgumentException(
                    $"expected frames of 1 to {int.MaxValue / 4} bytes, got {maxFrameBytes}");
            }
            this.type = type;
            this.maxFrameBytes = maxFrameBytes;
            Reset();
        }

        private enum State
        {
            Greeting,
            Handshake,
            Ready,
        }

        /// <summary>Whether the handshake is done.</summary>
        public bool IsReady => state == State.Ready;

        /// <summary>Whether the peer knows heartbeats: ZMTP 3.1 and later.</summary>
        public bool PeerAnswersPing { get; private set; }

        /// <summary>The last message; its bytes hold until the next call of
        /// <see cref="Feed"/>.</summary>
        public ArraySegment<byte> Message { get; private set; }

        /// <summary>What is to be sent; report how much was with <see cref="Sent"/>.</summary>
        public ArraySegment<byte> Output => new ArraySegment<byte>(output, sent, written - sent);

        /// <summary>Begin with a new peer: everything of the last one is forgotten.</summary>
        public void Reset()
        {
            start = end = sent = written = 0;
            state = State.Greeting;
            inMultipart = false;
            PeerAnswersPing = false;
            Message = default;
            WriteGreeting();
        }

        /// <summary>Take in what the peer sent.</summary>
        public void Feed(byte[] data, int offset, int count)
        {
            MakeRoom(count);
            Buffer.BlockCopy(data, offset, input, end, count);
            end += count;
        }

        /// <summary>Read on; to be called until it gives <see cref="ZmtpEvent.None"/>.</summary>
        /// <exception cref="ZmtpException">the peer breaks the protocol: disconnect.</exception>
        public ZmtpEvent Next()
        {
            if (state == State.Greeting && !ReadGreeting())
            {
                return ZmtpEvent.None;
            }
            while (ReadFrame(out byte flags, out ArraySegment<byte> body))
            {
                if ((flags & Command) != 0)
                {
                    if (ReadCommand(body))
                    {
                        return ZmtpEvent.Ready;
                    }
                }
                else if (state != State.Ready)
                {
                    throw new ZmtpException("expected READY, got a message before it");
                }
                else
                {
                    bool whole = !inMultipart && (flags & More) == 0;
                    inMultipart = (flags & More) != 0;
                    if (whole)
                    {
                        Message = body;
                        return ZmtpEvent.Message;
                    }
                }
            }
            return ZmtpEvent.None;
        }

        /// <summary>Ask for the messages that begin with a prefix; once ready.</summary>
        public void WriteSubscribe(byte[] prefix)
        {
            // As a message, which ZMTP 3.0 peers know too.
            WriteHeader(0, 1 + prefix.Length);
            WriteByte(1);
            Write(prefix, 0, prefix.Length);
        }

        /// <summary>Send a message of one frame; once ready.</summary>
        /// <exception cref="ZmtpException">too much waits to be sent; nothing of the message
        /// does.</exception>
        public void WriteMessage(byte[] body, int count)
        {
            MakeOutputRoom(LargestHeader + count); // a header without its body would be read as one
            WriteHeader(0, count);
            Write(body, 0, count);
        }

        /// <summary>Ask the peer for a sign of life; once ready.</summary>
        public void WritePing()
        {
            WriteHeader(Command, 7);
            WriteName("PING");
            WriteByte(0); // no time to live: the peer need not watch this side
            WriteByte(0);
        }

        /// <summary>So many bytes of <see cref="Output"/> were sent.</summary>
        public void Sent(int count)
        {
            sent += count;
            if (sent == written)
            {
                sent = written = 0;
            }
        }

        private void WriteGreeting()
        {
            WriteByte(0xff);
            WriteZeros(7);
            WriteByte(1);
            WriteByte(0x7f);
            WriteByte(3);
            WriteByte(1);
            WriteAscii("NULL");
            WriteZeros(GreetingSize - written);
        }

        private bool ReadGreeting()
        {
            // Each byte is judged as it comes: a peer of another protocol may never send 64.
            int count = end - start;
            if ((count > 0 && input[start] != 0xff) || (count > 9 && (input[start + 9] & 1) == 0))
            {
                throw new ZmtpException("expected a ZeroMQ socket, got another protocol");
            }
            if (count > 10 && input[start + 10] < 3)
            {
                throw new ZmtpException($"expected ZMTP 3, got version {input[start + 10]}");
            }
            if (count < GreetingSize)
            {
                return false;
            }
            string mechanism = Encoding.ASCII
                .GetString(input, start + MechanismAt, MechanismSize).TrimEnd('\0');
            if (mechanism != "NULL")
            {
                throw new ZmtpException(
                    $"expected a server without encryption (NULL), got {Printable.Of(mechanism)}");
            }
            PeerAnswersPing = input[start + 10] > 3 || input[start + 11] >= 1;
            start += GreetingSize;
            state = State.Handshake;
            WriteReady();
            return true;
        }

        private void WriteReady()
        {
            string name = type == ZmtpSocketType.Sub ? "SUB" : "DEALER";
            WriteHeader(Command, 6 + 12 + 4 + name.Length);
            WriteName("READY");
            WriteName("Socket-Type");
            WriteZeros(3);
            WriteByte((byte)name.Length);
            WriteAscii(name);
        }

        private bool ReadFrame(out byte flags, out ArraySegment<byte> body)
        {
            flags = 0;
            body = default;
            int count = end - start;
            if (count == 0)
            {
                return false;
            }
            flags = input[start];
            if (flags > (More | Long | Command) || (flags & (More | Command)) == (More | Command))
            {
                throw new ZmtpException($"expected a ZMTP frame, got flags 0x{flags:x2}");
            }
            int header = (flags & Long) != 0 ? LargestHeader : 2;
            if (count < header)
            {
                return false;
            }
            ulong size = 0;
            for (int index = 1; index < header; index++)
            {
                size = (size << 8) | input[start + index];
            }
            bool small = (flags & Command) != 0 || state != State.Ready;
            int most = small ? Math.Min(LargestCommand, maxFrameBytes) : maxFrameBytes;
            if (size > (ulong)most)
            {
                throw new ZmtpException($"expected a frame of at most {most} bytes, got {size}");
            }
            if (count - header < (int)size)
            {
                return false;
            }
            body = new ArraySegment<byte>(input, start + header, (int)size);
            start += header + (int)size;
            return true;
        }

        /// <summary>Gives whether the handshake is done by it.</summary>
        private bool ReadCommand(ArraySegment<byte> body)
        {
            int length = body.Count > 0 ? body.Array[body.Offset] : 0;
            if (length == 0 || 1 + length > body.Count)
            {
                throw new ZmtpException($"expected a ZMTP command, got {body.Count} other bytes");
            }
            int after = body.Offset + 1 + length;
            int left = body.Count - 1 - length;
            if (IsNamed(body, length, "PING"))
            {
                WritePong(body.Array, after + 2, Math.Min(left - 2, MostPingContext));
            }
            else if (IsNamed(body, length, "ERROR"))
            {
                int said = left > 0 ? Math.Min(body.Array[after], left - 1) : 0;
                string reason = said > 0 ? Encoding.ASCII.GetString(body.Array, after + 1, said) : "";
                throw new ZmtpException($"the server refused: {Printable.Of(reason)}");
            }
            else if (state == State.Handshake)
            {
                if (!IsNamed(body, length, "READY"))
                {
                    throw new ZmtpException("expected READY, got another command");
                }
                ExpectPeer(SocketTypeIn(body.Array, after, left));
                state = State.Ready;
                return true;
            }
            return false; // PONG, or a command of a later version
        }

        private void ExpectPeer(string got)
        {
            bool fits = type == ZmtpSocketType.Sub
                ? got == "PUB" || got == "XPUB"
                : got == "ROUTER" || got == "DEALER" || got == "REP";
            if (!fits)
            {
                string expected = type == ZmtpSocketType.Sub ? "publisher (PUB)"
                    : "control service (ROUTER)";
                throw new ZmtpException(
                    $"expected a {expected}, got a {Printable.Of(got)} socket: is it the other port?");
            }
        }

        private static string SocketTypeIn(byte[] data, int at, int left)
        {
            while (left > 0)
            {
                int nameSize = data[at];
                if (1 + nameSize + 4 > left)
                {
                    break;
                }
                string name = Encoding.ASCII.GetString(data, at + 1, nameSize);
                int sizeAt = at + 1 + nameSize;
                uint size = ((uint)data[sizeAt] << 24) | ((uint)data[sizeAt + 1] << 16)
                    | ((uint)data[sizeAt + 2] << 8) | data[sizeAt + 3];
                int room = left - 1 - nameSize - 4;
                if (size > (uint)room)
                {
                    break;
                }
                if (string.Equals(name, "Socket-Type", StringComparison.OrdinalIgnoreCase))
                {
                    return Encoding.ASCII.GetString(data, sizeAt + 4, (int)size);
                }
                at = sizeAt + 4 + (int)size;
                left = room - (int)size;
            }
            throw new ZmtpException("expected a socket type in READY, got none");
        }

        private void WritePong(byte[] data, int contextAt, int contextSize)
        {
            if (contextSize < 0)
            {
                throw new ZmtpException("expected a whole PING, got one cut off");
            }
            WriteHeader(Command, 5 + contextSize);
            WriteName("PONG");
            Write(data, contextAt, contextSize);
        }

        private static bool IsNamed(ArraySegment<byte> body, int length, string name)
        {
            if (length != name.Length)
            {
                return false;
            }
            for (int index = 0; index < length; index++)
            {
                if (body.Array[body.Offset + 1 + index] != name[index])
                {
                    return false;
                }
            }
            return true;
        }

        private void MakeRoom(int count)
        {
            int kept = end - start;
            if (start > 0 && (kept == 0 || end + count > input.Length))
            {
                Buffer.BlockCopy(input, start, input, 0, kept);
                start = 0;
                end = kept;
            }
            if (end + count > input.Length)
            {
                Array.Resize(ref input, Math.Max(end + count, 2 * input.Length));
            }
        }

        private void WriteHeader(byte flags, int size)
        {
            if (size <= 255)
            {
                WriteByte(flags);
                WriteByte((byte)size);
                return;
            }
            WriteByte((byte)(flags | Long));
            WriteZeros(4);
            WriteByte((byte)(size >> 24));
            WriteByte((byte)(size >> 16));
            WriteByte((byte)(size >> 8));
            WriteByte((byte)size);
        }

        private void WriteName(string name)
        {
            WriteByte((byte)name.Length);
            WriteAscii(name);
        }

        private void WriteAscii(string text)
        {
            foreach (char each in text)
            {
                WriteByte((byte)each);
            }
        }

        private void WriteZeros(int count)
        {
            for (int index = 0; index < count; index++)
            {
                WriteByte(0);
            }
        }

        private void WriteByte(byte value)
        {
            MakeOutputRoom(1);
            output[written++] = value;
        }

        private void Write(byte[] data, int offset, int count)
        {
            MakeOutputRoom(count);
            Buffer.BlockCopy(data, offset, output, written, count);
            written += count;
        }

        private void MakeOutputRoom(int count)
        {
            if (written + count <= output.Length)
            {
                return;
            }
            int unsent = written - sent;
            if (unsent + count > MostUnsent)
            {
                throw new ZmtpException("expected a peer that reads, got one that does not");
            }
            Buffer.BlockCopy(output, sent, output, 0, unsent);
            sent = 0;
            written = unsent;
            if (written + count > output.Length)
            {
                Array.Resize(ref output, Math.Max(written + count, 2 * output.Length));
            }
        }
    }
}
