using System;
using AvatarBridge.Unity;
using UnityEditor;
using UnityEngine;

namespace AvatarBridge.Editor
{
    /// <summary>Inspector of <see cref="AvatarBridgeConnection"/>: state, server, profile, calibration.</summary>
    [CustomEditor(typeof(AvatarBridgeConnection))]
    public sealed class AvatarBridgeConnectionEditor : UnityEditor.Editor
    {
        private readonly object user = new object();
        private string[] profiles = new string[0];
        private int profile;
        private string answer = "";
        private bool trying;
        private StreamMeta meta;

        /// <inheritdoc/>
        public override bool RequiresConstantRepaint()
        {
            return ((AvatarBridgeConnection)target).Client != null;
        }

        /// <inheritdoc/>
        public override void OnInspectorGUI()
        {
            var connection = (AvatarBridgeConnection)target;
            if (Event.current.type == EventType.Layout)
            {
                Look(connection);
            }
            StateBox.Draw(connection.ProfileError, connection);
            DrawDefaultInspector();
            EditorGUILayout.Space();
            if (GUILayout.Button(trying ? "Stop trying it" : "Try it now"))
            {
                Try(connection, !trying);
            }
            AvatarBridgeClient client = connection.Client;
            if (client == null)
            {
                EditorGUILayout.LabelField("Press Play or Try it now to see the server.");
                return;
            }
            Server(client);
            if (client.Control == null)
            {
                EditorGUILayout.LabelField("No control address: no latency, no calibration.");
                return;
            }
            Control(client.Control);
        }

        // Whatever decides which lines there are may change at Layout alone: the events that follow
        // it must find the same lines.
        private void Look(AvatarBridgeConnection connection)
        {
            trying &= connection.Client != null; // it was stopped, as play mode changed
            if (trying)
            {
                connection.Tick();
            }
            meta = connection.Client == null ? null : connection.Client.Meta;
        }

        private void OnDisable()
        {
            Try((AvatarBridgeConnection)target, false);
        }

        private void Try(AvatarBridgeConnection connection, bool wanted)
        {
            if (trying == wanted)
            {
                return;
            }
            trying = wanted;
            if (wanted)
            {
                connection.Use(user);
            }
            else if (connection)
            {
                connection.Leave(user);
            }
        }

        private void Server(AvatarBridgeClient client)
        {
            if (meta != null)
            {
                EditorGUILayout.LabelField("Source", meta.Source);
                EditorGUILayout.LabelField("Net", meta.Model);
                EditorGUILayout.LabelField("Profile", meta.Profile);
                EditorGUILayout.LabelField("Calibration", meta.Calibration.Length > 0 ? meta.Calibration : "none");
            }
            EditorGUILayout.LabelField("Server", client.Status.Fps.ToString("0") + " frames a second, "
                + client.Status.SourceState);
            EditorGUILayout.LabelField("Messages", client.Messages + " received, " + client.LostMessages
                + " lost, " + client.BadMessages + " unreadable, " + client.Reconnects + " reconnects");
        }

        private void Control(ControlClient control)
        {
            using (new EditorGUILayout.HorizontalScope())
            {
                if (GUILayout.Button("Ping"))
                {
                    control.Ping(Told(got => "Round trip " + (got.RoundTripNs / 1e6).ToString("0.00") + " ms."));
                }
                if (GUILayout.Button(new GUIContent(
                    "Calibrate", "Look straight ahead with your face at rest, and hold still for a second.")))
                {
                    control.Calibrate("", Told(got => "Calibrated: that was your face at rest."));
                }
                if (GUILayout.Button("List profiles"))
                {
                    control.ListProfiles(Told(Listed));
                }
            }
            if (profiles.Length > 0)
            {
                int chosen = EditorGUILayout.Popup("Use profile", profile, profiles);
                if (chosen != profile)
                {
                    profile = chosen;
                    string name = profiles[chosen];
                    control.SetProfile(name, Told(got => "Profile " + name + " is in use."));
                }
            }
            if (answer.Length > 0)
            {
                EditorGUILayout.HelpBox(answer, MessageType.None);
            }
        }

        private string Listed(ControlAnswer got)
        {
            profiles = got.ProfileNames;
            profile = Math.Max(0, Array.IndexOf(profiles, got.CurrentProfile));
            return profiles.Length + " profiles.";
        }

        private Action<ControlAnswer> Told(Func<ControlAnswer, string> told)
        {
            answer = "…";
            return got => answer = got.Ok ? told(got) : "Not done: " + got.Error;
        }
    }
}
