using System;
using System.Net.Sockets;
using System.Threading;
using AvatarBridge.Editor;
using AvatarBridge.Harness;
using AvatarBridge.Samples;
using AvatarBridge.Unity;
using NUnit.Framework;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>Components as the engine plays them: frames in, weights and turns out.</summary>
    public sealed class PlayTests
    {
        private const float Half = 0.2588190f; // sine of half of 30 degrees
        private const float Whole = 0.9659258f;

        private Harness.Avatar avatar;

        [SetUp]
        public void SetUp()
        {
            Application.isPlaying = true;
            Debug.Lines.Clear();
            avatar = new Harness.Avatar();
        }

        [TearDown]
        public void TearDown()
        {
            avatar.End();
            AvatarBridgeConnection.StopAll();
        }

        [Test]
        public void AGoldenFrameReachesMeshHeadAndEyes()
        {
            FaceFrame golden = Harness.Avatar.Golden("normal");
            avatar.Show(golden);
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                Assert.AreEqual(100f * golden.Blendshapes[shape], avatar.Weight(ShapeNames.Arkit[shape]), 1e-3f);
            }
            HeadPose pose = golden.HeadPose;
            Assert.Less(Quaternion.Angle(Axes.Rotation(pose.QX, pose.QY, pose.QZ, pose.QW), avatar.Head.rotation), 0.1);
            // In the packet the left eye looks 0.125 to the subject's left, -x of the avatar.
            Assert.AreEqual(-Math.Sin(0.125), (avatar.LeftEye.localRotation * Vector3.forward).x, 1e-3);
            Assert.AreEqual(-Math.Sin(0.09375), (avatar.RightEye.localRotation * Vector3.forward).x, 1e-3);
        }

        [Test]
        public void SidesAreTheSubjectsOwn()
        {
            FaceFrame frame = Harness.Avatar.Rest();
            frame.Blendshapes[ShapeNames.IndexOf("eyeBlinkLeft")] = 1f;
            frame.HeadPose = new HeadPose { QX = -Half * Whole, QY = Half * Whole, QZ = Half * Half, QW = Whole * Whole };
            avatar.Show(frame);
            Assert.AreEqual(100f, avatar.Weight("eyeBlinkLeft"), 1e-3);
            Assert.AreEqual(0f, avatar.Weight("eyeBlinkRight"), 1e-3);
            Assert.Less(avatar.Nose.x, -0.4);
            Assert.Greater(avatar.Nose.y, 0.4);
        }

        [Test]
        public void AMirrorSwapsThem()
        {
            avatar.Shapes.Mirror = true;
            avatar.Bones.Settings.mirror = true;
            FaceFrame frame = Harness.Avatar.Rest();
            frame.Blendshapes[ShapeNames.IndexOf("eyeBlinkLeft")] = 1f;
            frame.HeadPose = new HeadPose { QY = Half, QW = Whole };
            frame.Gaze = new Gaze { LeftYaw = 0.3f };
            avatar.Show(frame);
            Assert.AreEqual(0f, avatar.Weight("eyeBlinkLeft"), 1e-3);
            Assert.AreEqual(100f, avatar.Weight("eyeBlinkRight"), 1e-3);
            Assert.AreEqual(0.5f, avatar.Nose.x, 1e-3);
            Assert.Greater((avatar.RightEye.localRotation * Vector3.forward).x, 0.2);
        }

        [Test]
        public void ALostFaceGoesBackToNeutral()
        {
            FaceFrame frame = Harness.Avatar.Rest();
            frame.Blendshapes[ShapeNames.IndexOf("jawOpen")] = 0.8f;
            frame.HeadPose = new HeadPose { QY = Half, QW = Whole };
            avatar.Show(frame);
            Assert.AreEqual(80f, avatar.Weight("jawOpen"), 1e-3);
            Thread.Sleep(50);
            avatar.Tick();
            Assert.AreEqual(80f, avatar.Weight("jawOpen"), 1e-3); // held
            Thread.Sleep(600);
            avatar.Tick();
            Assert.AreEqual(0f, avatar.Weight("jawOpen"), 1e-3);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-4);
        }

        [Test]
        public void AWarmTickAllocatesNothing()
        {
            FaceFrame frame = Harness.Avatar.Golden("normal");
            FaceFeed feed = avatar.Connection.Feed(0);
            Action shapes = Update(avatar.Shapes);
            Action bones = Update(avatar.Bones);
            Action ticks = () =>
            {
                for (int tick = 0; tick < 200; tick++)
                {
                    frame.Seq++;
                    frame.CapturedNs += 16000000;
                    feed.Push(frame, MonotonicClock.NowS);
                    Thread.Sleep(2); // the connection looks at its client once a frame
                    shapes();
                    bones();
                }
            };
            ticks();
            long before = GC.GetAllocatedBytesForCurrentThread();
            ticks();
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.AreEqual(0L, allocated);
        }

        [Test]
        public void TheClientRunsFromTheFirstUserToTheLast()
        {
            using (var server = new Listener())
            {
                avatar.Connection.SetEndpoints(server.Endpoint, "");
                avatar.Tick();
                Assert.IsNotNull(avatar.Connection.Client);
                Socket peer = server.Accept();
                avatar.Shapes.enabled = false;
                Assert.IsNotNull(avatar.Connection.Client);
                avatar.Bones.enabled = false;
                Assert.IsNull(avatar.Connection.Client);
                Assert.IsFalse(AvatarBridgeConnection.AnyRunning);
                Assert.IsTrue(Listener.Hangs(peer));
            }
        }

        [Test]
        public void NothingOutlivesPlayModeAReloadOrTheProgram()
        {
            Ends(Application.Quit);
            Ends(AvatarBridgeConnection.StopAll);
            Ends(() => EditorApplication.Change(PlayModeStateChange.ExitingPlayMode));
            Ends(AssemblyReloadEvents.Reload);
            Ends(EditorApplication.Quit);
            Ends(() => Messages.Send(avatar.Connection, "OnDisable"));
        }

        [Test]
        public void EditModeIsLeftAloneUnlessAPreviewIsAskedFor()
        {
            avatar.End();
            Application.isPlaying = false;
            avatar.Shapes.enabled = true;
            avatar.Tick();
            Assert.IsNull(avatar.Connection.Client);
        }

        [Test]
        public void APreviewMovesInEditModeAndIsNeverSaved()
        {
            avatar.End();
            Application.isPlaying = false;
            avatar.Preview();
            FaceFrame frame = Harness.Avatar.Golden("normal");
            avatar.Show(frame);
            float jaw = avatar.Weight("jawOpen");
            Assert.Greater(jaw, 0);
            EditorSceneManager.Save();
            Assert.AreEqual(0f, avatar.Weight("jawOpen"), 1e-6);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-6);
            avatar.Tick();
            Assert.Greater(avatar.Weight("jawOpen"), 0);
            EditorApplication.Change(PlayModeStateChange.ExitingEditMode);
            Assert.IsNull(avatar.Connection.Client);
            // What play mode begins with, and comes back to.
            Assert.AreEqual(0f, avatar.Weight("jawOpen"), 1e-6);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-6);
        }

        [Test]
        public void APreviewThatIsNotMadeAnewGoesOnAsPlay()
        {
            avatar.End();
            Application.isPlaying = false;
            avatar.Preview();
            avatar.Tick();
            EditorApplication.Change(PlayModeStateChange.ExitingEditMode);
            Application.isPlaying = true; // without a reload of code or scene
            avatar.Tick();
            Assert.IsNotNull(avatar.Connection.Client);
        }

        [Test]
        public void APrefabThatIsEditedDuringPlayIsLeftAlone()
        {
            avatar.End();
            Application.Edited.Add(avatar.Shapes);
            Application.Edited.Add(avatar.Bones);
            avatar.Shapes.enabled = avatar.Bones.enabled = true;
            avatar.Tick();
            Assert.IsNull(avatar.Connection.Client);
            Application.Edited.Clear();
        }

        [Test]
        public void AConnectionThatIsDestroyedLeavesTheAvatarAtRest()
        {
            avatar.Show(Harness.Avatar.Golden("normal"));
            UnityEngine.Object.DestroyImmediate(avatar.Connection);
            avatar.Tick();
            Assert.AreEqual(0f, avatar.Weight("jawOpen"), 1e-6);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-6);
        }

        [Test]
        public void ARowThatTheInspectorAddsChangesNothing()
        {
            var row = default(ShapeGain);
            avatar.Shapes.SetShapeGains(row);
            Messages.Send(avatar.Shapes, "OnValidate");
            row = Harness.Avatar.Gains(avatar.Shapes)[0];
            Assert.AreEqual(1f, row.gain);
            Assert.AreEqual(1f, row.limit);
        }

        [Test]
        public void WhatIsSwitchedOffGoesBackToRestAndIsLeftAlone()
        {
            FaceFrame frame = Harness.Avatar.Golden("normal");
            avatar.Show(frame);
            avatar.Bones.Settings.head = false;
            avatar.Bones.Settings.eyes = false;
            avatar.Shapes.SetChannels(false, true, true);
            avatar.Show(frame, 20);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-6);
            Assert.AreEqual(1f, (avatar.LeftEye.localRotation * Vector3.forward).z, 1e-6);
            Assert.AreEqual(0f, avatar.Weight("jawOpen"), 1e-6);
            Assert.Greater(avatar.Weight("eyeBlinkLeft"), 0);
            avatar.Head.localRotation = Quaternion.Euler(0f, 90f, 0f); // an animation's
            avatar.Tick();
            Assert.AreEqual(1f, avatar.Nose.x, 1e-4);
        }

        [Test]
        public void OnDisableTheAvatarIsAsItWas()
        {
            FaceFrame frame = Harness.Avatar.Golden("normal");
            avatar.Show(frame);
            avatar.End();
            Assert.AreEqual(0f, avatar.Weight("jawOpen"), 1e-6);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-6);
        }

        [Test]
        public void OnlyAnotherAddressConnectsAnew()
        {
            avatar.Tick();
            AvatarBridgeClient client = avatar.Connection.Client;
            avatar.Connection.SetTiming(50f, 1f, 1f);
            Messages.Send(avatar.Connection, "OnValidate");
            avatar.Tick();
            Assert.IsTrue(ReferenceEquals(client, avatar.Connection.Client));
            avatar.Connection.SetEndpoints("tcp://127.0.0.1:2", "");
            avatar.Tick();
            Assert.IsFalse(ReferenceEquals(client, avatar.Connection.Client));
        }

        [Test]
        public void EachBadStateHasItsLine()
        {
            Thread.Sleep(400);
            avatar.Tick();
            StringAssert.Contains("No server, trying again. tcp://127.0.0.1:1", StreamLine.Of(avatar.Connection));
            Assert.AreEqual(1, Debug.Lines.Count);
            avatar.Tick();
            Assert.AreEqual(1, Debug.Lines.Count); // said once

            Assert.AreEqual("", avatar.Shapes.Problem);
            avatar.Renderer.sharedMesh = TestMesh.With(100f, "hat");
            avatar.Tick();
            StringAssert.Contains("No shape matched", avatar.Shapes.Problem);
            avatar.Renderer.sharedMesh = TestMesh.With(100f);
            avatar.Tick();
            StringAssert.Contains("No blend shapes", avatar.Shapes.Problem);
            avatar.Shapes.Connection = null;
            StringAssert.Contains("No connection", avatar.Shapes.Problem);
            var empty = new GameObject("empty").AddComponent<BlendshapeDriver>();
            empty.Connection = avatar.Connection;
            StringAssert.Contains("No mesh", empty.Problem);
            empty.enabled = false;
        }

        [Test]
        public void ATakeBecomesAClipInTheTimeOfItsCapture()
        {
            avatar.Tick();
            var recorder = new TakeRecorder(avatar.Shapes, avatar.Bones, avatar.Root.transform);
            recorder.Start();
            FaceFrame frame = Harness.Avatar.Rest();
            for (int index = 0; index < 5; index++)
            {
                frame.CapturedNs = 7000000000 + index * 40000000L;
                frame.Seq = index;
                frame.Blendshapes[ShapeNames.IndexOf("jawOpen")] = index / 4f;
                avatar.Connection.Feed(0).Push(frame, MonotonicClock.NowS);
            }
            recorder.Stop();
            AnimationClip clip = recorder.ToClip();
            Assert.AreEqual(5, recorder.Frames);
            AnimationCurve jaw = clip.Curves["face|SkinnedMeshRenderer|blendShape.jawOpen"];
            Assert.AreEqual(5, jaw.length);
            Assert.AreEqual(0.16f, jaw.keys[4].time, 1e-5);
            Assert.AreEqual(100f, jaw.keys[4].value, 1e-3);
            Assert.IsTrue(clip.Curves.ContainsKey("head/left eye|Transform|m_LocalRotation.w"));
        }

        [Test]
        public void TheSamplesFaceIsBuiltWithoutAHitch()
        {
            const long enough = 32 << 20; // bytes; some ten times its deltas
            long before = GC.GetAllocatedBytesForCurrentThread();
            FaceMesh.Build();
            Assert.Less(GC.GetAllocatedBytesForCurrentThread() - before, enough);
        }

        [Test]
        public void TheSamplesFaceHasAll52AndFollows()
        {
            var root = new GameObject("sample");
            var driver = root.AddComponent<BlendshapeDriver>();
            driver.Connection = avatar.Connection;
            var bones = root.AddComponent<HeadAndEyeDriver>();
            bones.Connection = avatar.Connection;
            root.AddComponent<BasicFace>();
            Assert.AreEqual(ShapeNames.Count, driver.Targets[0].Report.MatchedCount);
            Assert.IsNotNull(bones.LeftEye);
            // The avatar's left, which is at -x.
            Assert.Less(bones.LeftEye.Bone.localPosition.x, 0);
            driver.enabled = false;
            bones.enabled = false;
        }

        private void Ends(Action end)
        {
            avatar.Shapes.enabled = true;
            avatar.Tick();
            Assert.IsNotNull(avatar.Connection.Client);
            end();
            Assert.IsNull(avatar.Connection.Client);
            avatar.Tick();
            Assert.IsNull(avatar.Connection.Client);
            avatar.End();
        }

        // A delegate, since sending a message by name allocates.
        private static Action Update(object component)
        {
            return (Action)Delegate.CreateDelegate(typeof(Action), component, "LateUpdate");
        }
    }
}
