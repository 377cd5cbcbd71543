using AvatarBridge.Unity;
using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Records a take and saves it as an AnimationClip.</summary>
    public sealed class TakeRecorderWindow : EditorWindow
    {
        private BlendshapeDriver driver;
        private HeadAndEyeDriver head;
        private Transform root;
        private TakeRecorder recorder;

        /// <summary>Open it, with what is selected.</summary>
        [MenuItem("Window/Avatar Bridge/Take Recorder")]
        public static void Open()
        {
            GameObject selected = Selection.activeGameObject;
            Open(selected ? selected.GetComponentInChildren<BlendshapeDriver>() : null);
        }

        /// <summary>Open it for an avatar.</summary>
        public static void Open(BlendshapeDriver driver)
        {
            TakeRecorderWindow window = GetWindow<TakeRecorderWindow>("Take Recorder");
            window.Choose(driver);
            window.Show();
        }

        private void Choose(BlendshapeDriver chosen)
        {
            recorder = null;
            driver = chosen;
            if (!driver)
            {
                return;
            }
            Animator animator = driver.GetComponentInParent<Animator>();
            root = animator ? animator.transform : driver.transform;
            head = root.GetComponentInChildren<HeadAndEyeDriver>();
        }

        private void OnDisable()
        {
            if (recorder != null)
            {
                recorder.Stop();
            }
        }

        private void OnGUI()
        {
            bool busy = recorder != null && recorder.IsRecording;
            using (new EditorGUI.DisabledScope(busy))
            {
                var chosen = (BlendshapeDriver)EditorGUILayout.ObjectField(
                    "Driver", driver, typeof(BlendshapeDriver), true);
                if (chosen != driver)
                {
                    Choose(chosen);
                }
                head = (HeadAndEyeDriver)EditorGUILayout.ObjectField(
                    "Head", head, typeof(HeadAndEyeDriver), true);
                root = (Transform)EditorGUILayout.ObjectField("Plays the clip", root, typeof(Transform), true);
            }
            if (!driver || driver.Feed == null || !root)
            {
                EditorGUILayout.HelpBox("Choose a driver, and press Play so that it follows a face.", MessageType.Info);
                return;
            }
            Buttons(busy);
            if (recorder != null)
            {
                EditorGUILayout.LabelField(
                    "Take", recorder.Frames + " frames, " + recorder.Seconds.ToString("0.0") + " s");
                EditorGUILayout.LabelField(recorder.Ended);
            }
            if (busy)
            {
                Repaint();
            }
        }

        private void Buttons(bool busy)
        {
            if (GUILayout.Button(busy ? "Stop" : "Record"))
            {
                if (busy)
                {
                    recorder.Stop();
                }
                else
                {
                    recorder = new TakeRecorder(driver, head, root);
                    recorder.Start();
                }
            }
            using (new EditorGUI.DisabledScope(busy || recorder == null || recorder.Frames == 0))
            {
                if (GUILayout.Button("Save as clip…"))
                {
                    Save();
                }
            }
        }

        private void Save()
        {
            string path = EditorUtility.SaveFilePanelInProject(
                "Save the take", driver.name + " take", "anim", "Where the clip goes.");
            if (string.IsNullOrEmpty(path))
            {
                return; // called off
            }
            AssetDatabase.CreateAsset(recorder.ToClip(), path);
            AssetDatabase.SaveAssets();
        }
    }
}
