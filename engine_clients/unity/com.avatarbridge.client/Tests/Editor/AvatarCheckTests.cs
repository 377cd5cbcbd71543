using AvatarBridge.Editor;
using NUnit.Framework;
using UnityEngine;

namespace AvatarBridge.Tests
{
    /// <summary>What the Avatar Check says.</summary>
    public sealed class AvatarCheckTests
    {
        [Test]
        public void TellsMatchedAliasedFallbackAndMissing()
        {
            var avatar = new GameObject("Mia");
            var renderer = avatar.AddComponent<SkinnedMeshRenderer>();
            renderer.sharedMesh = TestMesh.With(100f, "jawOpen", "Face.mouthSmile_L", "Blink", "hat");
            string report = AvatarCheck.Of(avatar);
            StringAssert.Contains("Mia", report);
            StringAssert.Contains("jawOpen → jawOpen", report);
            StringAssert.Contains("mouthSmileLeft → Face.mouthSmile_L", report);
            StringAssert.Contains("eyeBlinkLeft → Blink", report);
            StringAssert.Contains("tongueOut", report);
            StringAssert.Contains("hat", report);
            avatar.SetActive(false); // as a prefab is
            StringAssert.Contains("Bones: unknown", AvatarCheck.Of(avatar));
            Object.DestroyImmediate(avatar);
        }

        [Test]
        public void SaysInOneLineThatThereIsNoFace()
        {
            var avatar = new GameObject("Box");
            StringAssert.Contains("there is no SkinnedMeshRenderer", AvatarCheck.Of(avatar));
            avatar.AddComponent<SkinnedMeshRenderer>().sharedMesh = TestMesh.With(100f);
            StringAssert.Contains("none of the meshes here or below has a blend shape", AvatarCheck.Of(avatar));
            Object.DestroyImmediate(avatar);
        }
    }
}
