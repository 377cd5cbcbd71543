using AvatarBridge.Unity;
using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Inspector of <see cref="BlendshapeDriver"/>: state, fields, live bars.</summary>
    [CustomEditor(typeof(BlendshapeDriver))]
    public sealed class BlendshapeDriverEditor : UnityEditor.Editor
    {
        private bool bars = true;

        /// <inheritdoc/>
        public override bool RequiresConstantRepaint()
        {
            return ((BlendshapeDriver)target).Feed != null;
        }

        /// <inheritdoc/>
        public override void OnInspectorGUI()
        {
            var driver = (BlendshapeDriver)target;
            StateBox.Draw(driver.Problem, driver.Connection);
            DrawDefaultInspector();
            EditorGUILayout.Space();
            foreach (MeshTarget mesh in driver.Targets)
            {
                if (mesh.Renderer && mesh.Report != null)
                {
                    EditorGUILayout.LabelField(mesh.Renderer.name, mesh.Report.Summary);
                }
            }
            using (new EditorGUILayout.HorizontalScope())
            {
                if (GUILayout.Button("Check this avatar"))
                {
                    AvatarCheckWindow.Open(driver.gameObject);
                }
                if (GUILayout.Button("Record a take"))
                {
                    TakeRecorderWindow.Open(driver);
                }
            }
            Bars(driver);
        }

        private void Bars(BlendshapeDriver driver)
        {
            if (driver.Feed == null)
            {
                return;
            }
            bars = EditorGUILayout.Foldout(bars, "What the avatar gets", true);
            if (bars)
            {
                AvatarBridgeClient client = driver.Connection ? driver.Connection.Client : null;
                LiveBars.Draw(driver.MixedWeights, client == null ? null : client.Meta);
            }
        }
    }
}
