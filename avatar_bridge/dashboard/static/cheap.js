// Makes an avatar cheap to draw, for machines without a graphics card: plain shading and one
// reading of the texture for each point of the picture. It looks nearly the same.

import { THREE } from "../three/index.js";

/**
 * Replace the materials of an avatar.
 * @param {THREE.Object3D} root of the avatar
 */
export function cheapen(root) {
  const made = new Map(); // material -> its cheap one, as meshes share them
  root.traverse((mesh) => {
    if (!mesh.isMesh) return;
    if (Array.isArray(mesh.material)) mesh.material = mesh.material.map((one) => cheap(one, made));
    else mesh.material = cheap(mesh.material, made);
  });
}

function cheap(old, made) {
  if (made.has(old)) return made.get(old);
  const { color, map, side, alphaTest, opacity, vertexColors, name, depthWrite } = old;
  const flat = old.isMeshBasicMaterial;
  const kind = flat ? THREE.MeshBasicMaterial : THREE.MeshLambertMaterial;
  const material = new kind({ map, side, opacity, vertexColors, name, depthWrite });
  material.color.copy(color ?? new THREE.Color(1, 1, 1));
  material.alphaTest = alphaTest;
  material.transparent = old.transparent;
  material.forceSinglePass = true; // else both sides of hair are drawn one after the other
  if (map) {
    map.minFilter = THREE.LinearMipmapNearestFilter;
    map.anisotropy = 1;
    map.needsUpdate = true;
  }
  for (const [key, value] of Object.entries(old)) {
    if (value?.isTexture && key !== "map") value.dispose();
  }
  old.dispose();
  made.set(old, material);
  return material;
}
