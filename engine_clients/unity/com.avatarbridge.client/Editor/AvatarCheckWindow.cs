using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Shows which of the 52 an avatar has, under which names, and what falls back.</summary>
    public sealed class AvatarCheckWindow : EditorWindow
    {
        private GameObject avatar;
        private string report = "";
        private Vector2 scroll;

        /// <summary>Open it, with what is selected.</summary>
        [MenuItem("Window/Avatar Bridge/Avatar Check")]
        public static void Open()
        {
            Open(Selection.activeGameObject);
        }

        /// <summary>Open it for an avatar.</summary>
        public static void Open(GameObject avatar)
        {
            AvatarCheckWindow window = GetWindow<AvatarCheckWindow>("Avatar Check");
            window.Check(avatar);
            window.Show();
        }

        private void Check(GameObject of)
        {
            avatar = of;
            report = avatar ? AvatarCheck.Of(avatar) : "";
        }

        private void OnGUI()
        {
            var chosen = (GameObject)EditorGUILayout.ObjectField(
                "Avatar", avatar, typeof(GameObject), true);
            if (chosen != avatar)
            {
                Check(chosen);
            }
            if (!avatar)
            {
                EditorGUILayout.HelpBox("Drop an avatar here.", MessageType.Info);
                return;
            }
            using (new EditorGUILayout.HorizontalScope())
            {
                if (GUILayout.Button("Check again"))
                {
                    Check(avatar);
                }
                if (GUILayout.Button("Copy as text"))
                {
                    EditorGUIUtility.systemCopyBuffer = report;
                }
            }
            scroll = EditorGUILayout.BeginScrollView(scroll);
            EditorGUILayout.LabelField(report, EditorStyles.wordWrappedLabel);
            EditorGUILayout.EndScrollView();
        }
    }
}
