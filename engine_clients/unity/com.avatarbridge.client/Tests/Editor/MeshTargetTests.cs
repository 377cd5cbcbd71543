using AvatarBridge.Unity;
using NUnit.Framework;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>How weights reach a renderer.</summary>
    public sealed class MeshTargetTests
    {
        private GameObject avatar;
        private SkinnedMeshRenderer renderer;

        [SetUp]
        public void SetUp()
        {
            avatar = new GameObject("avatar");
            renderer = avatar.AddComponent<SkinnedMeshRenderer>();
        }

        [TearDown]
        public void TearDown()
        {
            Object.DestroyImmediate(avatar);
        }

        [Test]
        public void WeightsTakeTheScaleOfTheBlendShape()
        {
            renderer.sharedMesh = TestMesh.With(100f, "jawOpen");
            Assert.AreEqual(80f, Applied("jawOpen", 0.8f), 1e-4f);
            renderer.sharedMesh = TestMesh.With(1f, "jawOpen");
            Assert.AreEqual(0.8f, Applied("jawOpen", 0.8f), 1e-6f);
        }

        [Test]
        public void AnotherMeshIsMatchedAnew()
        {
            renderer.sharedMesh = TestMesh.With(100f, "unknown", "jawOpen");
            var target = new MeshTarget(renderer);
            Assert.IsTrue(target.Refresh());
            Assert.IsFalse(target.Refresh());
            renderer.sharedMesh = TestMesh.With(100f, "mouthSmile_L", "blendShape1.jawOpen");
            Assert.IsTrue(target.Refresh());
            Assert.AreEqual(2, target.Count);
            target.Apply(Weights("mouthSmileLeft", 0.5f));
            Assert.AreEqual(50f, renderer.GetBlendShapeWeight(0), 1e-4f);
            Assert.AreEqual(0f, renderer.GetBlendShapeWeight(1), 1e-4f);
        }

        [Test]
        public void NoMeshIsNoMistake()
        {
            var target = new MeshTarget(renderer);
            target.Refresh();
            target.Apply(Weights("jawOpen", 1f));
            Assert.AreEqual(0, target.Count);
            Assert.IsNull(target.Report);
        }

        [Test]
        public void RestoreGivesBackWhatWasThere()
        {
            renderer.sharedMesh = TestMesh.With(100f, "jawOpen");
            var target = new MeshTarget(renderer);
            target.Refresh();
            renderer.SetBlendShapeWeight(0, 12f);
            target.Apply(Weights("jawOpen", 1f));
            Assert.AreEqual(100f, renderer.GetBlendShapeWeight(0), 1e-4f);
            target.Restore();
            Assert.AreEqual(12f, renderer.GetBlendShapeWeight(0), 1e-4f);
            renderer.SetBlendShapeWeight(0, 34f);
            target.Restore(); // nothing was driven since
            Assert.AreEqual(34f, renderer.GetBlendShapeWeight(0), 1e-4f);
        }

        private float Applied(string shape, float weight)
        {
            var target = new MeshTarget(renderer);
            target.Refresh();
            target.Apply(Weights(shape, weight));
            return renderer.GetBlendShapeWeight(0);
        }

        private static float[] Weights(string shape, float weight)
        {
            var weights = new float[ShapeNames.Count];
            weights[ShapeNames.IndexOf(shape)] = weight;
            return weights;
        }
    }
}
