namespace AvatarBridge
{
    /// <summary>What a calibration is asked to do. The numbers are the wire's.</summary>
    public enum CalibrationAction
    {
        /// <summary>Measure the face as it is held during the next second.</summary>
        Measure = 1,

        /// <summary>Use the one that was kept under the name.</summary>
        Use = 2,

        /// <summary>Go back to what was in use before the last change.</summary>
        Undo = 3,

        /// <summary>Use none; deletes nothing.</summary>
        Clear = 4,
    }

    /// <summary>What the face does while it is measured. The numbers are the wire's.</summary>
    public enum CalibrationStep
    {
        /// <summary>Rest, looking ahead, the eyes open; to be measured before the others.</summary>
        Neutral = 1,

        /// <summary>The broadest smile, held.</summary>
        Smile = 2,

        /// <summary>The brows as high as they go, held.</summary>
        BrowsUp = 3,

        /// <summary>The jaw as open as it goes, held.</summary>
        JawOpen = 4,

        /// <summary>Both eyes shut, held.</summary>
        Blink = 5,

        /// <summary>The lips puckered, held.</summary>
        Pucker = 6,
    }
}
