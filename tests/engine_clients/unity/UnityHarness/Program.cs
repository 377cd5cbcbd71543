using NUnit.Framework;

namespace AvatarBridge.Harness
{
    /// <summary>Runs the package's own editor tests and those that need a played engine.</summary>
    public static class Program
    {
        /// <summary>The folder of the golden packets.</summary>
        public static string Golden = "";

        public static int Main(string[] arguments)
        {
            if (arguments[0] == "live")
            {
                double seconds = double.Parse(arguments[3], System.Globalization.CultureInfo.InvariantCulture);
                Live.Run(arguments[1], arguments[2], seconds);
                return 0;
            }
            Golden = arguments[0];
            UnityEditor.EditorStart.Load(typeof(AvatarBridge.Editor.AvatarCheck).Assembly);
            int failed = Runner.Run(typeof(AvatarBridge.Tests.AxesTests).Assembly);
            return failed > 0 ? 1 : 0;
        }
    }
}
