// Moves the points of a mesh by its morph targets, here rather than on the graphics card: a face
// has many targets that each move few points, which a card reads all the same.

import { THREE } from "../three/index.js";

const STILL = 1e-7; // a shorter way is none, in the file's units

/** The morph targets of one mesh, or of several that share their points. */
export class Morpher {
  /**
   * Takes the morph targets over from a mesh, which then has none of its own.
   * @param {THREE.Mesh} mesh as loaded
   */
  constructor(mesh) {
    const { attributes, morphAttributes } = mesh.geometry;
    this.shared = attributes.position;
    this.parts = ["position", "normal"]
      .filter((name) => attributes[name] && morphAttributes[name])
      .map((name) => new Part(attributes[name], morphAttributes[name]));
    this.names = ["position", "normal"].filter((name) => attributes[name] && morphAttributes[name]);
    this.influences = new Float32Array(morphAttributes.position?.length ?? 0);
    this.applied = new Float32Array(this.influences.length);
    this.take(mesh);
  }

  /**
   * Move this mesh, too. It has the same points.
   * @param {THREE.Mesh} mesh as loaded
   */
  take(mesh) {
    this.names.forEach((name, i) => mesh.geometry.setAttribute(name, this.parts[i].moved));
    mesh.geometry.morphAttributes = {};
    mesh.morphTargetInfluences = undefined;
    mesh.morphTargetDictionary = undefined;
  }

  /** How far each point goes at most, in the file's units, squared; of some targets only. */
  reach(indices) {
    const [part] = this.parts;
    const most = new Float32Array(part.moved.count);
    for (const { points, ways } of indices.map((index) => part.targets[index])) {
      points.forEach((point, i) => {
        const way = ways[3 * i] ** 2 + ways[3 * i + 1] ** 2 + ways[3 * i + 2] ** 2;
        most[point] = Math.max(most[point], way);
      });
    }
    return most;
  }

  /** Move the points to where `influences` say. */
  apply() {
    if (this.influences.every((value, i) => Math.abs(value - this.applied[i]) < 1e-4)) return;
    this.applied.set(this.influences);
    for (const part of this.parts) part.move(this.applied);
  }
}

// Positions or normals: how they are at rest, and what each target adds to which of them.
class Part {
  constructor(rest, targets) {
    this.rest = plain(rest);
    this.moved = new THREE.BufferAttribute(this.rest.slice(), 3);
    this.moved.setUsage(THREE.DynamicDrawUsage);
    this.targets = targets.map((target) => {
      const ways = plain(target);
      const points = [];
      for (let i = 0; i < target.count; i++) {
        const way = Math.abs(ways[3 * i]) + Math.abs(ways[3 * i + 1]) + Math.abs(ways[3 * i + 2]);
        if (way > STILL) points.push(i);
      }
      const kept = new Float32Array(points.length * 3);
      points.forEach((point, i) => kept.set(ways.subarray(3 * point, 3 * point + 3), 3 * i));
      return { points: Uint32Array.from(points), ways: kept };
    });
  }

  move(influences) {
    const out = this.moved.array;
    out.set(this.rest);
    for (let t = 0; t < influences.length; t++) {
      const weight = influences[t];
      if (weight === 0) continue;
      const { points, ways } = this.targets[t];
      for (let i = 0, k = 0; i < points.length; i++, k += 3) {
        const at = points[i] * 3;
        out[at] += ways[k] * weight;
        out[at + 1] += ways[k + 1] * weight;
        out[at + 2] += ways[k + 2] * weight;
      }
    }
    this.moved.needsUpdate = true;
  }
}

// Three plain numbers a point, however the file packs them.
function plain(attribute) {
  const numbers = new Float32Array(attribute.count * 3);
  for (let i = 0; i < attribute.count; i++) {
    numbers[3 * i] = attribute.getX(i);
    numbers[3 * i + 1] = attribute.getY(i);
    numbers[3 * i + 2] = attribute.getZ(i);
  }
  return numbers;
}
