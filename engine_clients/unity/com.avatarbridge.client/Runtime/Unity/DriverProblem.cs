using System.Collections.Generic;

namespace AvatarBridge.Unity
{
    /// <summary>Says in one line what keeps an avatar from moving.</summary>
    internal static class DriverProblem
    {
        public const string NoConnection =
            "No connection: create one with Assets > Create > Avatar Bridge > Connection.";

        public static string Of(AvatarBridgeConnection connection, IReadOnlyList<MeshTarget> targets)
        {
            if (!connection)
            {
                return NoConnection;
            }
            if (targets.Count == 0)
            {
                return "No mesh: put this on the avatar, or name its skinned meshes.";
            }
            int shapes = 0;
            int driven = 0;
            for (int index = 0; index < targets.Count; index++)
            {
                MatchReport report = targets[index].Report;
                driven += targets[index].Count;
                shapes += report == null ? 0 : targets[index].Count + report.Unused.Count;
            }
            if (shapes == 0)
            {
                return "No blend shapes: the meshes have none. Was the avatar exported with them?";
            }
            return driven == 0
                ? "No shape matched: see Window > Avatar Bridge > Avatar Check for the names."
                : "";
        }
    }
}
