using System.Collections.Generic;
using UnityEngine;

namespace AvatarBridge.Samples
{
    /// <summary>Builds a simple face with the 52 ARKit shapes, so that the sample needs no asset.</summary>
    /// <remarks>
    /// <b>Convention:</b> the face looks along +z, the avatar's left is at -x. The head is about 2
    /// high. All patches are grids whose rows go down and whose columns go to +x as seen from
    /// inside the head, which is what makes their fronts show.
    /// Lips, brows and cheeks lie on the head: they move along its surface, so they never sink in.
    /// </remarks>
    public sealed class FaceMesh
    {
        /// <summary>The parts that have a colour of their own, in the order of the sub-meshes.</summary>
        public enum Paint { Skin, Lid, Hair, Lip, Mouth, Tongue, Blush }

        /// <summary>How many of them.</summary>
        public const int Paints = 7;

        /// <summary>Radius of an eyeball.</summary>
        public const float EyeRadius = 0.21f;

        const float LidRadius = EyeRadius * 1.15f;

        struct Vertex
        {
            public Vector3 At;
            public FacePart Part;
            public float Lower; // of the mouth: 0 moves with the upper lip, 1 with the lower
            public float Lift; // in front of the head; below 0 hidden inside; not for free parts
            public bool OnHead;
            public float Azimuth, Elevation, Edge; // of a lid, in degrees; Edge: 1 moves fully
        }

        readonly List<Vertex> vertices = new List<Vertex>();
        readonly List<int>[] triangles = new List<int>[Paints];

        /// <summary>Where an eye's centre is.</summary>
        /// <param name="side">-1 for the avatar's left, 1 for its right.</param>
        public static Vector3 EyeCentre(float side)
        {
            return new Vector3(side * 0.31f, 0.12f, HeadDepth(0.31f, 0.12f) - 0.1f);
        }

        /// <summary>Make the mesh. The blend shapes' full weight is 100.</summary>
        public static Mesh Build()
        {
            var face = new FaceMesh();
            face.AddHead();
            face.AddHair();
            face.AddMouth();
            foreach (var side in new[] { -1f, 1f })
            {
                face.AddLid(side, FacePart.UpperLid, 120f, 38f);
                face.AddLid(side, FacePart.LowerLid, -40f, -120f);
                face.AddBrow(side);
                face.AddBlush(side);
            }
            return face.ToMesh();
        }

        // The front of the head at a place.
        static float HeadDepth(float x, float y)
        {
            var across = x / HeadWidth(y);
            var left = 1f - across * across - y * y;
            return 0.86f * Mathf.Sqrt(Mathf.Max(left, 0.02f));
        }

        // The head is an egg: narrower toward the chin.
        static float HeadWidth(float y)
        {
            return 0.9f - 0.14f * Mathf.Clamp01(0.2f - y);
        }

        void AddHead()
        {
            Grid(Paint.Skin, 32, 48, (down, across) =>
            {
                var polar = down * Mathf.PI;
                var around = (across * 2f - 1f) * Mathf.PI;
                var y = Mathf.Cos(polar);
                var at = new Vector3(
                    Mathf.Sin(polar) * Mathf.Sin(around) * HeadWidth(y), y, Mathf.Sin(polar) * Mathf.Cos(around) * 0.86f);
                return new Vertex { At = at, Part = FacePart.Skin };
            });
            Ball(Paint.Lid, FacePart.Nose, new Vector3(0f, -0.14f, HeadDepth(0f, -0.14f)), new Vector3(0.1f, 0.09f, 0.1f));
            Ball(Paint.Skin, FacePart.Skin, new Vector3(-0.9f, 0.02f, 0f), new Vector3(0.1f, 0.18f, 0.12f));
            Ball(Paint.Skin, FacePart.Skin, new Vector3(0.9f, 0.02f, 0f), new Vector3(0.1f, 0.18f, 0.12f));
        }

        void AddHair()
        {
            // A cap around an axis that leans back, so that the forehead stays free.
            var lean = Quaternion.AngleAxis(-38f, Vector3.right);
            Grid(Paint.Hair, 12, 40, (down, across) =>
            {
                var polar = down * 1.4f;
                var around = (across * 2f - 1f) * Mathf.PI;
                var way = lean * new Vector3(
                    Mathf.Sin(polar) * Mathf.Sin(around), Mathf.Cos(polar), Mathf.Sin(polar) * Mathf.Cos(around));
                return new Vertex { At = new Vector3(way.x * 0.94f, way.y * 1.07f, way.z * 0.93f) };
            });
        }

        void AddLid(float side, FacePart part, float top, float bottom)
        {
            var upper = part == FacePart.UpperLid;
            Grid(Paint.Lid, 10, 24, (down, across) => new Vertex
            {
                Part = part,
                At = EyeCentre(side),
                Azimuth = (across * 2f - 1f) * 82f,
                Elevation = Mathf.Lerp(top, bottom, down),
                Edge = upper ? down : 1f - down,
            });
        }

        void AddBrow(float side)
        {
            Grid(Paint.Hair, 3, 14, (down, across) =>
            {
                var x = side * 0.35f + (across - 0.5f) * 0.38f;
                var out01 = (Mathf.Abs(x) - 0.16f) / 0.38f;
                var arch = 0.46f + 0.06f * Mathf.Sin(Mathf.PI * Mathf.Clamp01(out01 * 0.8f + 0.1f));
                var half = 0.045f * Mathf.Sqrt(Mathf.Clamp01(1.05f - Mathf.Abs(2f * across - 1f)));
                return OnHead(FacePart.Brow, x, arch + half * (1f - 2f * down), 0.05f);
            });
        }

        void AddBlush(float side)
        {
            Disc(Paint.Blush, FacePart.Blush, side * 0.52f, -0.26f, 0.12f, 0.09f, 0.03f);
        }

        void AddMouth()
        {
            const float half = 0.28f;
            const float thick = 0.04f;
            for (var lip = 0; lip < 2; lip++)
            {
                var lower = lip == 1;
                Grid(Paint.Lip, 4, 28, (down, across) =>
                {
                    var x = (across * 2f - 1f) * half;
                    var thin = Mathf.Sqrt(Mathf.Clamp01(1.02f - x * x / (half * half)));
                    var y = Rest(x) + thick * thin * (lower ? -down : 1f - down);
                    var vertex = OnHead(FacePart.UpperLip | FacePart.LowerLip, x, y, 0.035f + 0.02f * Mathf.Sin(Mathf.PI * down));
                    vertex.Lower = lower ? 1f : 0f;
                    return vertex;
                });
            }
            // Between the lips: of no height while they are closed.
            Grid(Paint.Mouth, 8, 28, (down, across) =>
            {
                var x = (across * 2f - 1f) * half * 0.96f;
                var vertex = OnHead(FacePart.UpperLip | FacePart.LowerLip, x, Rest(x), 0.03f);
                vertex.Lower = down;
                return vertex;
            });
            Disc(Paint.Tongue, FacePart.Tongue, 0f, -0.5f, 0.13f, 0.09f, -0.04f);
        }

        // The line of the closed mouth: a hint of a smile.
        static float Rest(float x)
        {
            return -0.5f + 0.5f * x * x;
        }

        static Vertex OnHead(FacePart part, float x, float y, float lift)
        {
            return new Vertex { Part = part, At = new Vector3(x, y, 0f), Lift = lift, OnHead = true };
        }

        void Disc(Paint paint, FacePart part, float x, float y, float width, float height, float lift)
        {
            Grid(paint, 6, 24, (down, across) =>
            {
                var around = (across * 2f - 1f) * Mathf.PI;
                return OnHead(
                    part, x + width * down * Mathf.Sin(around), y - height * down * Mathf.Cos(around), lift);
            });
        }

        void Ball(Paint paint, FacePart part, Vector3 centre, Vector3 radii)
        {
            Grid(paint, 10, 16, (down, across) =>
            {
                var polar = down * Mathf.PI;
                var around = (across * 2f - 1f) * Mathf.PI;
                var way = new Vector3(
                    Mathf.Sin(polar) * Mathf.Sin(around) * radii.x,
                    Mathf.Cos(polar) * radii.y,
                    Mathf.Sin(polar) * Mathf.Cos(around) * radii.z);
                return new Vertex { At = centre + way, Part = part };
            });
        }

        void Grid(Paint paint, int rows, int columns, System.Func<float, float, Vertex> make)
        {
            var first = vertices.Count;
            for (var row = 0; row <= rows; row++)
                for (var column = 0; column <= columns; column++)
                    vertices.Add(make(row / (float)rows, column / (float)columns));
            var list = triangles[(int)paint] ?? (triangles[(int)paint] = new List<int>());
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var a = first + row * (columns + 1) + column;
                    var below = a + columns + 1;
                    list.AddRange(new[] { a, below, a + 1, a + 1, below, below + 1 });
                }
            }
        }

        Mesh ToMesh()
        {
            var rest = new Vector3[vertices.Count];
            for (var i = 0; i < rest.Length; i++) rest[i] = Place(vertices[i], Vector3.zero);
            var mesh = new Mesh { name = "BasicFace", vertices = rest, subMeshCount = Paints };
            for (var i = 0; i < Paints; i++) mesh.SetTriangles(triangles[i].ToArray(), i);
            mesh.RecalculateNormals();
            mesh.RecalculateBounds();
            foreach (var name in Names()) mesh.AddBlendShapeFrame(name, 100f, Deltas(name, rest), null, null);
            return mesh;
        }

        static IEnumerable<string> Names()
        {
            var seen = new HashSet<string>();
            foreach (var push in FaceShapes.Pushes)
            {
                if (!seen.Add(push.Shape)) continue;
                if (!push.Pair)
                {
                    yield return push.Shape;
                    continue;
                }
                yield return push.Shape + "Left";
                yield return push.Shape + "Right";
            }
        }

        Vector3[] Deltas(string name, Vector3[] rest)
        {
            var ways = new Vector3[rest.Length];
            foreach (var push in FaceShapes.Pushes)
            {
                if (!push.Pair && push.Shape == name) Push(push, 0f, rest, ways);
                if (push.Pair && push.Shape + "Left" == name) Push(push, -1f, rest, ways);
                if (push.Pair && push.Shape + "Right" == name) Push(push, 1f, rest, ways);
            }
            for (var i = 0; i < ways.Length; i++)
                ways[i] = ways[i].magnitude > 1e-5f ? Place(vertices[i], ways[i]) - rest[i] : Vector3.zero;
            return ways;
        }

        void Push(FacePush push, float side, Vector3[] rest, Vector3[] ways)
        {
            for (var i = 0; i < ways.Length; i++) ways[i] += Way(push, side, vertices[i], rest[i]);
        }

        // How far a push moves a vertex. side: -1 left, 1 right, 0 for a push that is no pair.
        static Vector3 Way(FacePush push, float side, Vertex vertex, Vector3 rest)
        {
            if ((push.Parts & vertex.Part) == 0) return Vector3.zero;
            var turn = side == 0f ? 1f : side;
            var dx = rest.x - push.X * turn;
            var dy = rest.y - push.Y;
            var share = Mathf.Exp(-(dx * dx + dy * dy) / (push.Radius * push.Radius));
            if (side != 0f) share *= Mathf.Clamp01(0.5f + rest.x * side * 8f);
            if ((vertex.Part & FacePart.Skin) != 0) share *= Mathf.Clamp01(0.3f + rest.z * 2f);
            if ((vertex.Part & FacePart.UpperLip) != 0) share *= LipShare(push.Parts, vertex.Lower);
            return new Vector3(push.Dx * turn, push.Dy, push.Dz) * share;
        }

        static float LipShare(FacePart pushed, float lower)
        {
            return ((pushed & FacePart.UpperLip) != 0 ? 1f - lower : 0f)
                + ((pushed & FacePart.LowerLip) != 0 ? lower : 0f);
        }

        static Vector3 Place(Vertex vertex, Vector3 way)
        {
            if ((vertex.Part & (FacePart.UpperLid | FacePart.LowerLid)) != 0)
            {
                var azimuth = vertex.Azimuth * Mathf.Deg2Rad;
                var elevation = (vertex.Elevation + way.y * vertex.Edge) * Mathf.Deg2Rad;
                return vertex.At + LidRadius * new Vector3(
                    Mathf.Sin(azimuth),
                    Mathf.Cos(azimuth) * Mathf.Sin(elevation),
                    Mathf.Cos(azimuth) * Mathf.Cos(elevation));
            }
            var at = vertex.At + way;
            if (vertex.OnHead) at.z = HeadDepth(at.x, at.y) + vertex.Lift + way.z;
            return at;
        }
    }
}
