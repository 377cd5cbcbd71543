using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>The one place where the server's axes become Unity's.</summary>
    /// <remarks>
    /// <b>Convention:</b> the server sends right-handed axes. Camera: metres, +x right of the
    /// image, +y up, +z toward the viewer. Head: +x to the subject's left, +y up, +z out of the
    /// face. Gaze: radians, yaw positive to the subject's left, pitch positive upward.
    /// Unity is left-handed, and an avatar that faces its own +z has its left at -x. So x changes
    /// its sign and nothing else does: a rotation keeps its part about x, and those about y and z
    /// change theirs. A head that looks straight into the camera is the identity on both sides.
    /// </remarks>
    public static class Axes
    {
        /// <summary>A rotation of the head, in the avatar's axes.</summary>
        /// <param name="x">The server's unit quaternion, as the other three.</param>
        /// <param name="y">See x.</param>
        /// <param name="z">See x.</param>
        /// <param name="w">See x.</param>
        public static Quaternion Rotation(float x, float y, float z, float w)
        {
            return new Quaternion(x, -y, -z, w);
        }

        /// <summary>A place or way in metres, in the avatar's axes.</summary>
        /// <param name="x">The server's, in metres, as the other two.</param>
        /// <param name="y">See x.</param>
        /// <param name="z">See x.</param>
        public static Vector3 Position(float x, float y, float z)
        {
            return new Vector3(-x, y, z);
        }

        /// <summary>How an eye stands in the head.</summary>
        /// <param name="yaw">In radians, positive to the subject's left.</param>
        /// <param name="pitch">In radians, positive upward.</param>
        /// <param name="mostYaw">Limit to either side, in degrees.</param>
        /// <param name="mostPitch">Limit up and down, in degrees.</param>
        public static Quaternion Gaze(float yaw, float pitch, float mostYaw, float mostPitch)
        {
            var left = Mathf.Clamp(yaw * Mathf.Rad2Deg, -mostYaw, mostYaw);
            var up = Mathf.Clamp(pitch * Mathf.Rad2Deg, -mostPitch, mostPitch);
            // Unity turns +z toward +x (the avatar's right) and downward for positive angles.
            return Quaternion.Euler(-up, -left, 0f);
        }

        /// <summary>The same rotation as a mirror shows it: yaw and roll change sides.</summary>
        public static Quaternion Mirrored(Quaternion rotation)
        {
            return new Quaternion(rotation.x, -rotation.y, -rotation.z, rotation.w);
        }

        /// <summary>The same place as a mirror shows it.</summary>
        public static Vector3 Mirrored(Vector3 position)
        {
            return new Vector3(-position.x, position.y, position.z);
        }
    }
}
