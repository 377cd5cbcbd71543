// Small stand-ins of the UnityEditor types that the package uses. They draw nothing; what the
// harness looks at (clipboard, curves, assets) is kept.
using System;
using System.Collections.Generic;
using System.Reflection;
using UnityEngine;

namespace UnityEditor
{
    public sealed class CustomEditor : Attribute { public CustomEditor(Type type) { } }
    public sealed class CanEditMultipleObjects : Attribute { }
    public sealed class InitializeOnLoadMethodAttribute : Attribute { }
    public sealed class MenuItem : Attribute { public MenuItem(string path, bool validate = false, int priority = 0) { } }
    /// <summary>How the harness plays the editor's start: not a part of Unity.</summary>
    public static class EditorStart
    {
        public static void Load(Assembly assembly)
        {
            const BindingFlags any = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
            foreach (var type in assembly.GetTypes())
                foreach (var method in type.GetMethods(any))
                    if (method.GetCustomAttributes(typeof(InitializeOnLoadMethodAttribute), false).Length > 0)
                        method.Invoke(null, null);
        }
    }

    public enum MessageType { None, Info, Warning, Error }
    public enum PlayModeStateChange { EnteredEditMode, ExitingEditMode, EnteredPlayMode, ExitingPlayMode }

    public class Editor : ScriptableObject
    {
        public UnityEngine.Object target { get; set; }
        public virtual void OnInspectorGUI() { }
        public virtual bool RequiresConstantRepaint() { return false; }
        public bool DrawDefaultInspector() { return false; }
        public void Repaint() { }
    }

    public class EditorWindow : ScriptableObject
    {
        public GUIContent titleContent { get; set; }
        public Vector2 minSize { get; set; }
        public Rect position { get; set; }
        /// <summary>The last one, for the harness; not a part of Unity.</summary>
        public static EditorWindow Opened;

        public static T GetWindow<T>(string title) where T : EditorWindow, new()
        {
            var made = CreateInstance<T>();
            Opened = made;
            return made;
        }

        public void Repaint() { }
        public void Show() { }
    }

    public static class EditorApplication
    {
        public static Action update = delegate { };
        public static event Action<PlayModeStateChange> playModeStateChanged = delegate { };
        public static event Action quitting = delegate { };
        public static double timeSinceStartup { get { return 0.0; } }
        public static bool isPlaying { get { return Application.isPlaying; } }
        public static void QueuePlayerLoopUpdate() { }
        public static void Change(PlayModeStateChange to) { playModeStateChanged(to); }
        public static void Quit() { quitting(); }
    }

    public static class AssemblyReloadEvents
    {
        public static event Action beforeAssemblyReload = delegate { };
        public static void Reload() { beforeAssemblyReload(); }
    }

    public static class Selection
    {
        public static GameObject activeGameObject { get; set; }
    }

    public static class EditorGUIUtility
    {
        public static string systemCopyBuffer { get; set; }
        public static float singleLineHeight { get { return 18f; } }
        public static void PingObject(UnityEngine.Object o) { }
    }

    public static class EditorUtility
    {
        public static string SaveFilePanelInProject(string title, string name, string extension, string message) { return "Assets/" + name + "." + extension; }
        public static bool IsPersistent(UnityEngine.Object o) { return false; }
    }

    public static class AssetDatabase
    {
        public static readonly Dictionary<string, UnityEngine.Object> Assets = new Dictionary<string, UnityEngine.Object>();
        public static void CreateAsset(UnityEngine.Object asset, string path) { Assets[path] = asset; }
        public static string GenerateUniqueAssetPath(string path) { return path; }
        public static void SaveAssets() { }
    }

    public struct EditorCurveBinding
    {
        public string path, propertyName;
        public Type type;
        public static EditorCurveBinding FloatCurve(string path, Type type, string property) { return new EditorCurveBinding { path = path, type = type, propertyName = property }; }
    }

    public static class AnimationUtility
    {
        public static void SetEditorCurve(AnimationClip clip, EditorCurveBinding binding, AnimationCurve curve) { clip.SetCurve(binding.path, binding.type, binding.propertyName, curve); }

        public static string CalculateTransformPath(Transform target, Transform root)
        {
            var path = "";
            for (var at = target; at && at != root; at = at.parent) path = at.name + (path.Length > 0 ? "/" + path : "");
            return path;
        }
    }

    public sealed class EditorGUI
    {
        public struct DisabledScope : IDisposable
        {
            public DisabledScope(bool disabled) { }
            public void Dispose() { }
        }

        public static void DrawRect(Rect at, Color color) { }
        public static void ProgressBar(Rect at, float value, string text) { }
        public static void LabelField(Rect at, string text, GUIStyle style) { }
    }

    public static class EditorStyles
    {
        public static GUIStyle miniLabel = new GUIStyle(), boldLabel = new GUIStyle(), wordWrappedLabel = new GUIStyle();
        public static GUIStyle textArea = new GUIStyle();
    }

    public static class EditorGUILayout
    {
        public struct HorizontalScope : IDisposable
        {
            public HorizontalScope(params GUILayoutOption[] options) { }
            public void Dispose() { }
        }

        public static void LabelField(string text, params GUILayoutOption[] options) { }
        public static void LabelField(string text, GUIStyle style, params GUILayoutOption[] options) { }
        public static void LabelField(string name, string text, params GUILayoutOption[] options) { }
        public static void SelectableLabel(string text, GUIStyle style, params GUILayoutOption[] options) { }
        /// <summary>What was drawn, for the harness; not a part of Unity.</summary>
        public static readonly List<string> Boxes = new List<string>();
        public static void HelpBox(string text, MessageType type) { Boxes.Add(text); }
        public static void Space() { }
        public static bool Foldout(bool open, string text, bool byText) { return open; }
        public static int Popup(string name, int chosen, string[] all, params GUILayoutOption[] options) { return chosen; }
        public static UnityEngine.Object ObjectField(string name, UnityEngine.Object now, Type type, bool fromScene, params GUILayoutOption[] options) { return now; }
        public static Rect GetControlRect(bool label, float height, params GUILayoutOption[] options) { return new Rect(0f, 0f, 300f, height); }
        public static Vector2 BeginScrollView(Vector2 at, params GUILayoutOption[] options) { return at; }
        public static void EndScrollView() { }
    }
}

namespace UnityEditor.SceneManagement
{
    public static class EditorSceneManager
    {
        public delegate void SceneSavingCallback(UnityEngine.SceneManagement.Scene scene, string path);
        public static event SceneSavingCallback sceneSaving = delegate { };
        public static void Save() { sceneSaving(default(UnityEngine.SceneManagement.Scene), ""); }
    }

    public static class PrefabStage
    {
        public static event Action<GameObject> prefabSaving = delegate { };
        public static void Save() { prefabSaving(null); }
    }
}
