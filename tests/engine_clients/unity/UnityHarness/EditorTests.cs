using AvatarBridge.Editor;
using AvatarBridge.Unity;
using NUnit.Framework;
using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>Inspectors and windows, with their buttons pressed.</summary>
    public sealed class EditorTests
    {
        private Harness.Avatar avatar;

        [SetUp]
        public void SetUp()
        {
            Application.isPlaying = true;
            avatar = new Harness.Avatar();
            EditorGUILayout.Boxes.Clear();
        }

        [TearDown]
        public void TearDown()
        {
            GUILayout.Pressed = "";
            avatar.End();
            AvatarBridgeConnection.StopAll();
        }

        [Test]
        public void InspectorsShowHowItIsDoing()
        {
            avatar.Show(Harness.Avatar.Golden("normal"), 20);
            Inspect(new BlendshapeDriverEditor { target = avatar.Shapes }, "");
            Inspect(new HeadAndEyeDriverEditor { target = avatar.Bones }, "");
            Inspect(new AvatarBridgeConnectionEditor { target = avatar.Connection }, "");
            Assert.AreEqual(3, EditorGUILayout.Boxes.Count);
            StringAssert.Contains("tcp://127.0.0.1:1", EditorGUILayout.Boxes[0]);
        }

        [Test]
        public void ThisIsStraightAheadRecentres()
        {
            FaceFrame frame = Harness.Avatar.Golden("normal");
            avatar.Show(frame);
            Inspect(new HeadAndEyeDriverEditor { target = avatar.Bones }, "This is straight ahead");
            avatar.Show(frame, 20);
            Assert.AreEqual(1f, avatar.Nose.z, 1e-5);
        }

        [Test]
        public void AConnectionCanBeTriedWithoutPlay()
        {
            avatar.End();
            Application.isPlaying = false;
            var editor = new AvatarBridgeConnectionEditor { target = avatar.Connection };
            Inspect(editor, "Try it now");
            Assert.IsNotNull(avatar.Connection.Client);
            Messages.Send(editor, "OnDisable");
            Assert.IsNull(avatar.Connection.Client);
        }

        [Test]
        public void OnlyALayoutChangesWhatAnInspectorShows()
        {
            avatar.End();
            var editor = new AvatarBridgeConnectionEditor { target = avatar.Connection };
            Inspect(editor, "Try it now");
            FaceFeed feed = avatar.Connection.Feed(0);
            feed.Push(Harness.Avatar.Golden("normal"), MonotonicClock.NowS);
            System.Threading.Thread.Sleep(2);
            Event.current.type = EventType.Repaint;
            Inspect(editor, "");
            Assert.IsFalse(feed.Pose.Tracked);
            Event.current.type = EventType.Layout;
            Inspect(editor, "");
            Assert.IsTrue(feed.Pose.Tracked);
            Messages.Send(editor, "OnDisable");
        }

        [Test]
        public void TheCheckIsCopiedAsText()
        {
            Selection.activeGameObject = avatar.Root;
            AvatarCheckWindow.Open();
            var window = (AvatarCheckWindow)EditorWindow.Opened;
            GUILayout.Pressed = "Copy as text";
            Messages.Send(window, "OnGUI");
            StringAssert.Contains("52 matched", EditorGUIUtility.systemCopyBuffer);
        }

        [Test]
        public void ATakeIsRecordedAndSaved()
        {
            avatar.Tick();
            Selection.activeGameObject = avatar.Root;
            TakeRecorderWindow.Open();
            EditorWindow window = EditorWindow.Opened;
            Press(window, "Record");
            avatar.Show(Harness.Avatar.Golden("normal"), 60);
            Press(window, "Stop");
            Press(window, "Save as clip…");
            var clip = (AnimationClip)AssetDatabase.Assets["Assets/avatar take.anim"];
            Assert.AreEqual(52 + 3 * 4, clip.Curves.Count);
        }

        private static void Press(EditorWindow window, string button)
        {
            GUILayout.Pressed = button;
            Messages.Send(window, "OnGUI");
        }

        private static void Inspect(UnityEditor.Editor editor, string button)
        {
            GUILayout.Pressed = button;
            editor.OnInspectorGUI();
            GUILayout.Pressed = "";
        }
    }
}
