using System;
using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>Shows on the screen whether a face comes in: rate, latency, face found.</summary>
    /// <remarks>The latency is from the server's sending to the taking here. The line is made anew
    /// four times a second; that, and Unity's GUI itself, allocate.</remarks>
    [DisallowMultipleComponent]
    [AddComponentMenu("Avatar Bridge/Receiving Indicator")]
    public sealed class ReceivingIndicator : MonoBehaviour
    {
        private const float Width = 460f;
        private const float Height = 26f;
        private const double RefreshS = 0.25;

        [Tooltip("Whose state is shown. It is used while this is enabled.")]
        [SerializeField] private AvatarBridgeConnection connection;

        [Tooltip("Distance from the upper left corner, in pixels.")]
        [SerializeField] private Vector2 corner = new Vector2(10f, 10f);

        private readonly ConnectionUse use = new ConnectionUse();
        [NonSerialized] private double shownS = -RefreshS; // or a reload of code would keep it

        /// <summary>Whose state is shown.</summary>
        public AvatarBridgeConnection Connection
        {
            get { return connection; }
            set { connection = value; }
        }

        /// <summary>The line that is shown.</summary>
        public string Line { get; private set; } = "";

        private void OnDisable()
        {
            use.Release();
        }

        private void LateUpdate()
        {
            use.Set(connection);
            if (connection)
            {
                connection.Tick();
            }
            double nowS = MonotonicClock.NowS;
            if (nowS - shownS >= RefreshS)
            {
                shownS = nowS;
                Line = StreamLine.Of(connection);
            }
        }

        private void OnGUI()
        {
            var box = new Rect(corner.x, corner.y, Width, Height);
            GUI.Box(box, "");
            GUI.Label(new Rect(box.x + 8f, box.y + 2f, box.width - 16f, box.height), Line);
        }
    }
}
