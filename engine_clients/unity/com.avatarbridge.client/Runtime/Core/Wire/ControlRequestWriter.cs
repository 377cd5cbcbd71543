using System;
using System.Collections.Generic;
using System.Text;

namespace AvatarBridge
{
    /// <summary>Writes ControlRequest messages. Fields go in ascending order and maps sorted by
    /// their keys, so that equal requests are equal bytes. Used by one thread.</summary>
    public sealed class ControlRequestWriter
    {
        private readonly List<byte> bytes = new List<byte>(256);

        /// <summary>Bytes that <see cref="WritePing"/> may need.</summary>
        public const int MostPingBytes = 32;

        /// <summary>Ask for the server's clock; allocates nothing.</summary>
        /// <param name="into">At least <see cref="MostPingBytes"/> long.</param>
        /// <param name="requestId">Of the request.</param>
        /// <param name="clientNs">This clock, which the answer repeats.</param>
        /// <returns>How many bytes were written.</returns>
        public static int WritePing(byte[] into, long requestId, long clientNs)
        {
            int at = PutNumber(into, 0, 1, Schema.Version);
            at = PutNumber(into, at, 2, (ulong)requestId);
            int body = at + 2; // a tag and a size of one byte each: a varint has at most ten
            int end = PutNumber(into, body, 1, unchecked((ulong)clientNs));
            into[at] = ((int)ControlRequestKind.Ping << 3) | ProtoReader.Delimited;
            into[at + 1] = (byte)(end - body);
            return end;
        }

        /// <summary>A request without anything to say: GetMeta or ListProfiles.</summary>
        public byte[] Plain(long requestId, ControlRequestKind kind)
        {
            return Request(requestId, kind, new List<byte>());
        }

        /// <summary>A request that says a name: SetProfile or Calibrate.</summary>
        public byte[] Named(long requestId, ControlRequestKind kind, string name)
        {
            var body = new List<byte>();
            WriteName(body, name);
            return Request(requestId, kind, body);
        }

        /// <summary>A calibration in steps, or one that was kept.</summary>
        public byte[] Calibrate(
            long requestId, CalibrationAction action, CalibrationStep step, string name,
            bool keepHead)
        {
            var body = new List<byte>();
            WriteName(body, name);
            WriteNumber(body, 2, (ulong)action);
            WriteNumber(body, 3, action == CalibrationAction.Measure ? (ulong)step : 0);
            WriteNumber(body, 4, keepHead ? 1ul : 0ul);
            return Request(requestId, ControlRequestKind.Calibrate, body);
        }

        /// <summary>The mapping alone.</summary>
        /// <param name="requestId">Of the request.</param>
        /// <param name="actionUnits">Intensities, 0 to 1, by name; null for none.</param>
        /// <param name="emotions">Probabilities, 0 to 1, by name; null for none.</param>
        public byte[] Map(
            long requestId, IReadOnlyDictionary<string, float> actionUnits,
            IReadOnlyDictionary<string, float> emotions)
        {
            var body = new List<byte>();
            WriteMap(body, 1, actionUnits);
            WriteMap(body, 2, emotions);
            return Request(requestId, ControlRequestKind.Map, body);
        }

        private byte[] Request(long requestId, ControlRequestKind kind, List<byte> body)
        {
            bytes.Clear();
            WriteNumber(bytes, 1, Schema.Version);
            WriteNumber(bytes, 2, (ulong)requestId);
            WritePart(bytes, (int)kind, body.ToArray());
            return bytes.ToArray();
        }

        private static void WriteName(List<byte> into, string name)
        {
            byte[] text = Encoding.UTF8.GetBytes(name ?? "");
            if (text.Length > 0)
            {
                WritePart(into, 1, text);
            }
        }

        private static void WriteMap(
            List<byte> into, int field, IReadOnlyDictionary<string, float> values)
        {
            if (values == null)
            {
                return;
            }
            var names = new List<string>(values.Keys);
            names.Sort(StringComparer.Ordinal);
            foreach (string name in names)
            {
                var entry = new List<byte>();
                WritePart(entry, 1, Encoding.UTF8.GetBytes(name));
                entry.Add((2 << 3) | ProtoReader.Fixed32);
                entry.AddRange(BitConverter.GetBytes(values[name])); // little-endian, as everywhere
                WritePart(into, field, entry.ToArray());
            }
        }

        private static int PutNumber(byte[] into, int at, int field, ulong value)
        {
            if (value == 0)
            {
                return at; // proto3 leaves it out
            }
            into[at++] = (byte)((field << 3) | ProtoReader.Varint);
            for (; value >= 0x80; value >>= 7)
            {
                into[at++] = (byte)(value | 0x80);
            }
            into[at++] = (byte)value;
            return at;
        }

        private static void WriteNumber(List<byte> into, int field, ulong value)
        {
            if (value == 0)
            {
                return; // proto3 leaves it out
            }
            WriteVarint(into, (ulong)(field << 3) | ProtoReader.Varint);
            WriteVarint(into, value);
        }

        private static void WritePart(List<byte> into, int field, byte[] part)
        {
            WriteVarint(into, (ulong)(field << 3) | ProtoReader.Delimited);
            WriteVarint(into, (ulong)part.Length);
            into.AddRange(part);
        }

        private static void WriteVarint(List<byte> into, ulong value)
        {
            while (value >= 0x80)
            {
                into.Add((byte)(value | 0x80));
                value >>= 7;
            }
            into.Add((byte)value);
        }
    }
}
