using System.IO;
using System.Reflection;
using System.Threading;
using AvatarBridge.Unity;
using UnityEngine;

namespace AvatarBridge.Harness
{
    /// <summary>An avatar with all 52 shapes, head and eye bones, and both drivers.</summary>
    internal sealed class Avatar
    {
        private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic;

        public readonly GameObject Root = new GameObject("avatar");
        public readonly SkinnedMeshRenderer Renderer;
        public readonly Transform Head, LeftEye, RightEye;
        public readonly AvatarBridgeConnection Connection;
        public readonly BlendshapeDriver Shapes;
        public readonly HeadAndEyeDriver Bones;

        public Avatar()
        {
            Renderer = Child("face", Root.transform).gameObject.AddComponent<SkinnedMeshRenderer>();
            Renderer.sharedMesh = AvatarBridge.Tests.TestMesh.With(100f, All());
            Head = Child("head", Root.transform);
            LeftEye = Child("left eye", Head);
            RightEye = Child("right eye", Head);
            Connection = ScriptableObject.CreateInstance<AvatarBridgeConnection>();
            // Nothing listens at port 1, so what is shown is what is pushed.
            Connection.SetEndpoints("tcp://127.0.0.1:1", "");
            Connection.SetTiming(0f, 0.4f, 0.1f);
            Shapes = Root.AddComponent<BlendshapeDriver>();
            Shapes.Connection = Connection;
            Bones = Root.AddComponent<HeadAndEyeDriver>();
            Bones.SetBones(Head, null, LeftEye, RightEye);
            Bones.Settings.headLimit = 180f;
            Bones.Connection = Connection;
        }

        /// <summary>The weight that a blend shape has on the renderer, 0 to 100.</summary>
        public float Weight(string shape)
        {
            return Renderer.GetBlendShapeWeight(ShapeNames.IndexOf(shape));
        }

        /// <summary>Where the head's nose points.</summary>
        public Vector3 Nose
        {
            get { return Head.rotation * Vector3.forward; }
        }

        /// <summary>Push a frame for as long as a face needs to come back, a tick at a time.</summary>
        public void Show(FaceFrame frame, int forMs = 220)
        {
            for (int waited = 0; waited <= forMs; waited += 20)
            {
                frame.Seq++;
                frame.CapturedNs += 20000000;
                Connection.Feed(0).Push(frame, MonotonicClock.NowS);
                Tick();
                Thread.Sleep(20);
            }
            Tick();
        }

        /// <summary>One frame of the engine.</summary>
        public void Tick()
        {
            Thread.Sleep(2);
            Messages.Send(Shapes, "LateUpdate");
            Messages.Send(Bones, "LateUpdate");
        }

        /// <summary>Tick the preview of both drivers, and enable them.</summary>
        public void Preview()
        {
            foreach (Behaviour driver in new Behaviour[] { Shapes, Bones })
            {
                driver.GetType().GetField("previewInEditMode", Own).SetValue(driver, true);
                driver.enabled = true;
            }
        }

        /// <summary>The rows that the inspector shows.</summary>
        public static ShapeGain[] Gains(BlendshapeDriver driver)
        {
            return (ShapeGain[])typeof(BlendshapeDriver).GetField("shapeGains", Own).GetValue(driver);
        }

        public void End()
        {
            Shapes.enabled = false;
            Bones.enabled = false;
        }

        /// <summary>A tracked face at rest that looks into the camera.</summary>
        public static FaceFrame Rest()
        {
            return new FaceFrame
            {
                StreamId = "harness", FaceId = 1, Tracked = true, HeadPose = HeadPose.Identity,
            };
        }

        /// <summary>A golden packet, decoded.</summary>
        public static FaceFrame Golden(string name)
        {
            byte[] packet = File.ReadAllBytes(Path.Combine(Program.Golden, name + ".bin"));
            const int topic = 5; // "face" and a zero byte
            var frame = new FaceFrame();
            new FaceFrameReader().Read(new ProtoReader(packet, topic, packet.Length - topic), frame);
            return frame;
        }

        private static string[] All()
        {
            var names = new string[ShapeNames.Count];
            for (int shape = 0; shape < names.Length; shape++)
            {
                names[shape] = ShapeNames.Arkit[shape];
            }
            return names;
        }

        private static Transform Child(string name, Transform parent)
        {
            Transform child = new GameObject(name).transform;
            child.SetParent(parent, false);
            return child;
        }
    }
}
