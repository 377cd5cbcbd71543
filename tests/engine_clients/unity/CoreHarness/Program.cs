using System;
using System.Globalization;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>Runs one part of the checks of the client's core; see each part.</summary>
    internal static class Program
    {
        private static int Main(string[] args)
        {
            try
            {
                Run(args);
                return 0;
            }
            catch (Exception error)
            {
                Console.Error.WriteLine(error.Message);
                Console.Error.WriteLine(error.StackTrace);
                return 1;
            }
        }

        private static void Run(string[] args)
        {
            switch (args[0])
            {
                case "golden":
                    Golden.Print(args[1]);
                    break;
                case "requests":
                    Golden.WriteRequests();
                    break;
                case "codec":
                    CodecChecks.Run();
                    Console.WriteLine(Check.Count);
                    break;
                case "timeline":
                    TimelineChecks.Run();
                    Matching.Evaluate();
                    Console.WriteLine(Check.Count);
                    break;
                case "fuzz":
                    new Fuzz().Run(args[1]);
                    break;
                case "match":
                    Matching.Run();
                    break;
                case "allocations":
                    Allocations.Loop(args[1], int.Parse(args[2]));
                    break;
                case "live_allocations":
                    Allocations.Live(args[1], int.Parse(args[2]));
                    break;
                case "watch":
                    var options = new ClientOptions
                    {
                        PublishEndpoint = args[1],
                        ControlEndpoint = args[2],
                    };
                    options.Connection.DeadAfterS = double.Parse(
                        args[4], CultureInfo.InvariantCulture);
                    options.Connection.HeartbeatS = options.Connection.DeadAfterS / 3;
                    options.Connection.ConnectTimeoutS = options.Connection.DeadAfterS;
                    options.Connection.MaxBackoffS = Math.Min(2.0, options.Connection.DeadAfterS);
                    options.Connection.MinBackoffS = options.Connection.MaxBackoffS / 20;
                    new Watch(options, double.Parse(args[3], CultureInfo.InvariantCulture)).Run();
                    break;
                default:
                    throw new ArgumentException("expected a part of the checks, got " + args[0]);
            }
        }
    }
}
