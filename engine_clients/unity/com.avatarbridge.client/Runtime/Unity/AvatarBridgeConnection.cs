using System;
using System.Collections.Generic;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>Where a face comes from: an asset that components share. The client runs while any
    /// component uses it, and not a moment longer.</summary>
    [CreateAssetMenu(menuName = "Avatar Bridge/Connection", fileName = "Connection")]
    public sealed class AvatarBridgeConnection : ScriptableObject
    {
        // Components of one frame share one look at the client.
        private const double SameFrameS = 0.001;

        private static readonly List<AvatarBridgeConnection> Running = new List<AvatarBridgeConnection>();

        [Tooltip("Address of the publisher: tcp://HOST:PORT.")]
        [Delayed]
        [SerializeField] private string publish = ClientOptions.DefaultPublish;

        [Tooltip("Address of the control service. Left empty: no latency, no calibration.")]
        [Delayed]
        [SerializeField] private string control = ClientOptions.DefaultControl;

        [Tooltip("Retarget profile to ask for. Left empty: whichever the server has.")]
        [Delayed]
        [SerializeField] private string profile = "";

        [Header("Time")]
        [Tooltip("How far behind the face the avatar is, in milliseconds. 0 is the quickest; the time "
            + "between two frames (33 at 30 a second) is the smoothest.")]
        [Range(0f, 200f)]
        [SerializeField] private float delayMs = 20f;

        [Tooltip("For how long the last expression holds when face or server are lost, in seconds.")]
        [Range(0f, 10f)]
        [SerializeField] private float holdSeconds = 0.5f;

        [Tooltip("In what time it then goes back to neutral, in seconds.")]
        [Range(0.05f, 10f)]
        [SerializeField] private float decaySeconds = 0.7f;

        [Header("Network")]
        [Tooltip("Largest message that is taken, in kibibytes. A peer that announces more is dropped.")]
        [Range(16, 16384)]
        [SerializeField] private int maxFrameKiB = 1024;

        [Tooltip("Longest pause before the server is tried again, in seconds.")]
        [Range(0.2f, 30f)]
        [SerializeField] private float maxBackoffSeconds = 2f;

        private readonly HashSet<object> users = new HashSet<object>();
        private readonly List<FaceFeed> feeds = new List<FaceFeed>();
        private AvatarBridgeClient client;
        private ClientOptions options;

        // Else they would survive a reload of code, unlike the clock and the client.
        [NonSerialized] private double tickedS = -1.0;
        [NonSerialized] private string profileStream = "";
        [NonSerialized] private string profileAsked = "";
        [NonSerialized] private bool warned;

        /// <summary>Whether any connection runs.</summary>
        public static bool AnyRunning
        {
            get { return Running.Count > 0; }
        }

        /// <summary>The client; null while nothing uses the connection.</summary>
        public AvatarBridgeClient Client
        {
            get { return client; }
        }

        /// <summary>Address of the publisher.</summary>
        public string PublishEndpoint
        {
            get { return publish; }
        }

        /// <summary>The answer to the last change of profile: an error in one line, or empty.</summary>
        public string ProfileError { get; private set; } = "";

        /// <summary>Set both addresses; a client that runs connects anew.</summary>
        /// <param name="publishEndpoint">tcp://HOST:PORT.</param>
        /// <param name="controlEndpoint">tcp://HOST:PORT, or empty for none.</param>
        public void SetEndpoints(string publishEndpoint, string controlEndpoint)
        {
            publish = publishEndpoint;
            control = controlEndpoint;
        }

        /// <summary>Set how time is dealt with. See the inspector's fields.</summary>
        /// <param name="delay">0 to 200, in milliseconds.</param>
        /// <param name="hold">From 0, in seconds.</param>
        /// <param name="decay">Above 0, in seconds.</param>
        public void SetTiming(float delay, float hold, float decay)
        {
            delayMs = delay;
            holdSeconds = hold;
            decaySeconds = decay;
            foreach (FaceFeed feed in feeds)
            {
                SetTiming(feed);
            }
        }

        /// <summary>Stop every connection, whoever uses it.</summary>
        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.SubsystemRegistration)]
        public static void StopAll()
        {
            // Also as play begins: without a domain reload static fields outlive play mode.
            for (int index = Running.Count - 1; index >= 0; index--)
            {
                Running[index].Stop();
            }
        }

        /// <summary>One face of the stream, shared by all who ask for it.</summary>
        /// <param name="faceId">0 for the main one.</param>
        public FaceFeed Feed(uint faceId)
        {
            for (int index = 0; index < feeds.Count; index++)
            {
                if (feeds[index].FaceId == faceId)
                {
                    return feeds[index];
                }
            }
            var made = new FaceFeed(faceId);
            SetTiming(made);
            feeds.Add(made);
            return made;
        }

        /// <summary>Look for new frames and bring all poses up to date. Components call it every
        /// frame; the first call of a frame does the work.</summary>
        public void Tick()
        {
            double nowS = MonotonicClock.NowS;
            if (nowS - tickedS < SameFrameS)
            {
                return;
            }
            tickedS = nowS;
            if (client != null && !Matches(options))
            {
                // An address or limit was changed while it runs.
                EndClient();
                StartClient();
            }
            if (client != null)
            {
                client.Poll();
                Report();
                AskForProfile();
            }
            for (int index = 0; index < feeds.Count; index++)
            {
                feeds[index].Update(client, nowS);
            }
        }

        /// <summary>Run for a user; does nothing for one that is known. Components do this by
        /// themselves.</summary>
        /// <param name="user">Whoever needs the connection, to be given to <see cref="Leave"/>.</param>
        public void Use(object user)
        {
            if (users.Add(user) && client == null)
            {
                StartClient();
                Running.Add(this);
                Application.quitting += Stop;
            }
        }

        /// <summary>A user needs the connection no longer; the last one stops it.</summary>
        /// <param name="user">As given to <see cref="Use"/>.</param>
        public void Leave(object user)
        {
            if (users.Remove(user) && users.Count == 0)
            {
                Stop();
            }
        }

        private void Stop()
        {
            Application.quitting -= Stop;
            Running.Remove(this);
            users.Clear();
            EndClient();
            foreach (FaceFeed feed in feeds)
            {
                feed.Clear();
            }
        }

        private void OnDisable()
        {
            Stop();
        }

        private void OnValidate()
        {
            SetTiming(delayMs, holdSeconds, decaySeconds);
        }

        private void StartClient()
        {
            warned = false;
            profileStream = "";
            ProfileError = "";
            options = new ClientOptions
            {
                PublishEndpoint = publish,
                ControlEndpoint = control,
                Connection = new ConnectionOptions
                {
                    MaxBackoffS = maxBackoffSeconds,
                    MaxFrameBytes = maxFrameKiB * 1024,
                },
            };
            client = new AvatarBridgeClient(options);
#if UNITY_WEBGL && !UNITY_EDITOR
            Debug.LogError("Avatar Bridge: " + StreamLine.Of(this), this);
#else
            client.Start();
#endif
        }

        private bool Matches(ClientOptions made)
        {
            return made.PublishEndpoint == publish && made.ControlEndpoint == control
                && made.Connection.MaxBackoffS == maxBackoffSeconds
                && made.Connection.MaxFrameBytes == maxFrameKiB * 1024;
        }

        private void EndClient()
        {
            if (client != null)
            {
                client.Dispose();
                client = null;
            }
        }

        private void SetTiming(FaceFeed feed)
        {
            feed.SetTiming(delayMs / 1000.0, holdSeconds, decaySeconds);
        }

        // Once, not at every try.
        private void Report()
        {
            ConnectionState state = client.State;
            if (state == ConnectionState.Connected)
            {
                warned = false;
            }
            else if (!warned && (state == ConnectionState.Retrying || state == ConnectionState.Failed))
            {
                warned = true;
                Debug.LogWarning("Avatar Bridge: " + StreamLine.Of(this), this);
            }
        }

        // A server that starts anew has its own profile again.
        private void AskForProfile()
        {
            string stream = client.StreamId;
            bool asked = stream == profileStream && profile == profileAsked;
            if (profile.Length > 0 && stream.Length > 0 && !asked && client.Control != null)
            {
                profileStream = stream;
                profileAsked = profile;
                client.Control.SetProfile(profile, answer => ProfileError = answer.Error);
            }
        }
    }
}
