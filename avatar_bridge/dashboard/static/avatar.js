// One avatar: a loaded GLB or VRM, what of it can be moved (morph targets, head, neck, eyes), and
// where its face is. Knows nothing of the page.
//
// Head axes are the scene's: +x to the subject's left, +y up, +z out of the face.

import { GLTFLoader, THREE } from "../three/index.js";
import { meshopt } from "./meshopt.js";
import { Morpher } from "./morpher.js";
import { expressions, humanoid, named } from "./rig.js";

const NECK_SHARE = 0.3; // of a turn of the head, where there is a neck
const HANGING = 1.15; // radians by which arms of a T-pose are lowered
const SAMPLES = 1500; // points of a mesh that are looked at to find the face
const ENOUGH = 0.02; // of the longest way, squared: a point that goes a seventh of it is the face's
// In heights of the face, from chin to brows:
const MOST_HAIR = 1.3; // above it, that still has to be in the picture
const NECK = 0.65; // below it
const SMALLEST_HEAD = 2.2; // the whole picture at least

/** A loaded avatar. */
export class Avatar {
  /**
   * @param {object} gltf as GLTFLoader gives it
   * @param {Record<string, string[]>} map blendshape -> names of the avatar's morph targets
   */
  constructor(gltf, map) {
    this.scene = gltf.scene;
    const bones = humanoid(gltf);
    if (bones.facesAway) this.scene.rotation.y = Math.PI;
    this.root = new THREE.Group();
    this.root.add(this.scene);
    this.root.updateMatrixWorld(true);
    this.bindMorphs(gltf, map);
    this.lowerArms(bones);
    this.box = new THREE.Box3().setFromObject(this.root, true);
    this.face = this.findFace();
    this.head = joint(bones.head);
    this.neck = this.head && joint(bones.neck);
    const looks = [...this.binds.keys()].some((name) => name.startsWith("eyeLook"));
    this.eyes = looks ? null : { left: joint(bones.leftEye), right: joint(bones.rightEye) };
    if (!this.head) this.pivot();
    this.turn = new THREE.Quaternion();
    this.part = new THREE.Quaternion();
  }

  bindMorphs(gltf, map) {
    this.morphs = new Map(); // name of a morph target -> [{morpher, index, share}]
    this.morphers = new Map(); // mesh -> morpher
    const add = (name, bind) => {
      if (!this.morphs.has(name)) this.morphs.set(name, []);
      const known = this.morphs.get(name);
      const same = known.some((k) => k.morpher === bind.morpher && k.index === bind.index);
      if (!same) known.push(bind);
    };
    const saidExpressions = expressions(gltf);
    const byPoints = new Map(); // parts of one mesh may share their points
    this.scene.traverse((node) => {
      node.frustumCulled = false; // boxes of moved meshes are wrong
      if (!node.morphTargetInfluences) return;
      const names = named(gltf, node);
      const points = node.geometry.attributes.position;
      const morpher = byPoints.get(points) ?? new Morpher(node);
      if (byPoints.has(points)) morpher.take(node);
      byPoints.set(points, morpher);
      this.morphers.set(node, morpher);
      for (const [name, index] of names) add(name, { morpher, index, share: 1 });
    });
    for (const [name, moved] of saidExpressions) {
      if (this.morphs.has(name)) continue; // a morph target of that name is meant
      for (const { mesh, index, share } of moved) {
        add(name, { morpher: this.morphers.get(mesh), index, share });
      }
    }
    this.binds = new Map(); // blendshape -> binds
    for (const [shape, names] of Object.entries(map)) {
      const binds = names.flatMap((name) => this.morphs.get(name) ?? []);
      if (binds.length) this.binds.set(shape, binds);
    }
  }

  /**
   * Set the face.
   * @param {Iterable<[string, number]>} weights blendshapes by name, each in [0, 1]
   * @param {Iterable<[string, number]>} [targets] the avatar's own shapes by name
   */
  pose(weights, targets = []) {
    const morphers = new Set(this.morphers.values());
    for (const { influences } of morphers) influences.fill(0);
    // Two blendshapes may move one morph target; the stronger counts, as both at once would
    // go too far.
    const set = (binds, weight) => {
      for (const { morpher, index, share } of binds ?? []) {
        const { influences } = morpher;
        influences[index] = Math.max(influences[index], weight * share);
      }
    };
    for (const [name, weight] of weights) set(this.binds.get(name), weight);
    for (const [name, weight] of targets) set(this.morphs.get(name), weight);
    for (const morpher of morphers) morpher.apply();
  }

  /**
   * How far the mesh shows a blendshape now, in [0, 1]; 0 where it has no such morph target.
   * @param {string} name of the blendshape
   */
  influence(name) {
    const binds = this.binds.get(name) ?? [];
    return Math.max(0, ...binds.map(({ morpher, index }) => morpher.applied[index]));
  }

  /**
   * Turn the head; a neck takes its share.
   * @param {THREE.Quaternion} orientation from head axes to the scene's
   */
  turnHead(orientation) {
    if (!this.head) {
      this.root.quaternion.copy(orientation);
      return;
    }
    this.turn.copy(orientation);
    if (this.neck) {
      this.part.identity().slerp(orientation, NECK_SHARE);
      rotate(this.neck, this.part);
      this.turn.premultiply(this.part.invert());
    }
    rotate(this.head, this.turn);
  }

  /**
   * Turn the eyes, where nothing else moves them.
   * @param {"left" | "right"} side the subject's
   * @param {number} yaw radians, positive to the subject's left
   * @param {number} pitch radians, positive upward
   */
  turnEye(side, yaw, pitch) {
    const eye = this.eyes?.[side];
    if (eye) rotate(eye, this.part.setFromEuler(new THREE.Euler(-pitch, yaw, 0, "YXZ")));
  }

  /** What the camera has to see: the head with hair and hat, and the shoulders. */
  get frame() {
    const { min, max } = this.face;
    const height = max.y - min.y;
    const top = Math.min(this.box.max.y, max.y + height * MOST_HAIR) + height * 0.14;
    const bottom = min.y - height * NECK;
    const centre = this.face.getCenter(new THREE.Vector3()).setY((top + bottom) / 2);
    return { centre, height: Math.max(top - bottom, height * SMALLEST_HEAD) };
  }

  /** Frees what the graphics card holds. */
  dispose() {
    this.scene.traverse((node) => {
      node.geometry?.dispose();
      for (const material of [node.material ?? []].flat()) {
        for (const value of Object.values(material)) if (value?.isTexture) value.dispose();
        material.dispose();
      }
    });
  }

  // The face is where morph targets move something; hair and hats do not count.
  findFace() {
    const box = new THREE.Box3();
    const point = new THREE.Vector3();
    const used = [...this.binds.values()].flat();
    for (const [mesh, morpher] of this.morphers) {
      const indices = used.filter((bind) => bind.morpher === morpher).map((bind) => bind.index);
      const reach = morpher.reach([...new Set(indices)]);
      const enough = reach.reduce((most, way) => Math.max(most, way), 0) * ENOUGH;
      const step = Math.max(1, Math.floor(reach.length / SAMPLES));
      for (let i = 0; i < reach.length; i += step) {
        if (reach[i] <= enough) continue;
        mesh.getVertexPosition(i, point);
        box.expandByPoint(mesh.localToWorld(point));
      }
    }
    if (!box.isEmpty()) return box;
    const all = this.box.clone();
    all.min.y = Math.max(all.min.y, all.max.y - (all.max.x - all.min.x));
    return all;
  }

  // Without a head of its own the whole avatar turns, about a point under the face.
  pivot() {
    const centre = this.face.getCenter(new THREE.Vector3());
    const height = this.face.max.y - this.face.min.y;
    centre.y -= height * 0.35;
    centre.z = this.face.min.z;
    this.scene.position.sub(centre);
    this.root.position.copy(centre);
  }

  lowerArms(bones) {
    for (const [bone, next, side] of [
      [bones.leftArm, bones.leftForeArm, -1],
      [bones.rightArm, bones.rightForeArm, 1],
    ]) {
      if (!bone || !next) continue;
      const along = next.getWorldPosition(new THREE.Vector3());
      along.sub(bone.getWorldPosition(new THREE.Vector3())).normalize();
      if (Math.abs(along.x) < 0.8) continue; // not stretched out
      const turn = new THREE.Quaternion().setFromAxisAngle(
        new THREE.Vector3(0, 0, 1),
        side * HANGING,
      );
      rotate(joint(bone), turn);
    }
    this.root.updateMatrixWorld(true);
  }
}

/**
 * Load an avatar.
 * @param {string} url of the GLB or VRM file
 * @param {Record<string, string[]>} map blendshape -> names of the avatar's morph targets
 * @returns {Promise<Avatar>} fails where it is no glTF that can be shown
 */
export async function loadAvatar(url, map) {
  const loader = new GLTFLoader();
  loader.setMeshoptDecoder(meshopt);
  const gltf = await loader.loadAsync(url);
  gltf.scene ??= await wholeOf(gltf.parser);
  return new Avatar(gltf, map);
}

// A file need not say what its scene is; then everything in it is.
async function wholeOf(parser) {
  const nodes = parser.json.nodes ?? [];
  const inside = new Set(nodes.flatMap((node) => node.children ?? []));
  const roots = [...nodes.keys()].filter((index) => !inside.has(index));
  const scene = new THREE.Group();
  scene.add(...(await Promise.all(roots.map((index) => parser.getDependency("node", index)))));
  return scene;
}

// How a node stands at rest, so that turns can be given in the scene's axes.
function joint(node) {
  if (!node) return null;
  const parent = node.parent.getWorldQuaternion(new THREE.Quaternion());
  return { node, rest: node.quaternion.clone(), parent, back: parent.clone().invert() };
}

function rotate({ node, rest, parent, back }, turn) {
  node.quaternion.copy(back).multiply(turn).multiply(parent).multiply(rest);
}
