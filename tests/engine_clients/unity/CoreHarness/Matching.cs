using System;
using System.Collections.Generic;
using AvatarBridge;

namespace CoreHarness
{
    /// <summary>Each line of the input is a mesh, its names with tabs between; each line of the
    /// output says how it is matched.</summary>
    internal static class Matching
    {
        public static void Run()
        {
            for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
            {
                string[] names = line.Length > 0 ? line.Split('\t') : Array.Empty<string>();
                MatchReport report = ShapeMatcher.Match(names);
                var kinds = new List<string>();
                var through = new List<string>();
                foreach (ShapeMatch match in report.Shapes)
                {
                    kinds.Add(match.Kind.ToString());
                    through.Add(match.MeshNames);
                }
                var formulas = new List<string>();
                foreach (ShapeBinding binding in report.Bindings)
                {
                    Check.Equal(names[binding.MeshShape], binding.MeshName, "place on the mesh");
                    formulas.Add(MatchReport.Formula(binding));
                }
                Console.WriteLine(new Json().Add("kinds", kinds).Add("through", through)
                    .Add("formulas", formulas).Add("unused", report.Unused)
                    .Add("summary", report.Summary).Add("text", report.ToString()));
            }
        }

        public static void Evaluate()
        {
            MatchReport report = ShapeMatcher.Match(new[] { "Blink", "aa" });
            var weights = new float[ShapeNames.Count];
            weights[ShapeNames.IndexOf("eyeBlinkLeft")] = 1f;
            weights[ShapeNames.IndexOf("jawOpen")] = 0.75f;
            weights[ShapeNames.IndexOf("mouthFunnel")] = 0.5f;
            Check.Equal(0.5f, report.Bindings[0].Evaluate(weights), "one eye of two");
            Check.Equal(0.5f, report.Bindings[1].Evaluate(weights), "less the other vowel");
            weights[ShapeNames.IndexOf("mouthClose")] = 1f;
            Check.Equal(0f, report.Bindings[1].Evaluate(weights), "not below 0");
            weights[ShapeNames.IndexOf("eyeBlinkLeft")] = 9f;
            Check.Equal(1f, report.Bindings[0].Evaluate(weights), "not above 1");
            weights[ShapeNames.IndexOf("eyeBlinkLeft")] = float.NaN;
            Check.Equal(0f, report.Bindings[0].Evaluate(weights), "NaN");
        }
    }
}
