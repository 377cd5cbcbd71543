using System;
using System.Collections.Generic;

namespace AvatarBridge
{
    /// <summary>Finds out which of the 52 a mesh can show, and through which of its blend shapes. It
    /// takes all common spellings (see <see cref="Recognise"/>); what has no blend shape of its own
    /// falls back to VRM expressions, VRoid's blend shapes or visemes, and at last to a jaw and a
    /// blink.</summary>
    public static class ShapeMatcher
    {
        private const int RenameCost = 4; // more than any prefix: ARKit's own name comes first

        private static readonly Dictionary<string, int> Arkit = MakeArkit();
        private static readonly Dictionary<string, int> Unified = MakeUnified();

        /// <summary>Which of the 52 a name means: any case of letters, mouthSmile_L, mouthSmileL,
        /// L_mouthSmile, "mouth smile left", a prefix such as blendShape1. before it, or the name
        /// in Unified Expressions.</summary>
        /// <param name="meshName">A blend shape's name.</param>
        /// <returns>0 to 51, or -1 for none of them.</returns>
        public static int Recognise(string meshName)
        {
            return BestShape(meshName, out _);
        }

        /// <summary>Match a mesh.</summary>
        /// <param name="meshNames">Names of its blend shapes, in its own order.</param>
        public static MatchReport Match(IReadOnlyList<string> meshNames)
        {
            int[] owner = Own(meshNames);
            var bindings = new List<ShapeBinding>();
            var kinds = new MatchKind[ShapeNames.Count];
            var names = new string[ShapeNames.Count];
            var used = new bool[meshNames.Count];
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                names[shape] = "";
                int mesh = owner[shape];
                if (mesh < 0)
                {
                    continue;
                }
                used[mesh] = true;
                bool same = string.Equals(
                    meshNames[mesh], ShapeNames.Arkit[shape], StringComparison.OrdinalIgnoreCase);
                kinds[shape] = same ? MatchKind.Matched : MatchKind.Aliased;
                names[shape] = meshNames[mesh];
                bindings.Add(
                    new ShapeBinding(mesh, meshNames[mesh], new[] { shape }, new[] { 1f }));
            }
            AddFallbacks(meshNames, used, kinds, names, bindings);
            var shapes = new ShapeMatch[ShapeNames.Count];
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                shapes[shape] = new ShapeMatch(shape, kinds[shape], names[shape]);
            }
            var unused = new List<string>();
            for (int mesh = 0; mesh < used.Length; mesh++)
            {
                if (!used[mesh])
                {
                    unused.Add(meshNames[mesh]);
                }
            }
            return new MatchReport(shapes, bindings.ToArray(), unused.ToArray());
        }

        /// <summary>For each of the 52 the blend shape that names it best, or -1.</summary>
        private static int[] Own(IReadOnlyList<string> meshNames)
        {
            var owner = new int[ShapeNames.Count];
            var costs = new int[ShapeNames.Count];
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                owner[shape] = -1;
            }
            for (int mesh = 0; mesh < meshNames.Count; mesh++)
            {
                int shape = BestShape(meshNames[mesh], out int cost);
                // The first of equals: two of one name would move the face twice.
                if (shape >= 0 && (owner[shape] < 0 || cost < costs[shape]))
                {
                    owner[shape] = mesh;
                    costs[shape] = cost;
                }
            }
            return owner;
        }

        private static int BestShape(string meshName, out int cost)
        {
            int best = -1;
            cost = int.MaxValue;
            foreach (Reading reading in Spelling.Of(meshName ?? ""))
            {
                if (reading.Cost < cost && Arkit.TryGetValue(reading.Key, out int shape))
                {
                    best = shape;
                    cost = reading.Cost;
                }
                if (reading.Cost + RenameCost < cost && Unified.TryGetValue(reading.Key, out shape))
                {
                    best = shape;
                    cost = reading.Cost + RenameCost;
                }
            }
            return best;
        }

        private static void AddFallbacks(
            IReadOnlyList<string> meshNames, bool[] used, MatchKind[] kinds, string[] names,
            List<ShapeBinding> bindings)
        {
            Dictionary<string, int> places = Places(meshNames, used);
            foreach (Fallback fallback in Fallbacks.All)
            {
                int mesh = Find(fallback, places, used);
                if (mesh < 0 || IsShown(fallback, kinds))
                {
                    continue;
                }
                used[mesh] = true;
                bindings.Add(
                    new ShapeBinding(mesh, meshNames[mesh], fallback.Sources, fallback.Factors));
                for (int index = 0; index < fallback.Sources.Length; index++)
                {
                    int shape = fallback.Sources[index];
                    if (fallback.Factors[index] > 0f)
                    {
                        kinds[shape] = MatchKind.Fallback;
                        names[shape] = meshNames[mesh];
                    }
                }
            }
        }

        private static int Find(Fallback fallback, Dictionary<string, int> places, bool[] used)
        {
            foreach (string name in fallback.Names)
            {
                if (places.TryGetValue(Spelling.Key(name), out int mesh) && !used[mesh])
                {
                    return mesh;
                }
            }
            return -1;
        }

        private static bool IsShown(Fallback fallback, MatchKind[] kinds)
        {
            for (int index = 0; index < fallback.Sources.Length; index++)
            {
                if (fallback.Factors[index] > 0f
                    && kinds[fallback.Sources[index]] != MatchKind.Missing)
                {
                    return true;
                }
            }
            return false;
        }

        /// <summary>Where each reading of a name that is still free is on the mesh.</summary>
        private static Dictionary<string, int> Places(IReadOnlyList<string> meshNames, bool[] used)
        {
            var places = new Dictionary<string, int>(StringComparer.Ordinal);
            var costs = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int mesh = 0; mesh < meshNames.Count; mesh++)
            {
                if (used[mesh])
                {
                    continue;
                }
                foreach (Reading reading in Spelling.Of(meshNames[mesh] ?? ""))
                {
                    if (!costs.TryGetValue(reading.Key, out int cost) || reading.Cost < cost)
                    {
                        places[reading.Key] = mesh;
                        costs[reading.Key] = reading.Cost;
                    }
                }
            }
            return places;
        }

        private static Dictionary<string, int> MakeArkit()
        {
            var made = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                made[Spelling.Key(ShapeNames.Arkit[shape])] = shape;
            }
            return made;
        }

        private static Dictionary<string, int> MakeUnified()
        {
            var made = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int shape = 0; shape < ShapeNames.Count; shape++)
            {
                string key = Spelling.Key(ShapeNames.UnifiedName(shape));
                if (!Arkit.ContainsKey(key))
                {
                    made[key] = shape;
                }
            }
            return made;
        }
    }
}
