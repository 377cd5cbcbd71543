using AvatarBridge.Unity;
using UnityEngine;

namespace AvatarBridge.Samples
{
    /// <summary>Builds the sample's face below this object and hands it to the drivers beside it.</summary>
    /// <remarks>It runs before the drivers, which then find a face as any avatar would have one.</remarks>
    [DefaultExecutionOrder(-100)]
    [RequireComponent(typeof(BlendshapeDriver))]
    [RequireComponent(typeof(HeadAndEyeDriver))]
    public sealed class BasicFace : MonoBehaviour
    {
        private static readonly Color White = new Color(0.97f, 0.97f, 0.97f);
        private static readonly Color Iris = new Color(0.2f, 0.4f, 0.55f);
        private static readonly Color Pupil = new Color(0.05f, 0.05f, 0.06f);

        // In the order of FaceMesh.Paint.
        private static readonly Color[] Paints =
        {
            new Color(1f, 0.8f, 0.65f), new Color(0.94f, 0.7f, 0.55f), new Color(0.35f, 0.22f, 0.16f),
            new Color(0.84f, 0.41f, 0.41f), new Color(0.28f, 0.08f, 0.1f), new Color(0.92f, 0.47f, 0.51f),
            new Color(0.98f, 0.63f, 0.59f),
        };

        private void Awake()
        {
            Transform head = Child("Head", transform, Vector3.zero);
            Transform left = Eye("LeftEye", head, -1f);
            Transform right = Eye("RightEye", head, 1f);
            // A primitive carries the material of whichever render pipeline the project has.
            SkinnedMeshRenderer face = Face(head, left.GetComponentInChildren<Renderer>().sharedMaterial);
            GetComponent<BlendshapeDriver>().SetRenderers(face);
            GetComponent<HeadAndEyeDriver>().SetBones(head, null, left, right);
        }

        private static SkinnedMeshRenderer Face(Transform head, Material material)
        {
            var face = head.gameObject.AddComponent<SkinnedMeshRenderer>();
            face.sharedMesh = FaceMesh.Build();
            face.updateWhenOffscreen = true;
            var materials = new Material[FaceMesh.Paints];
            for (int paint = 0; paint < materials.Length; paint++)
            {
                materials[paint] = material;
            }
            face.sharedMaterials = materials;
            for (int paint = 0; paint < materials.Length; paint++)
            {
                face.SetPropertyBlock(Painted(Paints[paint]), paint);
            }
            return face;
        }

        private static Transform Eye(string name, Transform head, float side)
        {
            Transform eye = Child(name, head, FaceMesh.EyeCentre(side));
            Ball(eye, Vector3.zero, FaceMesh.EyeRadius, White);
            Ball(eye, new Vector3(0f, 0f, 0.115f), 0.105f, Iris);
            Ball(eye, new Vector3(0f, 0f, 0.172f), 0.053f, Pupil);
            return eye;
        }

        private static void Ball(Transform parent, Vector3 at, float radius, Color color)
        {
            GameObject ball = GameObject.CreatePrimitive(PrimitiveType.Sphere);
            ball.transform.SetParent(parent, false);
            ball.transform.localPosition = at;
            ball.transform.localScale = Vector3.one * (2f * radius);
            ball.GetComponent<Renderer>().SetPropertyBlock(Painted(color));
        }

        private static Transform Child(string name, Transform parent, Vector3 at)
        {
            Transform child = new GameObject(name).transform;
            child.SetParent(parent, false);
            child.localPosition = at;
            return child;
        }

        private static MaterialPropertyBlock Painted(Color color)
        {
            var block = new MaterialPropertyBlock();
            block.SetColor("_Color", color); // built-in pipeline
            block.SetColor("_BaseColor", color); // URP and HDRP
            return block;
        }
    }
}
