using System;
using System.Collections.Generic;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>Drives the blend shapes of any number of meshes by their names.</summary>
    /// <remarks>
    /// The names may have any spelling and prefix that the matcher knows; where an avatar lacks
    /// some of the 52, coarser shapes such as VRM expressions stand in. Left is the subject's
    /// unless mirrored. On disable every blend shape gets back the weight that it had before.
    /// </remarks>
    [ExecuteAlways]
    [DisallowMultipleComponent]
    [AddComponentMenu("Avatar Bridge/Blendshape Driver")]
    public sealed class BlendshapeDriver : MonoBehaviour
    {
        [Tooltip("Where the face comes from. Create one: Assets > Create > Avatar Bridge > Connection.")]
        [SerializeField] private AvatarBridgeConnection connection;

        [Tooltip("Which face, where the server follows several. 0 takes the main one.")]
        [Min(0)]
        [SerializeField] private int faceId;

        [Tooltip("The meshes to drive. Left empty: every skinned mesh of this object and below.")]
        [SerializeField] private SkinnedMeshRenderer[] renderers = new SkinnedMeshRenderer[0];

        [Header("Channels")]
        [Tooltip("Move mouth, jaw, brows, cheeks, nose and tongue.")]
        [SerializeField] private bool face = true;

        [Tooltip("Move the lids and whatever else belongs to the eyes.")]
        [SerializeField] private bool eyes = true;

        [Tooltip("Of the eyes, move the eyeLook shapes too. Off if eye bones turn the same eyes.")]
        [SerializeField] private bool lookShapes = true;

        [Tooltip("Your left moves the avatar's right, as in a mirror.")]
        [SerializeField] private bool mirror;

        [Header("Strength")]
        [Tooltip("What all weights are multiplied by.")]
        [Range(0f, 2f)]
        [SerializeField] private float gain = 1f;

        [Tooltip("Gain and limit of single shapes, besides.")]
        [SerializeField] private ShapeGain[] shapeGains = new ShapeGain[0];

        [Header("Editor")]
        [Tooltip("Follow the face in edit mode too. Scenes are saved with the avatar at rest.")]
        [SerializeField] private bool previewInEditMode;

        private readonly WeightMixer mixer = new WeightMixer();
        private readonly float[] mixed = new float[ShapeNames.Count];
        private readonly List<MeshTarget> targets = new List<MeshTarget>();
        private readonly ConnectionUse use = new ConnectionUse();

        // Else they would survive a reload of code, unlike the mixer.
        [NonSerialized] private bool stale = true;
        [NonSerialized] private bool chosenAnew;

        /// <summary>Where the face comes from.</summary>
        public AvatarBridgeConnection Connection
        {
            get { return connection; }
            set
            {
                connection = value;
                Follow();
            }
        }

        /// <summary>Which face; 0 for the main one.</summary>
        public int FaceId
        {
            get { return faceId; }
            set { faceId = Math.Max(value, 0); }
        }

        /// <summary>Whether the subject's left moves the avatar's right.</summary>
        public bool Mirror
        {
            get { return mirror; }
            set
            {
                mirror = value;
                stale = true;
            }
        }

        /// <summary>What all weights are multiplied by, 0 to 2.</summary>
        public float Gain
        {
            get { return gain; }
            set
            {
                gain = value;
                stale = true;
            }
        }

        /// <summary>The face that is followed; null while none is.</summary>
        public FaceFeed Feed
        {
            get { return use.Connection ? use.Connection.Feed((uint)faceId) : null; }
        }

        /// <summary>The meshes that are driven, and what was matched of each.</summary>
        public IReadOnlyList<MeshTarget> Targets
        {
            get { return targets; }
        }

        /// <summary>The 52 weights, 0 to 1, after mirror, channels and gains: what the meshes get.</summary>
        public float[] MixedWeights
        {
            get { return mixed; }
        }

        /// <summary>What keeps the avatar from moving, in one line; empty if nothing does.</summary>
        public string Problem
        {
            get { return DriverProblem.Of(connection, targets); }
        }

        /// <summary>Drive these meshes from now on; without any, those of this object and below.</summary>
        public void SetRenderers(params SkinnedMeshRenderer[] chosen)
        {
            renderers = chosen;
            Collect();
        }

        /// <summary>Set gain and limit of single shapes.</summary>
        public void SetShapeGains(params ShapeGain[] chosen)
        {
            shapeGains = chosen;
            stale = true;
        }

        /// <summary>Set which shapes move. See the inspector's fields of the same names.</summary>
        public void SetChannels(bool moveFace, bool moveEyes, bool moveLooks)
        {
            face = moveFace;
            eyes = moveEyes;
            lookShapes = moveLooks;
            stale = true;
        }

        /// <summary>Mix weights as the driver does; allocates nothing.</summary>
        /// <param name="weights">52 weights, 0 to 1, of the subject's sides.</param>
        /// <param name="into">Where 52 weights of the avatar's sides go; another array.</param>
        public void Mix(float[] weights, float[] into)
        {
            if (stale)
            {
                stale = false;
                mixer.Mirror = mirror;
                mixer.Set(gain, shapeGains, face, eyes, lookShapes);
            }
            mixer.Mix(weights, into);
        }

        /// <summary>Give the blend shapes the weights that they had before, until the next frame.</summary>
        public void ShowRest()
        {
            for (int index = 0; index < targets.Count; index++)
            {
                targets[index].Restore();
            }
        }

        private void OnEnable()
        {
            Collect();
            Follow();
        }

        private void OnDisable()
        {
            use.Release();
            ShowRest();
        }

        private void OnValidate()
        {
            for (int index = 0; index < shapeGains.Length; index++)
            {
                // A row that the inspector just added is all zeros, which would switch a shape off.
                if (string.IsNullOrEmpty(shapeGains[index].shape) && shapeGains[index].limit == 0f)
                {
                    shapeGains[index].gain = 1f;
                    shapeGains[index].limit = 1f;
                }
            }
            // Meshes may not be touched here: the next frame does.
            stale = true;
            chosenAnew = true;
        }

        // After Animators have written, before anything is drawn.
        private void LateUpdate()
        {
            // The inspector may have changed the connection, the preview or the meshes.
            Follow();
            if (chosenAnew)
            {
                Collect();
            }
            if (!use.Connection)
            {
                return;
            }
            use.Connection.Tick();
            Mix(Feed.Pose.Weights, mixed);
            for (int index = 0; index < targets.Count; index++)
            {
                targets[index].Refresh();
                targets[index].Apply(mixed);
            }
        }

        private void Follow()
        {
            // Of this object: a prefab that is edited while others play does not play.
            bool wanted = isActiveAndEnabled && (Application.IsPlaying(this) || previewInEditMode);
            if (use.Set(wanted ? connection : null))
            {
                ShowRest();
            }
        }

        private void Collect()
        {
            chosenAnew = false;
            ShowRest();
            targets.Clear();
            SkinnedMeshRenderer[] chosen =
                renderers.Length > 0 ? renderers : GetComponentsInChildren<SkinnedMeshRenderer>(true);
            foreach (SkinnedMeshRenderer one in chosen)
            {
                if (one)
                {
                    var target = new MeshTarget(one);
                    target.Refresh();
                    targets.Add(target);
                }
            }
        }
    }
}
