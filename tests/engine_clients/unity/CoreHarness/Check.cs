using System;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>What has to hold; what does not ends the program with one line.</summary>
    internal static class Check
    {
        public static int Count { get; private set; }

        public static void That(bool holds, string what)
        {
            Count++;
            if (!holds)
            {
                throw new Exception("does not hold: " + what);
            }
        }

        public static void Equal<T>(T expected, T got, string what)
        {
            That(Equals(expected, got), $"{what}: expected {expected}, got {got}");
        }

        public static void Near(double expected, double got, double within, string what)
        {
            That(Math.Abs(expected - got) <= within, $"{what}: expected {expected}, got {got}");
        }

        public static void Refused<T>(Action action, string part)
            where T : Exception
        {
            string got = "nothing";
            try
            {
                action();
            }
            catch (T error)
            {
                got = error.Message;
            }
            That(got.Contains(part) && !got.Contains("\n"), $"expected '…{part}…', got '{got}'");
        }
    }
}
