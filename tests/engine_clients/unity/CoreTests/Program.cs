using NUnit.Framework;

namespace CoreTests
{
    /// <summary>Runs the package's own tests of the core.</summary>
    internal static class Program
    {
        private static int Main()
        {
            return Runner.Run(typeof(Program).Assembly);
        }
    }
}
