using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CoreHarness
{
    /// <summary>One line of JSON, field by field.</summary>
    internal sealed class Json
    {
        private readonly StringBuilder text = new StringBuilder("{");

        public Json Add(string name, string value)
        {
            return Raw(name, value == null ? "null" : Quoted(value));
        }

        public Json Add(string name, bool value)
        {
            return Raw(name, value ? "true" : "false");
        }

        public Json Add(string name, double value)
        {
            return Raw(name, Number(value));
        }

        public Json Add(string name, IEnumerable<float> values)
        {
            var parts = new List<string>();
            foreach (float value in values)
            {
                parts.Add(Number(value));
            }
            return Raw(name, "[" + string.Join(",", parts) + "]");
        }

        public Json Add(string name, IEnumerable<string> values)
        {
            var parts = new List<string>();
            foreach (string value in values)
            {
                parts.Add(Quoted(value));
            }
            return Raw(name, "[" + string.Join(",", parts) + "]");
        }

        public Json Add(string name, IEnumerable<Json> values)
        {
            return Raw(name, "[" + string.Join(",", values) + "]");
        }

        public Json Add(string name, Json value)
        {
            return Raw(name, value.ToString());
        }

        /// <summary>As protobuf's JSON writes 64-bit numbers.</summary>
        public Json AddLong(string name, long value)
        {
            return Add(name, value.ToString(CultureInfo.InvariantCulture));
        }

        public override string ToString()
        {
            return text + "}";
        }

        private Json Raw(string name, string value)
        {
            text.Append(text.Length > 1 ? "," : "").Append(Quoted(name)).Append(':').Append(value);
            return this;
        }

        private static string Number(double value)
        {
            bool finite = !double.IsNaN(value) && !double.IsInfinity(value);
            return finite ? value.ToString("R", CultureInfo.InvariantCulture) : "null";
        }

        private static string Quoted(string value)
        {
            var quoted = new StringBuilder("\"");
            foreach (char each in value)
            {
                if (each == '"' || each == '\\')
                {
                    quoted.Append('\\').Append(each);
                }
                else if (each < ' ' || each > '~')
                {
                    quoted.Append("\\u").Append(((int)each).ToString("x4"));
                }
                else
                {
                    quoted.Append(each);
                }
            }
            return quoted.Append('"').ToString();
        }
    }
}
