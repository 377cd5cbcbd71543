using System.Text;

namespace AvatarBridge
{
    /// <summary>What a peer said, made fit for one line of an error.</summary>
    internal static class Printable
    {
        private const int Longest = 200;

        public static string Of(string text)
        {
            var clean = new StringBuilder(text.Length);
            foreach (char each in text)
            {
                if (clean.Length == Longest)
                {
                    return clean.Append('…').ToString();
                }
                clean.Append(char.IsControl(each) ? '?' : each);
            }
            return clean.ToString();
        }
    }
}
