using System;

namespace AvatarBridge
{
    /// <summary>What was asked. The numbers are those of the wire's fields.</summary>
    public enum ControlRequestKind
    {
        /// <summary>The round trip and the server's clock.</summary>
        Ping = 10,

        /// <summary>What the stream carries.</summary>
        GetMeta = 11,

        /// <summary>The names of the retarget profiles.</summary>
        ListProfiles = 12,

        /// <summary>Use another profile.</summary>
        SetProfile = 13,

        /// <summary>Take the face as it is for the face at rest.</summary>
        Calibrate = 14,

        /// <summary>The mapping alone: action units and emotions to weights.</summary>
        Map = 15,
    }

    /// <summary>Why a request failed: the wire's codes, and from 100 on those of this side.</summary>
    public enum ControlErrorCode
    {
        /// <summary>No error, or a server that did not say which.</summary>
        Unspecified = 0,

        /// <summary>The server could not read the request.</summary>
        Malformed = 1,

        /// <summary>The server is too old for the request.</summary>
        UnknownRequest = 2,

        /// <summary>The server knows the request but cannot do it.</summary>
        Unsupported = 3,

        /// <summary>A value is out of range, or a name is not of the vocabulary.</summary>
        InvalidArgument = 4,

        /// <summary>There is no such profile or calibration.</summary>
        NotFound = 5,

        /// <summary>The server is at fault; its log says why.</summary>
        Internal = 6,

        /// <summary>The client asks too often; it may ask again in a moment.</summary>
        Busy = 7,

        /// <summary>No answer came in time.</summary>
        TimedOut = 100,

        /// <summary>The connection was lost before the answer came, or the client was stopped. It
        /// is not known whether the server did what was asked.</summary>
        ConnectionLost = 101,

        /// <summary>The answer was of another kind than the request.</summary>
        BadAnswer = 102,

        /// <summary>Too many requests wait for their answers.</summary>
        TooMany = 103,
    }

    /// <summary>The answer to one request, or why there is none.</summary>
    public sealed class ControlAnswer
    {
        internal ControlAnswer(ControlRequestKind kind)
        {
            Kind = kind;
        }

        /// <summary>What was asked.</summary>
        public ControlRequestKind Kind { get; internal set; }

        /// <summary>Whether it was done; if not, <see cref="Error"/> says why.</summary>
        public bool Ok => Error.Length == 0;

        /// <summary>One line for people; empty if all is well.</summary>
        public string Error { get; internal set; } = "";

        /// <summary>The kind of error.</summary>
        public ControlErrorCode Code { get; internal set; }

        /// <summary>From sending to receiving, nanoseconds.</summary>
        public long RoundTripNs { get; internal set; }

        /// <summary>Ping: the server's clock minus <see cref="MonotonicClock"/>, nanoseconds, exact
        /// to half the round trip.</summary>
        public long ClockOffsetNs { get; internal set; }

        /// <summary>Ping: of the server's run.</summary>
        public string StreamId { get; internal set; } = "";

        /// <summary>GetMeta: what the stream carries; null for other answers.</summary>
        public StreamMeta Meta { get; internal set; }

        /// <summary>ListProfiles: names that SetProfile takes.</summary>
        public string[] ProfileNames { get; internal set; } = Array.Empty<string>();

        /// <summary>ListProfiles: the profile in use.</summary>
        public string CurrentProfile { get; internal set; } = "";

        /// <summary>Calibrate: the calibration that is now in use; empty for none.</summary>
        public string Name { get; internal set; } = "";

        /// <summary>Calibrate: names of the calibrations that were kept.</summary>
        public string[] SavedNames { get; internal set; } = Array.Empty<string>();

        /// <summary>Map: 52 weights, 0 to 1; empty for other answers.</summary>
        public float[] Blendshapes { get; internal set; } = Array.Empty<float>();
    }
}
