using System;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>Turns head, neck and eye bones of an avatar, and moves it with the head if wished.</summary>
    /// <remarks>
    /// The turns are taken from the pose that the bones have when this is enabled. The reference
    /// tells which way the avatar faces: along its +z. Bones that are not named are looked for on
    /// the humanoid that this object belongs to. On disable the bones go back to rest.
    /// </remarks>
    [ExecuteAlways]
    [DisallowMultipleComponent]
    [AddComponentMenu("Avatar Bridge/Head And Eye Driver")]
    public sealed class HeadAndEyeDriver : MonoBehaviour
    {
        [Tooltip("Where the face comes from. Create one: Assets > Create > Avatar Bridge > Connection.")]
        [SerializeField] private AvatarBridgeConnection connection;

        [Tooltip("Which face, where the server follows several. 0 takes the main one.")]
        [Min(0)]
        [SerializeField] private int faceId;

        [Header("Bones, left empty: those of the humanoid")]
        [Tooltip("Faces the way that the avatar faces, along +z. Left empty: the Animator, or this object.")]
        [SerializeField] private Transform reference;

        [Tooltip("The head bone.")]
        [SerializeField] private Transform head;

        [Tooltip("The neck bone, which takes its share of the turn.")]
        [SerializeField] private Transform neck;

        [Tooltip("The avatar's own left eye.")]
        [SerializeField] private Transform leftEye;

        [Tooltip("The avatar's own right eye.")]
        [SerializeField] private Transform rightEye;

        [Tooltip("What moves as the head moves, such as the avatar itself. Left empty: nothing.")]
        [SerializeField] private Transform moved;

        [SerializeField] private HeadSettings settings = new HeadSettings();

        [Header("Editor")]
        [Tooltip("Follow the face in edit mode too. Scenes are saved with the avatar at rest.")]
        [SerializeField] private bool previewInEditMode;

        private readonly HeadSolver solver = new HeadSolver();
        private readonly ConnectionUse use = new ConnectionUse();

        // Else they would survive a reload of code, unlike the bones.
        [NonSerialized] private Vector3 movedRest;
        [NonSerialized] private Transform movedBound;
        [NonSerialized] private Transform bound;
        [NonSerialized] private bool headMoved;
        [NonSerialized] private bool eyesMoved;

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

        /// <summary>Gains and limits; may be changed at any time.</summary>
        public HeadSettings Settings
        {
            get { return settings; }
        }

        /// <summary>The face that is followed; null while none is.</summary>
        public FaceFeed Feed
        {
            get { return use.Connection ? use.Connection.Feed((uint)faceId) : null; }
        }

        /// <summary>The head; null while it is not driven, as are those that follow.</summary>
        public BoneTarget Head { get; private set; }

        /// <summary>The neck.</summary>
        public BoneTarget Neck { get; private set; }

        /// <summary>The avatar's left eye.</summary>
        public BoneTarget LeftEye { get; private set; }

        /// <summary>The avatar's right eye.</summary>
        public BoneTarget RightEye { get; private set; }

        /// <summary>What keeps the bones from moving, in one line; empty if nothing does.</summary>
        public string Problem
        {
            get
            {
                if (!connection)
                {
                    return DriverProblem.NoConnection;
                }
                bool any = head || leftEye || rightEye || moved
                    || HumanoidBones.Find(this, HumanBodyBones.Head);
                return any ? "" : "No bones: name the head bone; there is no humanoid to find it on.";
            }
        }

        /// <summary>Turn these bones from now on; null for none. They must be in their rest pose.</summary>
        public void SetBones(Transform headBone, Transform neckBone, Transform left, Transform right)
        {
            Unbind();
            head = headBone;
            neck = neckBone;
            leftEye = left;
            rightEye = right;
            if (use.Connection)
            {
                Bind();
            }
        }

        /// <summary>Take the way the subject faces now for straight ahead.</summary>
        public void Recentre()
        {
            FaceFeed feed = Feed;
            if (feed != null && feed.Frame != null)
            {
                solver.Recentre(feed.Pose.Head);
            }
        }

        /// <summary>The turns for a pose as the driver makes them; allocates nothing.</summary>
        public HeadTurns Solve(HeadPose pose, Gaze gaze, float presence)
        {
            return solver.Solve(settings, pose, gaze, presence, Neck != null);
        }

        /// <summary>Put the bones into their rest pose, until the next frame.</summary>
        public void ShowRest()
        {
            Restore(Neck);
            Restore(Head);
            Restore(LeftEye);
            Restore(RightEye);
            if (movedBound)
            {
                movedBound.localPosition = movedRest;
            }
        }

        private void Reset()
        {
            head = HumanoidBones.Find(this, HumanBodyBones.Head);
            neck = HumanoidBones.Find(this, HumanBodyBones.Neck);
            leftEye = HumanoidBones.Find(this, HumanBodyBones.LeftEye);
            rightEye = HumanoidBones.Find(this, HumanBodyBones.RightEye);
        }

        private void OnEnable()
        {
            Follow();
        }

        private void OnDisable()
        {
            use.Release();
            Unbind();
        }

        // After Animators have written, before anything is drawn.
        private void LateUpdate()
        {
            // The inspector may have changed the connection, the preview or the bones.
            Follow();
            if (!use.Connection)
            {
                return;
            }
            use.Connection.Tick();
            FacePose pose = Feed.Pose;
            HeadTurns turns = Solve(pose.Head, pose.Gaze, pose.Presence);
            // What is switched off goes back to rest once, and is then left alone.
            if (settings.head || headMoved)
            {
                headMoved = settings.head;
                Apply(Neck, turns.Neck);
                Apply(Head, turns.Head);
                Move(turns.Position);
            }
            if (settings.eyes || eyesMoved)
            {
                eyesMoved = settings.eyes;
                Apply(LeftEye, turns.LeftEye);
                Apply(RightEye, turns.RightEye);
            }
        }

        private void Follow()
        {
            // Of this object: a prefab that is edited while others play does not play.
            bool wanted = isActiveAndEnabled && (Application.IsPlaying(this) || previewInEditMode);
            bool had = use.Connection;
            if (use.Set(wanted ? connection : null))
            {
                Unbind();
                had = false;
            }
            bool another = Another(Head, head) || Another(Neck, neck) || Another(LeftEye, leftEye)
                || Another(RightEye, rightEye) || moved != movedBound || reference != bound;
            if (use.Connection && (!had || another))
            {
                Unbind();
                Bind();
            }
        }

        // Whether another bone was named while it runs.
        private static bool Another(BoneTarget target, Transform named)
        {
            return named && (target == null || target.Bone != named);
        }

        private void Bind()
        {
            solver.Reset();
            Animator humanoid = HumanoidBones.Of(this);
            Transform facing = reference ? reference : humanoid ? humanoid.transform : transform;
            Neck = Target(neck, HumanBodyBones.Neck, facing);
            Head = Target(head, HumanBodyBones.Head, facing);
            LeftEye = Target(leftEye, HumanBodyBones.LeftEye, facing);
            RightEye = Target(rightEye, HumanBodyBones.RightEye, facing);
            movedBound = moved;
            bound = reference;
            movedRest = moved ? moved.localPosition : Vector3.zero;
        }

        private void Unbind()
        {
            ShowRest();
            Neck = Head = LeftEye = RightEye = null;
            movedBound = null;
        }

        private BoneTarget Target(Transform named, HumanBodyBones bone, Transform facing)
        {
            Transform found = named ? named : HumanoidBones.Find(this, bone);
            return found ? new BoneTarget(found, facing) : null;
        }

        private void Move(Vector3 way)
        {
            if (movedBound)
            {
                movedBound.localPosition = movedRest + movedBound.localRotation * way;
            }
        }

        private static void Apply(BoneTarget target, Quaternion turn)
        {
            if (target != null)
            {
                target.Apply(turn);
            }
        }

        private static void Restore(BoneTarget target)
        {
            if (target != null)
            {
                target.Restore();
            }
        }
    }
}
