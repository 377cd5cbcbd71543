// Small stand-ins of UnityEngine's value types: the same signatures and the same mathematics,
// enough for the package to be compiled and driven without Unity.
//
// Convention: left-handed, x right, y up, z forward; Euler angles in degrees, applied z, x, y.
using System;

namespace UnityEngine
{
    public static class Mathf
    {
        public const float Rad2Deg = 57.29578f;
        public const float Deg2Rad = 0.01745329f;
        public const float PI = 3.14159274f;

        public static float Clamp(float value, float low, float high)
        {
            return value < low ? low : value > high ? high : value;
        }

        public static float Clamp01(float value) { return Clamp(value, 0f, 1f); }
        public static float Min(float a, float b) { return a < b ? a : b; }
        public static float Max(float a, float b) { return a > b ? a : b; }
        public static int Min(int a, int b) { return a < b ? a : b; }
        public static int Max(int a, int b) { return a > b ? a : b; }
        public static float Abs(float value) { return Math.Abs(value); }
        public static float Sin(float value) { return (float)Math.Sin(value); }
        public static float Cos(float value) { return (float)Math.Cos(value); }
        public static float Sqrt(float value) { return (float)Math.Sqrt(value); }
        public static float Exp(float value) { return (float)Math.Exp(value); }
        public static float Sign(float value) { return value < 0f ? -1f : 1f; }
        public static int RoundToInt(float value) { return (int)Math.Round(value); }
        public static int CeilToInt(float value) { return (int)Math.Ceiling(value); }
        public static float Lerp(float a, float b, float t) { return a + (b - a) * Clamp01(t); }
    }

    public struct Vector2
    {
        public float x, y;
        public Vector2(float x, float y) { this.x = x; this.y = y; }
        public static Vector2 zero { get { return new Vector2(0f, 0f); } }
    }

    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
        public static Vector3 zero { get { return new Vector3(0f, 0f, 0f); } }
        public static Vector3 one { get { return new Vector3(1f, 1f, 1f); } }
        public static Vector3 right { get { return new Vector3(1f, 0f, 0f); } }
        public static Vector3 up { get { return new Vector3(0f, 1f, 0f); } }
        public static Vector3 forward { get { return new Vector3(0f, 0f, 1f); } }
        public float magnitude { get { return Mathf.Sqrt(x * x + y * y + z * z); } }
        public Vector3 normalized { get { return magnitude > 1e-5f ? this * (1f / magnitude) : zero; } }

        public static Vector3 operator +(Vector3 a, Vector3 b) { return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z); }
        public static Vector3 operator -(Vector3 a, Vector3 b) { return new Vector3(a.x - b.x, a.y - b.y, a.z - b.z); }
        public static Vector3 operator *(Vector3 a, float s) { return new Vector3(a.x * s, a.y * s, a.z * s); }
        public static Vector3 operator *(float s, Vector3 a) { return a * s; }

        public static Vector3 Lerp(Vector3 a, Vector3 b, float t) { return a + (b - a) * Mathf.Clamp01(t); }
        public static float Dot(Vector3 a, Vector3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

        public static Vector3 Cross(Vector3 a, Vector3 b)
        {
            return new Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
        }

        public static Vector3 ClampMagnitude(Vector3 value, float most)
        {
            return value.magnitude > most ? value.normalized * most : value;
        }
    }

    public struct Quaternion
    {
        public float x, y, z, w;
        public Quaternion(float x, float y, float z, float w) { this.x = x; this.y = y; this.z = z; this.w = w; }
        public static Quaternion identity { get { return new Quaternion(0f, 0f, 0f, 1f); } }

        public static Quaternion operator *(Quaternion a, Quaternion b)
        {
            return new Quaternion(
                a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                a.w * b.y + a.y * b.w + a.z * b.x - a.x * b.z,
                a.w * b.z + a.z * b.w + a.x * b.y - a.y * b.x,
                a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);
        }

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var axis = new Vector3(q.x, q.y, q.z);
            var turned = Vector3.Cross(axis, v) * 2f;
            return v + turned * q.w + Vector3.Cross(axis, turned);
        }

        public static Quaternion Inverse(Quaternion q) { return new Quaternion(-q.x, -q.y, -q.z, q.w); }

        public static float Dot(Quaternion a, Quaternion b) { return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w; }

        public static Quaternion Normalize(Quaternion q)
        {
            var length = Mathf.Sqrt(Dot(q, q));
            return length < 1e-6f ? identity : new Quaternion(q.x / length, q.y / length, q.z / length, q.w / length);
        }

        public static Quaternion AngleAxis(float degrees, Vector3 axis)
        {
            var half = degrees * Mathf.Deg2Rad / 2f;
            var part = axis.normalized * Mathf.Sin(half);
            return new Quaternion(part.x, part.y, part.z, Mathf.Cos(half));
        }

        public static Quaternion Euler(float x, float y, float z)
        {
            return AngleAxis(y, Vector3.up) * AngleAxis(x, Vector3.right) * AngleAxis(z, Vector3.forward);
        }

        public static float Angle(Quaternion a, Quaternion b)
        {
            return 2f * (float)Math.Acos(Mathf.Min(Mathf.Abs(Dot(a, b)), 1f)) * Mathf.Rad2Deg;
        }

        public static Quaternion SlerpUnclamped(Quaternion a, Quaternion b, float t)
        {
            var dot = Dot(a, b);
            if (dot < 0f)
            {
                b = new Quaternion(-b.x, -b.y, -b.z, -b.w);
                dot = -dot;
            }
            var angle = Math.Acos(Mathf.Min(dot, 1f));
            var sine = Math.Sin(angle);
            var first = sine < 1e-6 ? 1f - t : (float)(Math.Sin((1f - t) * angle) / sine);
            var second = sine < 1e-6 ? t : (float)(Math.Sin(t * angle) / sine);
            return Normalize(new Quaternion(
                first * a.x + second * b.x, first * a.y + second * b.y,
                first * a.z + second * b.z, first * a.w + second * b.w));
        }

        public static Quaternion Slerp(Quaternion a, Quaternion b, float t)
        {
            return SlerpUnclamped(a, b, Mathf.Clamp01(t));
        }

        public static Quaternion RotateTowards(Quaternion from, Quaternion to, float mostDegrees)
        {
            var angle = Angle(from, to);
            return angle == 0f ? to : SlerpUnclamped(from, to, Mathf.Min(1f, mostDegrees / angle));
        }
    }

    public struct Color
    {
        public float r, g, b, a;
        public Color(float r, float g, float b, float a = 1f) { this.r = r; this.g = g; this.b = b; this.a = a; }
        public static Color white { get { return new Color(1f, 1f, 1f); } }
    }

    public struct Rect
    {
        public float x, y, width, height;
        public Rect(float x, float y, float width, float height) { this.x = x; this.y = y; this.width = width; this.height = height; }
        public float xMax { get { return x + width; } }
    }
}
