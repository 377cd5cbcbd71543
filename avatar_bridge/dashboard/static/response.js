// What a response does to a mix, as the server works it out: a dead zone, a curve through points,
// a gain and a limit, one after the other.

export const NARROWEST = 0.01; // between two points, along
export const WIDEST_DEAD_ZONE = 0.5;
export const REST = { gain: 1, dead_zone: 0, limit: 1, curve: [0, 0, 1, 1] };
const NAMED = {
  linear: (x) => x,
  ease_in: (x) => x * x,
  ease_out: (x) => x * (2 - x),
  smooth: (x) => x * x * (3 - 2 * x),
};

/**
 * The weight that a mix becomes.
 * @param {{gain: number, dead_zone: number, limit: number}} response
 * @param {Array<[number, number]>} points of its curve, from [0, 0] to [1, …]
 * @param {number} mix in [0, 1]
 * @returns {number} in [0, 1]
 */
export function respond(response, points, mix) {
  const along = Math.max(0, mix - response.dead_zone) / (1 - response.dead_zone);
  return Math.min(response.gain * through(points, along), response.limit, 1);
}

/**
 * The curve alone: straight lines through its points.
 * @param {Array<[number, number]>} points
 * @param {number} along in [0, 1]
 */
export function through(points, along) {
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1];
    const [x1, y1] = points[i];
    if (along <= x1) return y0 + ((y1 - y0) * (along - x0)) / (x1 - x0 || 1);
  }
  return points[points.length - 1][1];
}

/**
 * Points of a curve, however it is given: flat numbers, pairs, or a name that the server knows.
 * @param {number[] | Array<[number, number]> | string | undefined} curve
 * @returns {Array<[number, number]>} from [0, 0] to [1, …]
 */
export function pointsOf(curve) {
  if (typeof curve === "string" && curve !== "linear" && NAMED[curve]) {
    return [0, 0.25, 0.5, 0.75, 1].map((x) => [x, NAMED[curve](x)]);
  }
  const flat = Array.isArray(curve) ? curve.flat() : [];
  const points = [];
  for (let i = 0; i + 1 < flat.length; i += 2) points.push([flat[i], flat[i + 1]]);
  return points.length > 1
    ? points
    : [
        [0, 0],
        [1, 1],
      ];
}

/**
 * Where a point may go: between its neighbours, never below the one before. The first stays at
 * the origin, the last at the end.
 * @param {Array<[number, number]>} points
 * @param {number} index of the one that moves
 * @param {number} x where it should go
 * @param {number} y
 * @returns {[number, number]}
 */
export function allowed(points, index, x, y) {
  if (index === 0) return [0, 0];
  const [before, after] = [points[index - 1], points[index + 1]];
  const low = before[0] + NARROWEST;
  const to = after ? Math.min(Math.max(x, low), after[0] - NARROWEST) : 1;
  return [round(to), round(Math.min(Math.max(y, before[1]), after?.[1] ?? 1))];
}

const round = (value) => Math.round(value * 1000) / 1000;
