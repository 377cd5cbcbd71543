using System;
using System.Threading;
using AvatarBridge.Unity;

namespace AvatarBridge.Harness
{
    /// <summary>Drives an avatar from a publisher that runs elsewhere, and prints how it goes.</summary>
    internal static class Live
    {
        public static void Run(string publish, string control, double seconds)
        {
            var avatar = new Avatar();
            avatar.Connection.SetEndpoints(publish, control);
            double end = MonotonicClock.NowS + seconds;
            while (MonotonicClock.NowS < end)
            {
                avatar.Tick();
                Thread.Sleep(5);
            }
            Console.WriteLine("line " + StreamLine.Of(avatar.Connection));
            foreach (string shape in new[] { "jawOpen", "eyeBlinkLeft", "eyeBlinkRight" })
            {
                Console.WriteLine("weight " + shape + " " + avatar.Weight(shape).ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture));
            }
            avatar.End();
            Console.WriteLine("ended " + (avatar.Connection.Client == null));
        }
    }
}
