using AvatarBridge.Unity;
using NUnit.Framework;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>What head, neck and eyes make of a pose, whatever the axes of the bones.</summary>
    public sealed class HeadTests
    {
        // 30 degrees to the subject's left.
        private static readonly HeadPose Left = new HeadPose { QY = 0.2588190f, QW = 0.9659258f, Z = -0.5f };

        private readonly HeadSettings settings = new HeadSettings();

        [Test]
        public void NeckAndHeadTogetherMakeTheWholeTurn()
        {
            HeadTurns turns = new HeadSolver().Solve(settings, Left, default(Gaze), 1f, true);
            Quaternion whole = Axes.Rotation(0f, Left.QY, 0f, Left.QW);
            Assert.AreEqual(0f, Quaternion.Angle(whole, turns.Neck * turns.Head), 0.1f);
            Assert.AreEqual(30f * settings.neckShare, Quaternion.Angle(Quaternion.identity, turns.Neck), 0.1f);
        }

        [Test]
        public void WithoutANeckTheHeadHasAllOfIt()
        {
            HeadTurns turns = new HeadSolver().Solve(settings, Left, default(Gaze), 1f, false);
            Assert.AreEqual(30f, Quaternion.Angle(Quaternion.identity, turns.Head), 0.1f);
        }

        [Test]
        public void TurnsKeepWithinTheLimit()
        {
            var tight = new HeadSettings { headLimit = 10f };
            HeadTurns turns = new HeadSolver().Solve(tight, Left, default(Gaze), 1f, false);
            Assert.AreEqual(10f, Quaternion.Angle(Quaternion.identity, turns.Head), 0.1f);
        }

        [Test]
        public void RecentredTheSamePoseIsStraightAhead()
        {
            var solver = new HeadSolver();
            solver.Recentre(Left);
            HeadTurns turns = solver.Solve(settings, Left, default(Gaze), 1f, false);
            Assert.AreEqual(0f, Quaternion.Angle(Quaternion.identity, turns.Head), 0.1f);
            // And a lost face, which the stream turns to the camera, does not turn the avatar away.
            turns = solver.Solve(settings, HeadPose.Identity, default(Gaze), 0f, false);
            Assert.AreEqual(0f, Quaternion.Angle(Quaternion.identity, turns.Head), 0.1f);
        }

        [Test]
        public void TheFirstPlaceSeenIsTheRestPosition()
        {
            var solver = new HeadSolver();
            Assert.AreEqual(0f, solver.Solve(settings, Left, default(Gaze), 1f, false).Position.magnitude, 1e-6f);
            HeadPose nearer = Left;
            nearer.X = 0.05f;
            nearer.Z = -0.4f;
            Vector3 way = solver.Solve(settings, nearer, default(Gaze), 1f, false).Position;
            Assert.AreEqual(-0.05f, way.x, 1e-5f);
            Assert.AreEqual(0.1f, way.z, 1e-5f);
        }

        [Test]
        public void MirrorSwapsTheEyesAndTheirSides()
        {
            var mirrored = new HeadSettings { mirror = true };
            var gaze = new Gaze { LeftYaw = 0.3f, RightYaw = 0.1f };
            HeadTurns turns = new HeadSolver().Solve(mirrored, Left, gaze, 1f, false);
            Assert.Greater((turns.Head * Vector3.forward).x, 0.4f);
            Assert.AreEqual(0.295f, (turns.RightEye * Vector3.forward).x, 0.01f);
            Assert.AreEqual(0.0998f, (turns.LeftEye * Vector3.forward).x, 0.01f);
        }

        [Test]
        public void ABoneOfAnyAxesTurnsInThoseOfTheAvatar()
        {
            var avatar = new GameObject("avatar");
            var neck = new GameObject("neck");
            var bone = new GameObject("head");
            neck.transform.SetParent(avatar.transform, false);
            bone.transform.SetParent(neck.transform, false);
            avatar.transform.localRotation = Quaternion.Euler(10f, 120f, -5f);
            neck.transform.localRotation = Quaternion.Euler(-70f, 20f, 90f);
            bone.transform.localRotation = Quaternion.Euler(15f, -40f, 180f);
            Quaternion rest = bone.transform.rotation;
            Quaternion turn = Axes.Rotation(0f, Left.QY, 0f, Left.QW);

            var target = new BoneTarget(bone.transform, avatar.transform);
            target.Apply(turn);
            // In the avatar's axes the bone now stands as at rest, and then turned.
            Quaternion root = avatar.transform.rotation;
            Quaternion expected = root * turn * Quaternion.Inverse(root) * rest;
            Assert.AreEqual(0f, Quaternion.Angle(expected, bone.transform.rotation), 0.2f);

            target.Restore();
            Assert.AreEqual(0f, Quaternion.Angle(rest, bone.transform.rotation), 0.1f);
            Object.DestroyImmediate(avatar);
        }
    }
}
