using AvatarBridge.Unity;
using UnityEditor;

namespace AvatarBridge.Editor
{
    /// <summary>The lines at the top of an inspector: what is wrong, or how it is doing.</summary>
    internal static class StateBox
    {
        /// <summary>Draw them.</summary>
        /// <param name="problem">What keeps a component from its work; empty for nothing.</param>
        /// <param name="connection">Whose state to show.</param>
        public static void Draw(string problem, AvatarBridgeConnection connection)
        {
            if (problem.Length > 0)
            {
                EditorGUILayout.HelpBox(problem, MessageType.Warning);
            }
            if (!connection)
            {
                return;
            }
            bool bad = connection.Client != null
                && (connection.Client.State == ConnectionState.Retrying
                    || connection.Client.State == ConnectionState.Failed);
            EditorGUILayout.HelpBox(
                StreamLine.Of(connection), bad ? MessageType.Warning : MessageType.Info);
        }
    }
}
