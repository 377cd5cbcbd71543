using UnityEngine;

namespace AvatarBridge.Unity
{
    /// <summary>What head, neck and eyes do for one pose of the face, in the avatar's axes.</summary>
    public struct HeadTurns
    {
        /// <summary>Turns from the rest pose.</summary>
        public Quaternion Neck, Head, LeftEye, RightEye;

        /// <summary>Way from the rest position, in metres.</summary>
        public Vector3 Position;
    }

    /// <summary>Makes turns of the avatar's bones out of the face's pose. See <see cref="Axes"/> for
    /// the axes.</summary>
    public sealed class HeadSolver
    {
        private Quaternion restInverse = Quaternion.identity;
        private Vector3 restPosition;
        private bool recentred;
        private bool placed;

        /// <summary>Take a pose for straight ahead.</summary>
        public void Recentre(HeadPose pose)
        {
            restInverse = Quaternion.Inverse(Axes.Rotation(pose.QX, pose.QY, pose.QZ, pose.QW));
            restPosition = Axes.Position(pose.X, pose.Y, pose.Z);
            recentred = true;
            placed = true;
        }

        /// <summary>Forget the centre: looking into the camera is straight ahead again, and the next
        /// position is the rest position.</summary>
        public void Reset()
        {
            restInverse = Quaternion.identity;
            recentred = false;
            placed = false;
        }

        /// <summary>The turns for a pose; allocates nothing.</summary>
        /// <param name="settings">Gains and limits.</param>
        /// <param name="pose">Of the head, in the server's axes.</param>
        /// <param name="gaze">Of the eyes, radians.</param>
        /// <param name="presence">How much of the face is left, 0 to 1.</param>
        /// <param name="hasNeck">Whether a neck takes its share.</param>
        public HeadTurns Solve(HeadSettings settings, HeadPose pose, Gaze gaze, float presence, bool hasNeck)
        {
            HeadTurns turns;
            Quaternion whole = settings.head ? Head(settings, pose, presence) : Quaternion.identity;
            float share = hasNeck ? settings.neckShare : 0f;
            turns.Neck = Quaternion.SlerpUnclamped(Quaternion.identity, whole, share);
            turns.Head = Quaternion.Inverse(turns.Neck) * whole;
            turns.Position = settings.head ? Position(settings, pose, presence) : Vector3.zero;
            turns.LeftEye = Quaternion.identity;
            turns.RightEye = Quaternion.identity;
            if (settings.eyes)
            {
                turns.LeftEye = Eye(settings, gaze.LeftYaw, gaze.LeftPitch);
                turns.RightEye = Eye(settings, gaze.RightYaw, gaze.RightPitch);
            }
            return settings.mirror ? Mirrored(turns) : turns;
        }

        private Quaternion Head(HeadSettings settings, HeadPose pose, float presence)
        {
            Quaternion turn = restInverse * Axes.Rotation(pose.QX, pose.QY, pose.QZ, pose.QW);
            // A lost head goes back to looking into the camera, which may not be the centre here.
            float share = recentred ? settings.headGain * presence : settings.headGain;
            turn = Quaternion.SlerpUnclamped(Quaternion.identity, turn, share);
            return Quaternion.RotateTowards(Quaternion.identity, turn, settings.headLimit);
        }

        private Vector3 Position(HeadSettings settings, HeadPose pose, float presence)
        {
            Vector3 now = Axes.Position(pose.X, pose.Y, pose.Z);
            if (!placed)
            {
                // Where the camera stands is nobody's rest position, the first place seen is.
                if (presence <= 0f)
                {
                    return Vector3.zero;
                }
                restPosition = now;
                placed = true;
            }
            Vector3 way = (now - restPosition) * (settings.positionGain * presence);
            return Vector3.ClampMagnitude(way, settings.positionLimit);
        }

        private static Quaternion Eye(HeadSettings settings, float yaw, float pitch)
        {
            return Axes.Gaze(
                yaw * settings.eyeGain, pitch * settings.eyeGain,
                settings.eyeYawLimit, settings.eyePitchLimit);
        }

        private static HeadTurns Mirrored(HeadTurns turns)
        {
            HeadTurns mirrored;
            mirrored.Neck = Axes.Mirrored(turns.Neck);
            mirrored.Head = Axes.Mirrored(turns.Head);
            mirrored.Position = Axes.Mirrored(turns.Position);
            mirrored.LeftEye = Axes.Mirrored(turns.RightEye);
            mirrored.RightEye = Axes.Mirrored(turns.LeftEye);
            return mirrored;
        }
    }
}
