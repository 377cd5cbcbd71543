using AvatarBridge.Unity;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Sees to it that no client outlives play mode, a reload or the editor, and that a
    /// preview in edit mode moves but is never saved.</summary>
    internal static class ConnectionGuard
    {
        [InitializeOnLoadMethod]
        private static void Watch()
        {
            EditorApplication.playModeStateChanged += Changed;
            AssemblyReloadEvents.beforeAssemblyReload += AvatarBridgeConnection.StopAll;
            EditorApplication.quitting += AvatarBridgeConnection.StopAll;
            EditorApplication.update += Preview;
            EditorSceneManager.sceneSaving += (scene, path) => Rest();
            PrefabStage.prefabSaving += prefab => Rest();
        }

        // A previewed expression must not get into a scene or prefab. The next frame shows it again.
        private static void Rest()
        {
            if (!AvatarBridgeConnection.AnyRunning)
            {
                return;
            }
            foreach (BlendshapeDriver driver in Resources.FindObjectsOfTypeAll<BlendshapeDriver>())
            {
                driver.ShowRest();
            }
            foreach (HeadAndEyeDriver driver in Resources.FindObjectsOfTypeAll<HeadAndEyeDriver>())
            {
                driver.ShowRest();
            }
        }

        private static void Changed(PlayModeStateChange change)
        {
            if (change == PlayModeStateChange.ExitingEditMode)
            {
                Rest(); // or play mode would take a previewed pose for the avatar's own
            }
            if (change == PlayModeStateChange.ExitingPlayMode || change == PlayModeStateChange.ExitingEditMode)
            {
                AvatarBridgeConnection.StopAll();
            }
        }

        // In edit mode the engine only runs when something changes.
        private static void Preview()
        {
            if (!Application.isPlaying && AvatarBridgeConnection.AnyRunning)
            {
                EditorApplication.QueuePlayerLoopUpdate();
            }
        }
    }
}
