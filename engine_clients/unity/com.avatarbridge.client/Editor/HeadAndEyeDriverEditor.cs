using AvatarBridge.Unity;
using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Inspector of <see cref="HeadAndEyeDriver"/>: state, fields, a button to recentre.</summary>
    [CustomEditor(typeof(HeadAndEyeDriver))]
    public sealed class HeadAndEyeDriverEditor : UnityEditor.Editor
    {
        /// <inheritdoc/>
        public override bool RequiresConstantRepaint()
        {
            return ((HeadAndEyeDriver)target).Feed != null;
        }

        /// <inheritdoc/>
        public override void OnInspectorGUI()
        {
            var driver = (HeadAndEyeDriver)target;
            StateBox.Draw(driver.Problem, driver.Connection);
            DrawDefaultInspector();
            EditorGUILayout.Space();
            using (new EditorGUI.DisabledScope(driver.Feed == null || driver.Feed.Frame == null))
            {
                if (GUILayout.Button("This is straight ahead"))
                {
                    driver.Recentre();
                }
            }
        }
    }
}
