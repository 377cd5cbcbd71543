using System.Collections.Generic;
using System.Text;

namespace AvatarBridge
{
    /// <summary>How one of the 52 reaches a mesh.</summary>
    public enum MatchKind
    {
        /// <summary>No blend shape of the mesh follows it.</summary>
        Missing,

        /// <summary>A blend shape of this very name, in any case of letters.</summary>
        Matched,

        /// <summary>A blend shape of another spelling, with a prefix, or of the Unified name.</summary>
        Aliased,

        /// <summary>A coarser blend shape, such as a VRM expression, follows it among others.</summary>
        Fallback,
    }

    /// <summary>How one of the 52 reaches a mesh, and through which of its blend shapes.</summary>
    public readonly struct ShapeMatch
    {
        internal ShapeMatch(int shape, MatchKind kind, string meshNames)
        {
            Shape = shape;
            Kind = kind;
            MeshNames = meshNames;
        }

        /// <summary>Which of the 52.</summary>
        public int Shape { get; }

        /// <summary>How it reaches the mesh.</summary>
        public MatchKind Kind { get; }

        /// <summary>The blend shapes that follow it, with commas between; empty if missing.</summary>
        public string MeshNames { get; }

        /// <summary>Its ARKit name.</summary>
        public string Name => ShapeNames.Arkit[Shape];
    }

    /// <summary>What of a mesh can be driven, and how: "Check my avatar".</summary>
    public sealed class MatchReport
    {
        private readonly ShapeMatch[] shapes;
        private readonly ShapeBinding[] bindings;
        private readonly string[] unused;

        internal MatchReport(ShapeMatch[] shapes, ShapeBinding[] bindings, string[] unused)
        {
            this.shapes = shapes;
            this.bindings = bindings;
            this.unused = unused;
            MatchedCount = CountOf(MatchKind.Matched);
            AliasedCount = CountOf(MatchKind.Aliased);
            FallbackCount = CountOf(MatchKind.Fallback);
            MissingCount = CountOf(MatchKind.Missing);
        }

        /// <summary>One entry for each of the 52, in their order.</summary>
        public IReadOnlyList<ShapeMatch> Shapes => shapes;

        /// <summary>How to drive the mesh. Do not change the array: the report owns it.</summary>
        public ShapeBinding[] Bindings => bindings;

        /// <summary>Blend shapes of the mesh that nothing drives.</summary>
        public IReadOnlyList<string> Unused => unused;

        /// <summary>How many of the 52 have a blend shape of their name.</summary>
        public int MatchedCount { get; }

        /// <summary>How many have one of another spelling.</summary>
        public int AliasedCount { get; }

        /// <summary>How many move a coarser blend shape.</summary>
        public int FallbackCount { get; }

        /// <summary>How many move nothing.</summary>
        public int MissingCount { get; }

        /// <summary>One line: how much of the face will move.</summary>
        public string Summary
        {
            get
            {
                if (bindings.Length == 0)
                {
                    return "Nothing will move: no blend shape of this mesh has a name that is known.";
                }
                return $"{MatchedCount} matched, {AliasedCount} aliased, {FallbackCount} by fallback, "
                    + $"{MissingCount} missing of {ShapeNames.Count}.";
            }
        }

        /// <summary>The whole report for people, in several lines.</summary>
        public override string ToString()
        {
            var text = new StringBuilder(Summary).Append('\n');
            Section(text, MatchKind.Matched, "Matched");
            Section(text, MatchKind.Aliased, "Aliased");
            Section(text, MatchKind.Fallback, "By fallback");
            if (MissingCount > 0)
            {
                text.Append($"\nMissing ({MissingCount}): ").Append(MissingNames()).Append('\n');
            }
            bool titled = false;
            foreach (ShapeBinding binding in bindings)
            {
                if (binding.SourceCount > 1)
                {
                    text.Append(titled ? "" : "\nWhat the fallbacks are made of\n");
                    titled = true;
                    text.Append("  ").Append(Formula(binding)).Append('\n');
                }
            }
            if (unused.Length > 0)
            {
                text.Append("\nOn the mesh, but not driven: ").Append(string.Join(", ", unused));
                text.Append('\n');
            }
            return text.ToString();
        }

        /// <summary>What a binding computes, such as "Blink = 0.5 eyeBlinkLeft + 0.5
        /// eyeBlinkRight".</summary>
        public static string Formula(ShapeBinding binding)
        {
            var text = new StringBuilder(binding.MeshName).Append(" =");
            for (int index = 0; index < binding.SourceCount; index++)
            {
                float factor = binding.Factor(index);
                text.Append(factor < 0f ? " - " : index > 0 ? " + " : " ");
                float size = factor < 0f ? -factor : factor;
                if (size != 1f)
                {
                    text.Append(
                        size.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture));
                    text.Append(' ');
                }
                text.Append(ShapeNames.Arkit[binding.Source(index)]);
            }
            return text.ToString();
        }

        private void Section(StringBuilder text, MatchKind kind, string title)
        {
            if (CountOf(kind) == 0)
            {
                return;
            }
            text.Append('\n').Append(title).Append(" (").Append(CountOf(kind)).Append(")\n");
            foreach (ShapeMatch match in shapes)
            {
                if (match.Kind == kind)
                {
                    text.Append("  ").Append(match.Name).Append(" → ").Append(match.MeshNames);
                    text.Append('\n');
                }
            }
        }

        private string MissingNames()
        {
            var names = new List<string>();
            foreach (ShapeMatch match in shapes)
            {
                if (match.Kind == MatchKind.Missing)
                {
                    names.Add(match.Name);
                }
            }
            return string.Join(", ", names);
        }

        private int CountOf(MatchKind kind)
        {
            int count = 0;
            foreach (ShapeMatch match in shapes)
            {
                count += match.Kind == kind ? 1 : 0;
            }
            return count;
        }
    }
}
