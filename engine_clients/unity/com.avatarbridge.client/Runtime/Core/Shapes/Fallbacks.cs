namespace AvatarBridge
{
    /// <summary>A coarser blend shape that stands in for several of the 52.</summary>
    internal sealed class Fallback
    {
        public Fallback(string names, string formula)
        {
            Names = names.Split(' ');
            string[] terms = formula.Split(' ');
            Sources = new int[terms.Length];
            Factors = new float[terms.Length];
            for (int index = 0; index < terms.Length; index++)
            {
                string[] parts = terms[index].Split('*');
                Factors[index] = float.Parse(
                    parts[0], System.Globalization.CultureInfo.InvariantCulture);
                Sources[index] = ShapeNames.IndexOf(parts[1]);
            }
        }

        /// <summary>The names that it goes by, the best one first.</summary>
        public string[] Names { get; }

        public int[] Sources { get; }

        public float[] Factors { get; }
    }

    /// <summary>What stands in where a mesh has none of the 52: VRM 0 and 1 expressions, VRoid's
    /// blend shapes, visemes, and at last the jaw and the blink alone.</summary>
    internal static class Fallbacks
    {
        /// <summary>In the order in which they are tried. One is used only if none of what it would
        /// show is shown already.</summary>
        public static readonly Fallback[] All =
        {
            new Fallback("blinkLeft Blink_L Fcl_EYE_Close_L winkLeft wink_L", "1*eyeBlinkLeft"),
            new Fallback("blinkRight Blink_R Fcl_EYE_Close_R winkRight wink_R", "1*eyeBlinkRight"),
            new Fallback(
                "blink Fcl_EYE_Close vrc.blink eyesClosed eyeClosed eyeClose eyesClose closeEyes eyesBlink eyeBlink",
                "0.5*eyeBlinkLeft 0.5*eyeBlinkRight"),
            new Fallback(
                "lookUp", "0.5*eyeLookUpLeft 0.5*eyeLookUpRight"),
            new Fallback(
                "lookDown", "0.5*eyeLookDownLeft 0.5*eyeLookDownRight"),
            new Fallback(
                "lookLeft", "0.5*eyeLookOutLeft 0.5*eyeLookInRight"),
            new Fallback(
                "lookRight", "0.5*eyeLookInLeft 0.5*eyeLookOutRight"),
            // The mouth of a vowel: how far it is open, less what makes it another vowel.
            new Fallback(
                "aa A Fcl_MTH_A v_aa viseme_aa mouth_a",
                "1*jawOpen -1*mouthClose -0.5*mouthFunnel -0.5*mouthPucker"),
            new Fallback("ou U Fcl_MTH_U v_ou viseme_U mouth_u", "1*mouthPucker"),
            new Fallback("oh O Fcl_MTH_O v_oh viseme_O mouth_o", "1*mouthFunnel"),
            new Fallback(
                "ee E Fcl_MTH_E v_e v_ee viseme_E mouth_e",
                "0.5*mouthStretchLeft 0.5*mouthStretchRight"),
            new Fallback(
                "ih I Fcl_MTH_I v_ih viseme_I mouth_i",
                "0.25*mouthUpperUpLeft 0.25*mouthUpperUpRight 0.25*mouthLowerDownLeft "
                + "0.25*mouthLowerDownRight"),
            // VRoid has parts of faces; they leave the other parts alone, as whole ones do not.
            new Fallback("Fcl_BRW_Surprised", "0.5*browInnerUp 0.25*browOuterUpLeft 0.25*browOuterUpRight"),
            new Fallback("Fcl_BRW_Angry", "0.5*browDownLeft 0.5*browDownRight"),
            new Fallback("Fcl_EYE_Surprised Fcl_EYE_Spread", "0.5*eyeWideLeft 0.5*eyeWideRight"),
            new Fallback("Fcl_MTH_Fun", "0.5*mouthSmileLeft 0.5*mouthSmileRight"),
            new Fallback("Fcl_MTH_Sorrow Fcl_MTH_Down", "0.5*mouthFrownLeft 0.5*mouthFrownRight"),
            new Fallback("happy Joy Fcl_ALL_Joy smile mouthSmile", "0.5*mouthSmileLeft 0.5*mouthSmileRight"),
            new Fallback("sad Sorrow Fcl_ALL_Sorrow frown mouthFrown", "0.5*mouthFrownLeft 0.5*mouthFrownRight"),
            new Fallback("angry Fcl_ALL_Angry browDown browsDown", "0.5*browDownLeft 0.5*browDownRight"),
            new Fallback(
                "surprised Fcl_ALL_Surprised browUp browsUp",
                "0.5*browInnerUp 0.25*eyeWideLeft 0.25*eyeWideRight"),
            // Jaw alone.
            new Fallback(
                "mouthOpen openMouth jawDown jawDrop mouthA jaw open Fcl_MTH_Large",
                "1*jawOpen -1*mouthClose"),
        };
    }
}
