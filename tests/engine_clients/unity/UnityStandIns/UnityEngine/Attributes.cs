// The attributes that the package puts on its types and fields. They do nothing here.
using System;

namespace UnityEngine
{
    public class PropertyAttribute : Attribute { }
    public sealed class SerializeField : Attribute { }
    public sealed class TooltipAttribute : PropertyAttribute { public TooltipAttribute(string text) { } }
    public sealed class HeaderAttribute : PropertyAttribute { public HeaderAttribute(string text) { } }
    public sealed class RangeAttribute : PropertyAttribute { public RangeAttribute(float low, float high) { } }
    public sealed class MinAttribute : PropertyAttribute { public MinAttribute(float low) { } }
    public sealed class DelayedAttribute : PropertyAttribute { }
    public sealed class ExecuteAlways : Attribute { }
    public sealed class DisallowMultipleComponent : Attribute { }
    public sealed class DefaultExecutionOrder : Attribute { public DefaultExecutionOrder(int order) { } }
    public sealed class HelpURLAttribute : Attribute { public HelpURLAttribute(string url) { } }
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class RequireComponent : Attribute { public RequireComponent(Type type) { } }
    public sealed class AddComponentMenu : Attribute { public AddComponentMenu(string path) { } }

    public sealed class CreateAssetMenuAttribute : Attribute
    {
        public string menuName { get; set; }
        public string fileName { get; set; }
    }

    public enum RuntimeInitializeLoadType { AfterSceneLoad, BeforeSceneLoad, SubsystemRegistration = 4 }

    public sealed class RuntimeInitializeOnLoadMethodAttribute : Attribute
    {
        public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType when) { }
    }
}
