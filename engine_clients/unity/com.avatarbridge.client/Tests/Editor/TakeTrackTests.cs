using AvatarBridge.Editor;
using NUnit.Framework;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>The curves of a take.</summary>
    public sealed class TakeTrackTests
    {
        [Test]
        public void StraightLinesThroughTheValues()
        {
            var track = new TakeTrack();
            track.Add(0f, 0f);
            track.Add(0.5f, 1f);
            track.Add(1f, 0f);
            Keyframe[] keys = track.ToCurve().keys;
            Assert.AreEqual(3, keys.Length);
            Assert.AreEqual(2f, keys[0].outTangent, 1e-6f);
            Assert.AreEqual(2f, keys[1].inTangent, 1e-6f);
            Assert.AreEqual(-2f, keys[1].outTangent, 1e-6f);
        }

        [Test]
        public void AValueThatStaysNeedsTwoKeys()
        {
            var track = new TakeTrack();
            for (int index = 0; index <= 100; index++)
            {
                track.Add(index / 60f, 0.25f);
            }
            Keyframe[] keys = track.ToCurve().keys;
            Assert.AreEqual(2, keys.Length);
            Assert.AreEqual(100f / 60f, keys[1].time, 1e-5f);
        }
    }
}
