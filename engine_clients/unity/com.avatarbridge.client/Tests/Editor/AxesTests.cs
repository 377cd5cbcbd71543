using AvatarBridge.Unity;
using NUnit.Framework;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>Pins the axes: an avatar that faces +z has its left at -x.</summary>
    public sealed class AxesTests
    {
        private const float Half = 0.2588190f; // sine of half of 30 degrees
        private const float Whole = 0.9659258f; // and its cosine

        [Test]
        public void StraightAheadIsIdentity()
        {
            Vector3 nose = Axes.Rotation(0f, 0f, 0f, 1f) * Vector3.forward;
            Assert.AreEqual(1f, nose.z, 1e-5f);
        }

        [Test]
        public void TurningToTheOwnLeftTurnsTheNoseToTheAvatarsLeft()
        {
            // Right-handed about +y: +z, the nose, goes toward +x, the subject's left.
            Vector3 nose = Axes.Rotation(0f, Half, 0f, Whole) * Vector3.forward;
            Assert.AreEqual(-0.5f, nose.x, 1e-4f);
            Assert.AreEqual(0f, nose.y, 1e-4f);
        }

        [Test]
        public void LookingUpRaisesTheNose()
        {
            // Right-handed about +x a positive turn lowers +z.
            Vector3 nose = Axes.Rotation(-Half, 0f, 0f, Whole) * Vector3.forward;
            Assert.AreEqual(0.5f, nose.y, 1e-4f);
            Assert.AreEqual(0f, nose.x, 1e-4f);
        }

        [Test]
        public void TippingToTheOwnRightRaisesTheAvatarsLeftEar()
        {
            // Right-handed about +z: +x, the left ear, goes toward +y.
            Vector3 leftEar = Axes.Rotation(0f, 0f, Half, Whole) * new Vector3(-1f, 0f, 0f);
            Assert.AreEqual(0.5f, leftEar.y, 1e-4f);
        }

        [Test]
        public void TurnsInARowStayInARow()
        {
            // As the server would multiply them: first up, then about the turned head's own left.
            Quaternion up = Axes.Rotation(-Half, 0f, 0f, Whole);
            Quaternion left = Axes.Rotation(0f, Half, 0f, Whole);
            Quaternion both = Axes.Rotation(-Half * Whole, Half * Whole, Half * Half, Whole * Whole);
            Assert.AreEqual(0f, Quaternion.Angle(left * up, both), 0.1f);
        }

        [Test]
        public void SubjectsLeftIsTheAvatarsLeftAndNearerIsForward()
        {
            Vector3 way = Axes.Position(0.1f, 0.2f, 0.3f);
            Assert.AreEqual(-0.1f, way.x, 1e-6f);
            Assert.AreEqual(0.2f, way.y, 1e-6f);
            Assert.AreEqual(0.3f, way.z, 1e-6f);
        }

        [Test]
        public void GazeGoesToTheOwnLeftAndUp()
        {
            Vector3 sight = Axes.Gaze(0.3f, 0.2f, 90f, 90f) * Vector3.forward;
            Assert.Less(sight.x, -0.2f);
            Assert.Greater(sight.y, 0.15f);
        }

        [Test]
        public void GazeKeepsWithinItsLimits()
        {
            Vector3 sight = Axes.Gaze(3f, 0f, 30f, 20f) * Vector3.forward;
            Assert.AreEqual(-0.5f, sight.x, 1e-3f);
        }

        [Test]
        public void MirrorTurnsTheOtherWayAndStillNodsAlike()
        {
            Vector3 nose = Axes.Mirrored(Axes.Rotation(0f, Half, 0f, Whole)) * Vector3.forward;
            Assert.AreEqual(0.5f, nose.x, 1e-4f);
            nose = Axes.Mirrored(Axes.Rotation(-Half, 0f, 0f, Whole)) * Vector3.forward;
            Assert.AreEqual(0.5f, nose.y, 1e-4f);
        }
    }
}
