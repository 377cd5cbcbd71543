// Names in avatar files: which node is the head, which morph target has which name. glTF itself
// says neither; VRM says both, other files follow habits.
//
// VRM Consortium, VRM 0.0 and 1.0, https://github.com/vrm-c/vrm-specification.

const HABITS = {
  head: /^(j_bip_c_|mixamorig|bip\w*_|def-|cc_base_)?head$/i,
  neck: /^(j_bip_c_|mixamorig|bip\w*_|def-|cc_base_)?neck(\d|twist\d*)?$/i,
  leftEye: /^(eye_?l(eft)?|left_?eye|(faceeye|eye_)?l_?eye|j_adj_l_faceeye|cc_base_l_eye)$/i,
  rightEye: /^(eye_?r(ight)?|right_?eye|(faceeye|eye_)?r_?eye|j_adj_r_faceeye|cc_base_r_eye)$/i,
  leftArm: /^(mixamorig)?(left_?(upper)?_?arm|j_bip_l_upperarm|upper_?arm_?l)$/i,
  rightArm: /^(mixamorig)?(right_?(upper)?_?arm|j_bip_r_upperarm|upper_?arm_?r)$/i,
  leftForeArm: /^(mixamorig)?(left_?(fore|lower)_?arm|j_bip_l_lowerarm|(fore|lower)_?arm_?l)$/i,
  rightForeArm: /^(mixamorig)?(right_?(fore|lower)_?arm|j_bip_r_lowerarm|(fore|lower)_?arm_?r)$/i,
};
const VRM_BONES = {
  head: "head",
  neck: "neck",
  leftEye: "leftEye",
  rightEye: "rightEye",
  leftArm: "leftUpperArm",
  rightArm: "rightUpperArm",
  leftForeArm: "leftLowerArm",
  rightForeArm: "rightLowerArm",
};

/**
 * The nodes that carry the head and what is near it.
 * @param {object} gltf as GLTFLoader gives it
 * @returns {Record<string, object>} node by name; those that are not there are missing.
 *     "facesAway" is true where the avatar looks along -z, as VRM 0 has it.
 */
export function humanoid(gltf) {
  const said = saidBones(gltf.parser.json.extensions ?? {});
  const found = { facesAway: Boolean(gltf.parser.json.extensions?.VRM) };
  for (const [part, name] of Object.entries(VRM_BONES)) {
    const index = said.get(name);
    const node = index === undefined ? habit(gltf.scene, HABITS[part]) : nodeAt(gltf, index);
    if (node) found[part] = node;
  }
  return found;
}

function saidBones(extensions) {
  const old = extensions.VRM?.humanoid?.humanBones;
  if (Array.isArray(old)) return new Map(old.map(({ bone, node }) => [bone, node]));
  const bones = Object.entries(extensions.VRMC_vrm?.humanoid?.humanBones ?? {});
  return new Map(bones.map(([bone, { node }]) => [bone, node]));
}

// A bone wins over a mesh of the same habit: "LeftEye" is often both.
function habit(scene, pattern) {
  let best = null;
  scene.traverse((node) => {
    const name = node.name.replace(/[:\s.]/g, "");
    if (pattern.test(name) && (!best || (node.isBone && !best.isBone))) best = node;
  });
  return best?.isSkinnedMesh ? null : best; // its own node does not move a skinned mesh
}

function nodeAt(gltf, index) {
  for (const [object, at] of gltf.parser.associations) {
    if (at?.nodes === index && object.isObject3D) return object;
  }
  return null;
}

/**
 * The morph targets of a mesh by name.
 * @param {object} gltf as GLTFLoader gives it
 * @param {object} mesh of its scene
 * @returns {Array<[string, number]>} name and index
 */
export function named(gltf, mesh) {
  const said = Object.entries(mesh.morphTargetDictionary ?? {});
  const counted = said.every(([name], i) => name === String(i));
  const at = gltf.parser.associations.get(mesh);
  const definition = gltf.parser.json.meshes?.[at?.meshes];
  // Older VRM files name them at the primitive, where GLTFLoader does not look.
  const names = definition?.primitives?.[at?.primitives ?? 0]?.extras?.targetNames;
  return counted && Array.isArray(names) ? names.map((name, i) => [String(name), i]) : said;
}

/**
 * The expressions of a VRM file.
 * @param {object} gltf as GLTFLoader gives it
 * @returns {Map<string, Array<{mesh: object, index: number, share: number}>>} what each moves
 */
export function expressions(gltf) {
  const { VRM, VRMC_vrm: vrm } = gltf.parser.json.extensions ?? {};
  const found = new Map();
  const add = (name, binds, objects, whole) => {
    const moved = (binds ?? []).flatMap((bind) =>
      objects(bind).map((mesh) => ({
        mesh,
        index: bind.index,
        share: (bind.weight ?? whole) / whole,
      })),
    );
    if (name && moved.length) found.set(name, moved);
  };
  for (const group of VRM?.blendShapeMaster?.blendShapeGroups ?? []) {
    const name = group.presetName && group.presetName !== "unknown" ? group.presetName : group.name;
    const objects = ({ mesh }) => meshesOf(gltf, "meshes", mesh);
    add(name, group.binds, objects, 100); // VRM 0 counts in percent
    if (group.name !== name) add(group.name, group.binds, objects, 100);
  }
  const all = { ...vrm?.expressions?.preset, ...vrm?.expressions?.custom };
  for (const [name, said] of Object.entries(all)) {
    add(name, said.morphTargetBinds, ({ node }) => meshesOf(gltf, "nodes", node), 1);
  }
  return found;
}

function meshesOf(gltf, kind, index) {
  const found = new Set();
  for (const [object, at] of gltf.parser.associations) {
    if (at?.[kind] !== index || !object.isObject3D) continue;
    for (const mesh of [object, ...object.children])
      if (mesh.morphTargetInfluences) found.add(mesh);
  }
  return [...found];
}
