// A small stand-in of NUnit: the assertions that the package's own tests use, and a runner.
using System;
using System.Collections.Generic;
using System.Reflection;

namespace NUnit.Framework
{
    public sealed class TestAttribute : Attribute { }
    public sealed class SetUpAttribute : Attribute { }
    public sealed class TearDownAttribute : Attribute { }
    public sealed class AssertionException : Exception { public AssertionException(string text) : base(text) { } }

    public static class Assert
    {
        public static void AreEqual(object expected, object actual) { That(Equals(expected, actual), expected, actual); }
        public static void AreEqual(double expected, double actual, double tolerance) { That(Math.Abs(expected - actual) <= tolerance, expected, actual); }
        public static void Less(double actual, double bound) { That(actual < bound, "less than " + bound, actual); }
        public static void Greater(double actual, double bound) { That(actual > bound, "more than " + bound, actual); }
        public static void IsTrue(bool actual) { That(actual, true, actual); }
        public static void IsFalse(bool actual) { That(!actual, false, actual); }
        public static void IsNull(object actual) { That(actual == null, "null", actual); }
        public static void IsNotNull(object actual) { That(actual != null, "not null", actual); }

        static void That(bool holds, object expected, object actual)
        {
            if (!holds) throw new AssertionException("expected " + expected + ", got " + actual);
        }
    }

    public static class StringAssert
    {
        public static void Contains(string expected, string actual)
        {
            if (!actual.Contains(expected)) throw new AssertionException("expected \"" + expected + "\" in:\n" + actual);
        }
    }

    public static class Runner
    {
        /// <summary>Run all tests of an assembly, one line each.</summary>
        /// <returns>How many failed.</returns>
        public static int Run(Assembly assembly)
        {
            var failed = 0;
            foreach (var type in assembly.GetTypes())
                foreach (var method in type.GetMethods())
                    if (Has<TestAttribute>(method) && !Passes(type, method)) failed++;
            return failed;
        }

        static bool Passes(Type type, MethodInfo test)
        {
            var name = type.Name + "." + test.Name;
            var fixture = Activator.CreateInstance(type);
            try
            {
                Each<SetUpAttribute>(type, fixture);
                test.Invoke(fixture, null);
                Console.WriteLine("ok " + name);
                return true;
            }
            catch (TargetInvocationException error)
            {
                Console.WriteLine("FAILED " + name + ": " + error.InnerException);
                return false;
            }
            finally
            {
                Each<TearDownAttribute>(type, fixture);
            }
        }

        static void Each<T>(Type type, object fixture) where T : Attribute
        {
            foreach (var method in type.GetMethods())
                if (Has<T>(method)) method.Invoke(fixture, null);
        }

        static bool Has<T>(MethodInfo method) where T : Attribute
        {
            return method.GetCustomAttributes(typeof(T), false).Length > 0;
        }
    }
}
