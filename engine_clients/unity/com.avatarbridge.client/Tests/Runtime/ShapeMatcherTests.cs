using NUnit.Framework;

namespace AvatarBridge.Tests
{
    /// <summary>Names and what stands in for them, on the player's own runtime.</summary>
    public sealed class ShapeMatcherTests
    {
        [Test]
        public void SpellingsAreRecognised()
        {
            Assert.AreEqual("mouthSmileLeft", Recognised("mouthSmileLeft"));
            Assert.AreEqual("mouthSmileLeft", Recognised("MouthSmile_L"));
            Assert.AreEqual("mouthSmileRight", Recognised("blendShape1.mouthSmile_R"));
            Assert.AreEqual("eyeBlinkLeft", Recognised("EyeClosedLeft"));
            Assert.AreEqual("jawLeft", Recognised("jaw_L"));
        }

        [Test]
        public void WhatIsNoShapeIsNotRecognised()
        {
            Assert.AreEqual(-1, ShapeMatcher.Recognise("Hat"));
            Assert.AreEqual(-1, ShapeMatcher.Recognise(""));
            Assert.AreEqual(-1, ShapeMatcher.Recognise(null));
        }

        [Test]
        public void VrmExpressionsStandInForTheFiftyTwo()
        {
            MatchReport report = ShapeMatcher.Match(new[] { "aa", "blink" });
            Assert.AreEqual(3, report.FallbackCount);
            var weights = new float[ShapeNames.Count];
            weights[ShapeNames.IndexOf("eyeBlinkLeft")] = 1f;
            weights[ShapeNames.IndexOf("eyeBlinkRight")] = 1f;
            foreach (ShapeBinding binding in report.Bindings)
            {
                float expected = binding.MeshName == "blink" ? 1f : 0f;
                Assert.AreEqual(expected, binding.Evaluate(weights), 1e-6f);
            }
        }

        private static string Recognised(string meshName)
        {
            return ShapeNames.Arkit[ShapeMatcher.Recognise(meshName)];
        }
    }
}
