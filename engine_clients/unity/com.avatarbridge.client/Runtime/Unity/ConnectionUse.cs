using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>One component's use of a connection, which runs while anybody uses it.</summary>
    internal sealed class ConnectionUse
    {
        private bool whilePlaying;

        /// <summary>What is in use; null for nothing.</summary>
        public AvatarBridgeConnection Connection { get; private set; }

        /// <summary>Use this connection from now on, and none other.</summary>
        /// <param name="wanted">Null or destroyed for none.</param>
        /// <returns>Whether a connection was given up.</returns>
        public bool Set(AvatarBridgeConnection wanted)
        {
            // As play begins or ends every connection stops, but not every component is made anew.
            bool known = ReferenceEquals(wanted, Connection) && whilePlaying == Application.isPlaying;
            if (known && (wanted || ReferenceEquals(wanted, null)))
            {
                return false;
            }
            bool had = Release();
            if (wanted)
            {
                whilePlaying = Application.isPlaying;
                Connection = wanted;
                wanted.Use(this);
            }
            return had;
        }

        /// <summary>Use none any more.</summary>
        /// <returns>Whether one was given up.</returns>
        public bool Release()
        {
            if (ReferenceEquals(Connection, null))
            {
                return false;
            }
            Connection.Leave(this);
            Connection = null;
            return true;
        }
    }
}
