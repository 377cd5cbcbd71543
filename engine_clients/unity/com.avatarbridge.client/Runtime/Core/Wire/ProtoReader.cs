using System;

namespace AvatarBridge
{
    /// <summary>Reads protobuf's wire format out of a range of bytes, without allocating. Every
    /// method throws <see cref="WireException"/> for what is cut off or is no protobuf.</summary>
    public struct ProtoReader
    {
        /// <summary>Wire type of whole numbers, bools and enums. A tag is a field's number shifted
        /// left by three, or'ed with its wire type.</summary>
        public const int Varint = 0;

        /// <summary>Wire type of what has a length before it.</summary>
        public const int Delimited = 2;

        /// <summary>Wire type of floats.</summary>
        public const int Fixed32 = 5;

        private const int Fixed64 = 1, GroupStart = 3, GroupEnd = 4;

        private const int DeepestGroup = 32;
        private const int LongestText = 4096; // bytes; what is read of texts is kept

        private readonly byte[] data;
        private readonly int end;
        private int at;

        /// <summary>Reads <paramref name="count"/> bytes from <paramref name="offset"/>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">the range is not within the
        /// array.</exception>
        public ProtoReader(byte[] data, int offset, int count)
        {
            if (offset < 0 || count < 0 || offset > data.Length - count)
            {
                throw new ArgumentOutOfRangeException(nameof(count));
            }
            this.data = data;
            at = offset;
            end = offset + count;
        }

        /// <summary>The array that is read.</summary>
        public byte[] Data => data;

        /// <summary>Where in the array the next byte is.</summary>
        public int Offset => at;

        /// <summary>How many bytes are left.</summary>
        public int Left => end - at;

        /// <summary>The next field's tag; 0 at the end.</summary>
        public int Tag()
        {
            if (at == end)
            {
                return 0;
            }
            ulong tag = UInt64();
            if (tag > uint.MaxValue || tag >> 3 == 0)
            {
                throw new WireException($"expected a protobuf field, got a tag of {tag}");
            }
            return unchecked((int)(uint)tag);
        }

        /// <summary>A varint of up to ten bytes.</summary>
        public ulong UInt64()
        {
            ulong value = 0;
            for (int shift = 0; shift < 70; shift += 7)
            {
                byte next = Byte();
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
            throw new WireException("expected a varint of at most 10 bytes, got a longer one");
        }

        /// <summary>A signed varint.</summary>
        public long Int64()
        {
            return unchecked((long)UInt64());
        }

        /// <summary>An unsigned varint that has to fit a signed 64-bit integer.</summary>
        public long Count()
        {
            ulong value = UInt64();
            if (value > long.MaxValue)
            {
                throw new WireException($"expected a number below 2^63, got {value}");
            }
            return (long)value;
        }

        /// <summary>A varint of which 32 bits count.</summary>
        public uint UInt32()
        {
            return unchecked((uint)UInt64());
        }

        /// <summary>A varint that is not 0.</summary>
        public bool Bool()
        {
            return UInt64() != 0;
        }

        /// <summary>Four bytes; infinity and NaN are refused, since nothing here may be either.
        /// </summary>
        public float Float()
        {
            Need(4);
            // Every platform of Unity is little-endian, as protobuf is.
            float value = BitConverter.ToSingle(data, at);
            at += 4;
            if (!(value >= float.MinValue && value <= float.MaxValue))
            {
                throw new WireException($"expected a finite number, got {value}");
            }
            return value;
        }

        /// <summary>A part with its length before it: a message, a string or packed numbers.</summary>
        public ProtoReader Part()
        {
            ulong length = UInt64();
            if (length > (ulong)Left)
            {
                throw new WireException($"expected {length} more bytes, got {Left}");
            }
            var part = new ProtoReader(data, at, (int)length);
            at += (int)length;
            return part;
        }

        /// <summary>A string that is allocated only if it is not the one that is there already.
        /// </summary>
        public string Text(Utf8Cache cache)
        {
            ProtoReader part = TextPart();
            return cache.Get(data, part.at, part.Left);
        }

        /// <summary>A string.</summary>
        public string Text()
        {
            ProtoReader part = TextPart();
            return Utf8Cache.Decode(data, part.at, part.Left);
        }

        /// <summary>Pass over a field that is not known, of any wire type.</summary>
        /// <param name="tag">As <see cref="Tag"/> gave it.</param>
        public void Skip(int tag)
        {
            Skip(tag, 0);
        }

        private ProtoReader TextPart()
        {
            ProtoReader part = Part();
            if (part.Left > LongestText)
            {
                throw new WireException(
                    $"expected a text of at most {LongestText} bytes, got {part.Left}");
            }
            return part;
        }

        private void Skip(int tag, int depth)
        {
            switch (tag & 7)
            {
                case Varint:
                    UInt64();
                    return;
                case Fixed64:
                    Need(8);
                    at += 8;
                    return;
                case Delimited:
                    Part();
                    return;
                case Fixed32:
                    Need(4);
                    at += 4;
                    return;
                case GroupStart:
                    SkipGroup(tag, depth + 1);
                    return;
                default:
                    throw new WireException($"expected a protobuf wire type, got {tag & 7}");
            }
        }

        private void SkipGroup(int start, int depth)
        {
            if (depth > DeepestGroup)
            {
                throw new WireException($"expected groups at most {DeepestGroup} deep, got deeper");
            }
            while (true)
            {
                int tag = Tag();
                if (tag == 0)
                {
                    throw new WireException("expected the end of a group, got the end of the bytes");
                }
                if ((tag & 7) != GroupEnd)
                {
                    Skip(tag, depth);
                }
                else if (tag >> 3 == start >> 3)
                {
                    return;
                }
                else
                {
                    throw new WireException("expected the end of a group, got another's end");
                }
            }
        }

        private byte Byte()
        {
            Need(1);
            return data[at++];
        }

        private void Need(int count)
        {
            if (count > end - at)
            {
                throw new WireException($"expected {count} more bytes, got {end - at}");
            }
        }
    }
}
