using System.Collections.Generic;
using System.Text;

namespace AvatarBridge
{
    /// <summary>One way to read a blend shape's name.</summary>
    internal readonly struct Reading
    {
        public Reading(string key, int cost)
        {
            Key = key;
            Cost = cost;
        }

        /// <summary>Lower case, no separators, sides written out.</summary>
        public string Key { get; }

        /// <summary>0 for the whole name as it is; more for each thing taken away or put
        /// right.</summary>
        public int Cost { get; }
    }

    /// <summary>Reads the spellings of blend shapes' names: any case, words joined or apart, sides
    /// as Left, L, _L or .L at either end, and prefixes such as "blendShape1." before
    /// them.</summary>
    internal static class Spelling
    {
        private const int SideCost = 1, PrefixCost = 2;

        /// <summary>All ways to read a name, the plainest first.</summary>
        public static List<Reading> Of(string name)
        {
            var readings = new List<Reading>();
            List<string> words = Words(name, out List<bool> hard);
            for (int first = 0; first < words.Count; first++)
            {
                // A short word such as "A" or "open" says something only where it stands alone.
                bool alone = first == 0 || hard[first];
                int cost = first == 0 ? 0 : PrefixCost;
                Add(readings, words, first, cost, alone);
            }
            return readings;
        }

        /// <summary>A name of a table as its key.</summary>
        public static string Key(string name)
        {
            var key = new StringBuilder(name.Length);
            foreach (char each in name)
            {
                if (!IsSeparator(each))
                {
                    key.Append(char.ToLowerInvariant(each));
                }
            }
            return key.ToString();
        }

        private static void Add(
            List<Reading> readings, List<string> words, int first, int cost, bool alone)
        {
            int last = words.Count - 1;
            string joined = Join(words, first, last);
            Keep(readings, joined, cost, alone);
            if (first < last && Side(words[last]).Length > 0)
            {
                Keep(readings, Join(words, first, last - 1) + Side(words[last]), cost + SideCost, alone);
            }
            if (first < last && Side(words[first]).Length > 0)
            {
                Keep(readings, Join(words, first + 1, last) + Side(words[first]), cost + SideCost, alone);
            }
            // mouthSmileL: a capital after a small letter begins a word.
            string end = words[last];
            if (end.Length > 2 && char.IsLower(end[end.Length - 2]))
            {
                char side = end[end.Length - 1];
                if (side == 'L' || side == 'R')
                {
                    string stem = joined.Substring(0, joined.Length - 1);
                    Keep(readings, stem + (side == 'L' ? "left" : "right"), cost + SideCost, alone);
                }
            }
        }

        private static void Keep(List<Reading> readings, string key, int cost, bool alone)
        {
            const int ShortKey = 6;
            if (key.Length > 0 && (alone || key.Length > ShortKey))
            {
                readings.Add(new Reading(key, cost));
            }
        }

        private static string Side(string word)
        {
            switch (word)
            {
                case "L":
                case "l":
                case "Left":
                case "left":
                case "LEFT":
                    return "left";
                case "R":
                case "r":
                case "Right":
                case "right":
                case "RIGHT":
                    return "right";
                default:
                    return "";
            }
        }

        private static string Join(List<string> words, int first, int last)
        {
            var joined = new StringBuilder();
            for (int index = first; index <= last; index++)
            {
                joined.Append(words[index].ToLowerInvariant());
            }
            return joined.ToString();
        }

        /// <summary>The words of a name, and for each whether a separator of hierarchies, as in
        /// "blendShape1.", stands before it.</summary>
        private static List<string> Words(string name, out List<bool> hard)
        {
            var words = new List<string>();
            hard = new List<bool>();
            int start = 0;
            bool isHard = true;
            for (int index = 0; index <= name.Length; index++)
            {
                if (index < name.Length && !IsSeparator(name[index]))
                {
                    continue;
                }
                if (index > start)
                {
                    words.Add(name.Substring(start, index - start));
                    hard.Add(isHard);
                    isHard = false;
                }
                isHard = isHard || (index < name.Length && ".:/|".IndexOf(name[index]) >= 0);
                start = index + 1;
            }
            return words;
        }

        private static bool IsSeparator(char each)
        {
            return "_- .:/|".IndexOf(each) >= 0;
        }
    }
}
