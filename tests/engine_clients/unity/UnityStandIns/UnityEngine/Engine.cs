// Stand-ins of the engine's static services and of its immediate-mode GUI, which draws nothing.
using System;

namespace UnityEngine
{
    public static class Application
    {
        public static bool isPlaying = true;
        /// <summary>Objects that do not play, such as those of a prefab that is edited; not a part of Unity.</summary>
        public static readonly System.Collections.Generic.HashSet<Object> Edited = new System.Collections.Generic.HashSet<Object>();
        public static bool IsPlaying(Object one) { return isPlaying && !Edited.Contains(one); }
        public static event Action quitting;
        public static void Quit() { if (quitting != null) quitting(); }
    }

    public static class Time
    {
        public static float deltaTime = 1f / 60f;
        public static float unscaledDeltaTime = 1f / 60f;
        public static double realtimeSinceStartupAsDouble;
    }

    public static class Debug
    {
        public static readonly System.Collections.Generic.List<string> Lines = new System.Collections.Generic.List<string>();
        public static void Log(object message, Object about = null) { Lines.Add(message.ToString()); }
        public static void LogWarning(object message, Object about = null) { Lines.Add(message.ToString()); }
        public static void LogError(object message, Object about = null) { Lines.Add(message.ToString()); }
    }

    public static class Screen
    {
        public static int width = 1280, height = 720;
        public static float dpi = 96f;
    }

    public enum EventType { Repaint = 7, Layout = 8 }

    public sealed class Event
    {
        public static Event current = new Event();
        public EventType type = EventType.Layout;
    }

    public enum TextAnchor { UpperLeft, MiddleLeft = 3 }

    public sealed class GUIStyle
    {
        public GUIStyle() { }
        public GUIStyle(GUIStyle other) { }
        public TextAnchor alignment { get; set; }
        public bool richText { get; set; }
        public bool wordWrap { get; set; }
        public int fontSize { get; set; }
    }

    public sealed class GUISkin
    {
        public GUIStyle label = new GUIStyle(), box = new GUIStyle();
    }

    public sealed class GUIContent
    {
        public string text;
        public GUIContent(string text, string tooltip = "") { this.text = text; }
    }

    public sealed class GUILayoutOption { }

    public static class GUI
    {
        public static GUISkin skin = new GUISkin();
        public static bool enabled = true;
        public static Color color;
        public static void Box(Rect at, string text) { }
        public static void Label(Rect at, string text) { }
        public static void Label(Rect at, string text, GUIStyle style) { }
    }

    public static class GUILayout
    {
        /// <summary>The button that the harness presses; not a part of Unity.</summary>
        public static string Pressed = "";
        public static bool Button(string text, params GUILayoutOption[] options) { return text == Pressed; }
        public static bool Button(GUIContent content, params GUILayoutOption[] options) { return content.text == Pressed; }
        public static void Label(string text, params GUILayoutOption[] options) { }
        public static void Space(float pixels) { }
        public static void FlexibleSpace() { }
        public static GUILayoutOption Width(float pixels) { return null; }
        public static GUILayoutOption Height(float pixels) { return null; }
        public static GUILayoutOption ExpandHeight(bool on) { return null; }
    }

    public static class GUILayoutUtility
    {
        public static Rect GetRect(float width, float height) { return new Rect(0f, 0f, width, height); }
    }

    public struct Keyframe
    {
        public float time, value, inTangent, outTangent;
        public Keyframe(float time, float value, float inTangent, float outTangent) { this.time = time; this.value = value; this.inTangent = inTangent; this.outTangent = outTangent; }
    }

    public sealed class AnimationCurve
    {
        public Keyframe[] keys { get; set; }
        public AnimationCurve(params Keyframe[] keys) { this.keys = keys; }
        public int length { get { return keys.Length; } }
    }

    public sealed class AnimationClip : Object
    {
        public readonly System.Collections.Generic.Dictionary<string, AnimationCurve> Curves = new System.Collections.Generic.Dictionary<string, AnimationCurve>();
        public float frameRate { get; set; }
        public bool legacy { get; set; }
        public void EnsureQuaternionContinuity() { }
        public void SetCurve(string path, Type type, string property, AnimationCurve curve) { Curves[path + "|" + type.Name + "|" + property] = curve; }
    }
}
