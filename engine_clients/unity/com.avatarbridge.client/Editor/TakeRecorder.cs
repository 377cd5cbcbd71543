using System;
using System.Collections.Generic;
using AvatarBridge.Unity;
using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Records what drivers make of a face, for an AnimationClip.</summary>
    /// <remarks>
    /// Every frame counts from the time at which its picture was captured, not from when it came
    /// or was shown: delay and jitter of the way here do not get into the take.
    /// </remarks>
    public sealed class TakeRecorder
    {
        private const double NsToS = 1e-9;

        private readonly BlendshapeDriver driver;
        private readonly HeadAndEyeDriver head;
        private readonly Transform root;
        private readonly float[] mixed = new float[ShapeNames.Count];
        private readonly Dictionary<EditorCurveBinding, TakeTrack> tracks =
            new Dictionary<EditorCurveBinding, TakeTrack>();

        private FaceFeed feed;
        private string streamId = "";
        private long startNs;

        /// <summary>A recorder of one avatar.</summary>
        /// <param name="driver">Whose blend shapes are recorded.</param>
        /// <param name="head">Whose bones are recorded; null for none.</param>
        /// <param name="root">The object that will play the clip, above all that is recorded.</param>
        public TakeRecorder(BlendshapeDriver driver, HeadAndEyeDriver head, Transform root)
        {
            this.driver = driver;
            this.head = head;
            this.root = root;
        }

        /// <summary>Whether it records.</summary>
        public bool IsRecording
        {
            get { return feed != null; }
        }

        /// <summary>How many frames it has.</summary>
        public int Frames { get; private set; }

        /// <summary>How long the take is, in seconds.</summary>
        public double Seconds { get; private set; }

        /// <summary>Why it stopped by itself, in one line; empty if it did not.</summary>
        public string Ended { get; private set; } = "";

        /// <summary>Begin a take; the one before is forgotten.</summary>
        /// <exception cref="InvalidOperationException">The driver follows no face now.</exception>
        public void Start()
        {
            Stop();
            tracks.Clear();
            Frames = 0;
            Seconds = 0.0;
            Ended = "";
            feed = driver.Feed;
            if (feed == null)
            {
                throw new InvalidOperationException("Expected a driver that follows a face, got one that does not.");
            }
            feed.FrameArrived += Record;
        }

        /// <summary>End the take.</summary>
        public void Stop()
        {
            if (feed != null)
            {
                feed.FrameArrived -= Record;
                feed = null;
            }
        }

        /// <summary>The take as a clip, with straight lines between the frames.</summary>
        public AnimationClip ToClip()
        {
            var clip = new AnimationClip { frameRate = 60f };
            foreach (KeyValuePair<EditorCurveBinding, TakeTrack> track in tracks)
            {
                AnimationUtility.SetEditorCurve(clip, track.Key, track.Value.ToCurve());
            }
            clip.EnsureQuaternionContinuity();
            return clip;
        }

        private void Record(FaceFrame frame)
        {
            if (Frames == 0)
            {
                streamId = frame.StreamId;
                startNs = frame.CapturedNs;
            }
            double seconds = (frame.CapturedNs - startNs) * NsToS;
            if (frame.StreamId != streamId || seconds < Seconds)
            {
                Ended = "The take ended: the server or its source began anew.";
                Stop();
                return;
            }
            if (Frames > 0 && seconds <= Seconds)
            {
                return;
            }
            Seconds = seconds;
            Frames++;
            Shapes(frame, (float)seconds);
            if (head)
            {
                Bones(frame, (float)seconds);
            }
        }

        private void Shapes(FaceFrame frame, float time)
        {
            driver.Mix(frame.Blendshapes, mixed);
            foreach (MeshTarget mesh in driver.Targets)
            {
                if (!mesh.Renderer)
                {
                    continue;
                }
                string path = AnimationUtility.CalculateTransformPath(mesh.Renderer.transform, root);
                for (int index = 0; index < mesh.Count; index++)
                {
                    Track(path, typeof(SkinnedMeshRenderer), "blendShape." + mesh.Binding(index).MeshName)
                        .Add(time, mesh.Evaluate(index, mixed));
                }
            }
        }

        private void Bones(FaceFrame frame, float time)
        {
            HeadTurns turns = head.Solve(frame.HeadPose, frame.Gaze, feed.Pose.Presence);
            Bone(head.Neck, turns.Neck, time);
            Bone(head.Head, turns.Head, time);
            Bone(head.LeftEye, turns.LeftEye, time);
            Bone(head.RightEye, turns.RightEye, time);
        }

        private void Bone(BoneTarget bone, Quaternion turn, float time)
        {
            if (bone == null || !bone.Bone)
            {
                return;
            }
            string path = AnimationUtility.CalculateTransformPath(bone.Bone, root);
            Quaternion local = bone.Local(turn);
            Track(path, typeof(Transform), "m_LocalRotation.x").Add(time, local.x);
            Track(path, typeof(Transform), "m_LocalRotation.y").Add(time, local.y);
            Track(path, typeof(Transform), "m_LocalRotation.z").Add(time, local.z);
            Track(path, typeof(Transform), "m_LocalRotation.w").Add(time, local.w);
        }

        private TakeTrack Track(string path, Type type, string property)
        {
            EditorCurveBinding binding = EditorCurveBinding.FloatCurve(path, type, property);
            TakeTrack track;
            if (!tracks.TryGetValue(binding, out track))
            {
                track = new TakeTrack();
                tracks.Add(binding, track);
            }
            return track;
        }
    }
}
