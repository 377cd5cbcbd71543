using System;

namespace AvatarBridge
{
    /// <summary>How long one stage of the server takes, in milliseconds, over the last samples.</summary>
    public struct StageTiming
    {
        /// <summary>The stage.</summary>
        public string Name;

        /// <summary>The median.</summary>
        public float P50Ms;

        /// <summary>The 95th percentile.</summary>
        public float P95Ms;

        /// <summary>The worst.</summary>
        public float WorstMs;

        /// <summary>How often it has failed since the stream began.</summary>
        public long Errors;
    }

    /// <summary>How a stream is doing; reused like <see cref="FaceFrame"/>.</summary>
    public sealed class StreamStatus
    {
        private StageTiming[] stages = new StageTiming[16]; // more than a server has

        /// <summary>As in <see cref="FaceFrame.StreamId"/>; empty until a status came.</summary>
        public string StreamId { get; internal set; } = "";

        /// <summary>When it was sent: nanoseconds of the server's clock.</summary>
        public long PublishedNs { get; internal set; }

        /// <summary>Frames published a second, over the last two seconds.</summary>
        public float Fps { get; internal set; }

        /// <summary>How many stages <see cref="Stage"/> tells of.</summary>
        public int StageCount { get; private set; }

        /// <summary>Frames taken from the source since the start.</summary>
        public long Captured { get; internal set; }

        /// <summary>Frames that a newer one replaced before they were looked at.</summary>
        public long Dropped { get; internal set; }

        /// <summary>One or two words on the source's health, such as "running".</summary>
        public string SourceState { get; internal set; } = "";

        /// <summary>Faces tracked in the newest frame.</summary>
        public uint TrackedFaces { get; internal set; }

        /// <summary>One stage's timing, in the order in which the stages first ran.</summary>
        /// <exception cref="ArgumentOutOfRangeException">not below <see cref="StageCount"/>.</exception>
        public StageTiming Stage(int index)
        {
            if (index < 0 || index >= StageCount)
            {
                throw new ArgumentOutOfRangeException(nameof(index));
            }
            return stages[index];
        }

        /// <summary>Take over everything that another status says.</summary>
        public void CopyFrom(StreamStatus other)
        {
            StreamId = other.StreamId;
            PublishedNs = other.PublishedNs;
            Fps = other.Fps;
            Captured = other.Captured;
            Dropped = other.Dropped;
            SourceState = other.SourceState;
            TrackedFaces = other.TrackedFaces;
            ClearStages();
            for (int index = 0; index < other.StageCount; index++)
            {
                AddStage(other.stages[index]);
            }
        }

        internal void ClearStages()
        {
            StageCount = 0;
        }

        internal void AddStage(StageTiming stage)
        {
            if (StageCount == stages.Length)
            {
                Array.Resize(ref stages, 2 * stages.Length);
            }
            stages[StageCount++] = stage;
        }
    }
}
