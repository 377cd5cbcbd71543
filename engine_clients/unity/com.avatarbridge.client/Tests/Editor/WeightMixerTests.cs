using AvatarBridge.Unity;
using NUnit.Framework;

namespace AvatarBridge.Tests
{
    /// <summary>What mirror, gains, limits and channels make of the weights.</summary>
    public sealed class WeightMixerTests
    {
        private static readonly int BlinkLeft = ShapeNames.IndexOf("eyeBlinkLeft");
        private static readonly int BlinkRight = ShapeNames.IndexOf("eyeBlinkRight");
        private static readonly int LookUpLeft = ShapeNames.IndexOf("eyeLookUpLeft");
        private static readonly int Jaw = ShapeNames.IndexOf("jawOpen");

        [Test]
        public void UnchangedByDefault()
        {
            float[] mixed = Mix(new WeightMixer());
            Assert.AreEqual(0.5f, mixed[BlinkLeft]);
            Assert.AreEqual(0f, mixed[BlinkRight]);
            Assert.AreEqual(0.8f, mixed[Jaw]);
        }

        [Test]
        public void MirrorSwapsSidesAndLeavesTheMiddle()
        {
            float[] mixed = Mix(new WeightMixer { Mirror = true });
            Assert.AreEqual(0f, mixed[BlinkLeft]);
            Assert.AreEqual(0.5f, mixed[BlinkRight]);
            Assert.AreEqual(0.8f, mixed[Jaw]);
        }

        [Test]
        public void EveryShapeIsItsOthersOther()
        {
            int middle = 0;
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                Assert.AreEqual(shape, MirrorMap.Other(MirrorMap.Other(shape)));
                middle += MirrorMap.Other(shape) == shape ? 1 : 0;
            }
            Assert.AreEqual(12, middle);
        }

        [Test]
        public void GainAndLimitOfOneShape()
        {
            var mixer = new WeightMixer();
            var gains = new[]
            {
                new ShapeGain { shape = "EyeBlink_L", gain = 1.5f, limit = 1f },
                new ShapeGain { shape = "jawOpen", gain = 2f, limit = 0.6f },
                new ShapeGain { shape = "no such shape", gain = 0f, limit = 0f },
            };
            mixer.Set(1f, gains, true, true, true);
            float[] mixed = Mix(mixer);
            Assert.AreEqual(0.75f, mixed[BlinkLeft], 1e-6f);
            Assert.AreEqual(0.6f, mixed[Jaw], 1e-6f);
        }

        [Test]
        public void ChannelsSwitchWhatBelongsToThem()
        {
            var mixer = new WeightMixer();
            mixer.Set(1f, new ShapeGain[0], false, true, false);
            float[] mixed = Mix(mixer);
            Assert.AreEqual(0f, mixed[Jaw]);
            Assert.AreEqual(0.5f, mixed[BlinkLeft]);
            Assert.AreEqual(0f, mixed[LookUpLeft]);
            mixer.Set(1f, new ShapeGain[0], true, false, true);
            mixed = Mix(mixer);
            Assert.AreEqual(0.8f, mixed[Jaw]);
            Assert.AreEqual(0f, mixed[BlinkLeft]);
        }

        private static float[] Mix(WeightMixer mixer)
        {
            var weights = new float[ShapeNames.Count];
            weights[BlinkLeft] = 0.5f;
            weights[LookUpLeft] = 0.3f;
            weights[Jaw] = 0.8f;
            var mixed = new float[ShapeNames.Count];
            mixer.Mix(weights, mixed);
            return mixed;
        }
    }
}
