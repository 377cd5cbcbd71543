// Stand-ins of the objects of a scene. Messages (Awake, OnEnable, Update…) are sent by the harness
// through `Messages`, the one thing here that Unity does not have.
using System;
using System.Collections.Generic;
using System.Reflection;

namespace UnityEngine
{
    public enum HideFlags { None = 0, DontSave = 52, HideAndDontSave = 61 }

    public class Object
    {
        internal bool Destroyed;
        public virtual string name { get; set; }
        public HideFlags hideFlags { get; set; }

        public static void Destroy(Object gone) { if (!ReferenceEquals(gone, null)) gone.Destroyed = true; }
        public static void DestroyImmediate(Object gone) { Destroy(gone); }

        public static implicit operator bool(Object o) { return !Gone(o); }
        public static bool operator ==(Object a, Object b) { return Gone(a) ? Gone(b) : !Gone(b) && ReferenceEquals(a, b); }
        public static bool operator !=(Object a, Object b) { return !(a == b); }
        public override bool Equals(object other) { return this == other as Object; }
        public override int GetHashCode() { return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this); }

        static bool Gone(Object o) { return ReferenceEquals(o, null) || o.Destroyed; }
    }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject, new()
        {
            var made = new T();
            Messages.Send(made, "OnEnable");
            return made;
        }
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }
        public Transform transform { get { return gameObject.transform; } }
        public override string name { get { return gameObject.name; } set { gameObject.name = value; } }
        public T GetComponent<T>() where T : class { return gameObject.GetComponent<T>(); }
        public T GetComponentInParent<T>() where T : class { return gameObject.GetComponentInParent<T>(); }
        public T GetComponentInChildren<T>() where T : class { return gameObject.GetComponentInChildren<T>(); }
        public T[] GetComponentsInChildren<T>(bool includeInactive = false) where T : class { return gameObject.GetComponentsInChildren<T>(); }
    }

    public class Behaviour : Component
    {
        bool _enabled = true;

        public bool enabled
        {
            get { return _enabled; }
            set
            {
                if (_enabled == value) return;
                _enabled = value;
                Messages.Send(this, value ? "OnEnable" : "OnDisable");
            }
        }

        public bool isActiveAndEnabled { get { return _enabled; } }
    }

    public class MonoBehaviour : Behaviour { }

    public class Transform : Component
    {
        readonly List<Transform> _children = new List<Transform>();
        public Transform parent { get; private set; }
        public Vector3 localPosition { get; set; }
        public Quaternion localRotation { get; set; }
        public Vector3 localScale { get; set; }

        public Transform()
        {
            localRotation = Quaternion.identity;
            localScale = Vector3.one;
        }

        public Transform root { get { return parent ? parent.root : this; } }
        public int childCount { get { return _children.Count; } }
        public Transform GetChild(int index) { return _children[index]; }

        public Quaternion rotation
        {
            get { return parent ? parent.rotation * localRotation : localRotation; }
            set { localRotation = parent ? Quaternion.Inverse(parent.rotation) * value : value; }
        }

        public Vector3 position
        {
            get { return parent ? parent.position + parent.rotation * localPosition : localPosition; }
        }

        public Vector3 InverseTransformVector(Vector3 v) { return Quaternion.Inverse(rotation) * v; }
        public Vector3 TransformVector(Vector3 v) { return rotation * v; }

        public void SetParent(Transform to, bool keepWorld)
        {
            if (parent) parent._children.Remove(this);
            parent = to;
            if (to) to._children.Add(this);
        }
    }

    public enum PrimitiveType { Sphere }

    public sealed class GameObject : Object
    {
        internal readonly List<Component> Components = new List<Component>();
        public Transform transform { get; private set; }
        bool _active = true;
        public bool activeInHierarchy { get { return _active && (!transform.parent || transform.parent.gameObject.activeInHierarchy); } }
        public void SetActive(bool active) { _active = active; }

        public GameObject(string name = "New Game Object")
        {
            this.name = name;
            transform = new Transform { gameObject = this };
            Components.Add(transform);
        }

        public static GameObject CreatePrimitive(PrimitiveType type)
        {
            var made = new GameObject(type.ToString());
            made.AddComponent<MeshFilter>().sharedMesh = new Mesh();
            made.AddComponent<MeshRenderer>().sharedMaterial = new Material();
            return made;
        }

        public T AddComponent<T>() where T : Component, new()
        {
            var made = new T { gameObject = this };
            Components.Add(made);
            Resources.Alive.Add(made);
            Messages.Send(made, "Awake");
            Messages.Send(made, "OnEnable");
            return made;
        }

        public T GetComponent<T>() where T : class
        {
            foreach (var each in Components)
            {
                var found = each as T;
                if (found != null) return found;
            }
            return null;
        }

        public T GetComponentInParent<T>() where T : class
        {
            for (var at = transform; at; at = at.parent)
            {
                var found = at.gameObject.GetComponent<T>();
                if (found != null) return found;
            }
            return null;
        }

        public T GetComponentInChildren<T>() where T : class
        {
            var all = GetComponentsInChildren<T>();
            return all.Length > 0 ? all[0] : null;
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive = false) where T : class
        {
            var found = new List<T>();
            Gather(transform, found);
            return found.ToArray();
        }

        static void Gather<T>(Transform at, List<T> found) where T : class
        {
            foreach (var each in at.gameObject.Components)
                if (each as T != null) found.Add(each as T);
            for (var i = 0; i < at.childCount; i++) Gather(at.GetChild(i), found);
        }
    }

    public static class Resources
    {
        public static readonly List<Object> Alive = new List<Object>();

        public static T[] FindObjectsOfTypeAll<T>() where T : Object
        {
            var found = new List<T>();
            foreach (var each in Alive)
                if (each as T != null) found.Add((T)each);
            return found.ToArray();
        }
    }

    /// <summary>How the harness plays the engine: finds a message by name and sends it.</summary>
    public static class Messages
    {
        public static void Send(object to, string message)
        {
            const BindingFlags any = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
            for (var type = to.GetType(); type != null; type = type.BaseType)
            {
                var method = type.GetMethod(message, any, null, Type.EmptyTypes, null);
                if (method == null) continue;
                method.Invoke(to, null);
                return;
            }
        }
    }
}

namespace UnityEngine.SceneManagement
{
    public struct Scene { }
}
