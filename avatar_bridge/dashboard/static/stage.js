// The avatar's stage: shows the built-in head or a dropped GLB/VRM and moves it with the stream.
//
// Between two faces of the stream the avatar is drawn along a straight line, which costs at most
// one frame of the stream's time.

import { loadAvatar } from "./avatar.js";
import { cheapen } from "./cheap.js";
import { THREE } from "../three/index.js";
import { el, spoken } from "./dom.js";
import { View } from "./view.js";

const BUILT_IN = "/head.glb";
const LONGEST_STEP_MS = 50; // a stream slower than 20 a second is not drawn out further
const ENDINGS = /\.(glb|vrm)$/i;

/** Moves an avatar from face to face of the stream. */
class Driver {
  constructor() {
    this.from = null;
    this.to = null;
    this.step = 33; // ms between two faces, a running mean
    this.turn = new THREE.Quaternion();
    this.done = true;
  }

  take(face, names, targetNames) {
    const now = performance.now();
    if (this.to && face.ms > this.to.ms) {
      const step = Math.min(face.ms - this.to.ms, 200);
      this.step = this.step * 0.9 + step * 0.1;
    }
    this.from = this.to ? this.at(now) : stateOf(face);
    this.to = stateOf(face);
    this.since = now;
    this.names = names;
    this.targetNames = targetNames;
    this.done = false;
  }

  at(now) {
    const part = Math.min(1, (now - this.since) / Math.min(this.step, LONGEST_STEP_MS)) || 0;
    const mix = (a, b) => b.map((v, i) => (a[i] ?? v) + (v - (a[i] ?? v)) * part);
    return {
      ms: this.to.ms,
      weights: mix(this.from.weights, this.to.weights),
      targets: mix(this.from.targets, this.to.targets),
      gaze: mix(this.from.gaze, this.to.gaze),
      turn: this.from.turn.clone().slerp(this.to.turn, part),
      part,
    };
  }

  // True where the avatar moved.
  drive(avatar, now) {
    if (!avatar || !this.to || this.done) return false;
    const state = this.at(now);
    const pairs = (names, values) => names.map((name, i) => [name, values[i] ?? 0]);
    avatar.pose(pairs(this.names, state.weights), pairs(this.targetNames, state.targets));
    avatar.turnHead(state.turn);
    avatar.turnEye("left", state.gaze[0], state.gaze[1]);
    avatar.turnEye("right", state.gaze[2], state.gaze[3]);
    this.done = state.part >= 1;
    return true;
  }
}

function stateOf(face) {
  const g = face.gaze ?? {};
  return {
    ms: face.ms,
    weights: face.w,
    targets: face.targets ?? [],
    gaze: [g.left_yaw, g.left_pitch, g.right_yaw, g.right_pitch].map((v) => v ?? 0),
    turn: new THREE.Quaternion(...(face.head?.q ?? [0, 0, 0, 1])).normalize(),
  };
}

/** What lies over the picture: the avatar's name, its report, hints and the drop zone. */
class Overlay {
  constructor(parent, actions) {
    this.hint = el("div.ab-hint", { role: "status", text: "looking for a face…" });
    this.name = el("strong.ab-stage-name");
    this.matched = el("span.ab-stage-matched");
    this.missing = el("div.ab-stage-missing");
    this.list = el(
      "details.ab-stage-details",
      {},
      el("summary", { text: "missing" }),
      this.missing,
    );
    this.list.hidden = true;
    this.line = el("div.ab-stage-line", { role: "status" });
    this.file = el("input", {
      type: "file",
      accept: ".glb,.vrm",
      hidden: true,
      "aria-label": "avatar file",
    });
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) actions.upload(this.file.files[0]);
      this.file.value = "";
    });
    const pick = () => this.file.click();
    this.open = el("button.ab-button", { type: "button", text: "open avatar…", onclick: pick });
    this.back = el("button.ab-button", {
      type: "button",
      text: "built-in head",
      onclick: actions.builtin,
    });
    const title = "Put the built-in head back";
    this.back.title = title;
    this.open.title = "Show another avatar: a .glb or .vrm file, which may also be dropped here";
    const buttons = el("div.ab-stage-buttons", {}, this.open, this.back, this.file);
    const said = el("div.ab-stage-said", {}, this.name, this.matched, this.list, this.line);
    const bottom = el("div.ab-stage-bottom", {}, said, buttons);
    this.drop = el(
      "div.ab-drop",
      { "aria-hidden": "true" },
      el("span", { text: "drop a .glb or .vrm avatar" }),
    );
    parent.append(this.hint, bottom, this.drop);
  }

  say(text, bad = false) {
    this.line.textContent = text;
    this.line.classList.toggle("ab-bad", bad);
  }

  report(name, report, builtin) {
    const missing = report?.missing ?? [];
    const matched = report?.matched?.length ?? 0;
    this.name.textContent = name;
    this.matched.textContent = `${matched} of ${matched + missing.length} matched`;
    this.matched.classList.toggle("ab-partly", missing.length > 0);
    this.list.hidden = !missing.length;
    this.list.firstChild.textContent = `${missing.length} missing`;
    this.missing.replaceChildren(...missing.map((shape) => el("span", { text: spoken(shape) })));
    this.back.hidden = builtin;
  }
}

/**
 * Show the avatar.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 * @returns {{upload: (file: File) => Promise<void>, builtin: () => Promise<void>,
 *     reset: () => void}} send an avatar to the server, go back to the built-in head, look from
 *     the front again
 */
export function mount(element, live) {
  const driver = new Driver();
  let avatar = null;
  let wanted = 0; // counts the avatars asked for, so that a slow one does not replace a newer
  let shadow = null;

  const overlay = new Overlay(element, { upload, builtin });
  const view = new View(element, (now) => driver.drive(avatar, now));
  window.__ab.morph = (name) => avatar?.influence(name) ?? 0;
  window.__ab.view = view;
  acceptDrops(element, upload, (text) => overlay.say(text, true));

  live.on("face", (face) => {
    const meta = live.get("meta");
    if (!meta) return;
    driver.take(face, meta.names, meta.targets ?? []);
    element.classList.toggle("ab-nobody", !face.tracked);
  });
  live.on("connected", (connected) => {
    overlay.hint.textContent = connected ? "looking for a face…" : "waiting for the server…";
    if (!connected || !live.face?.tracked) element.classList.add("ab-nobody");
  });
  live.on("away", () => {
    overlay.hint.textContent = "waiting for the bridge…";
    element.classList.add("ab-nobody");
  });
  live.on("status", () => (overlay.hint.textContent = "looking for a face…"));
  live.on("avatar", show);

  async function show({ url, name, report }) {
    const turn = ++wanted;
    overlay.say(`loading ${name}…`);
    try {
      const made = await loadAvatar(url, report?.map ?? {});
      if (turn !== wanted) return made.dispose();
      if (avatar) {
        view.scene.remove(avatar.root);
        avatar.dispose();
      }
      avatar = made;
      if (view.software) cheapen(avatar.root);
      view.scene.add(avatar.root);
      const { centre, height } = avatar.frame;
      view.look(centre, height);
      shadow = castShadow(view.scene, shadow, avatar);
      driver.done = !driver.to;
      window.__ab.avatar = name;
      overlay.report(name, report, new URL(url, location.href).pathname.endsWith(BUILT_IN));
      overlay.say("");
      element.dispatchEvent(
        new CustomEvent("ab-avatar", { bubbles: true, detail: { name, report } }),
      );
    } catch (error) {
      if (turn === wanted) overlay.say(`${name}: cannot be shown: ${error.message}`, true);
    }
  }

  async function upload(file) {
    overlay.say(`sending ${file.name}…`);
    try {
      const headers = { "x-filename": encodeURIComponent(file.name) };
      const answer = await fetch("/avatar", { method: "POST", body: file, headers });
      const said = await answer.json().catch(() => ({}));
      // Where all went well the server tells every page of the avatar, this one too.
      if (!answer.ok || said.error)
        throw new Error(said.error ?? `the server says ${answer.status}`);
      overlay.say("");
    } catch (error) {
      overlay.say(`${file.name}: ${error.message}`, true);
    }
  }

  async function builtin() {
    const answer = await fetch("/avatar", { method: "DELETE" }).catch(() => null);
    if (!answer?.ok) overlay.say("the built-in head did not come back", true);
  }

  return { upload, builtin, reset: () => view.reset() };
}

function acceptDrops(element, upload, refuse) {
  let depth = 0; // dragenter and dragleave also come from children
  const mark = (change) => {
    depth = change ? depth + change : 0;
    element.classList.toggle("ab-dropping", depth > 0);
  };
  element.addEventListener("dragenter", () => mark(1));
  element.addEventListener("dragleave", () => mark(-1));
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(0);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    if (ENDINGS.test(file.name)) upload(file);
    else refuse(`expected a .glb or .vrm file, got ${file.name}`);
  });
}

// A soft dark spot under the avatar: where it stands, or what a bust floats above.
function castShadow(scene, old, avatar) {
  if (old) scene.remove(old);
  const { box } = avatar;
  const size = box.getSize(new THREE.Vector3());
  const spot = old ?? new THREE.Mesh(new THREE.PlaneGeometry(1, 1), shadowMaterial());
  const width = Math.min(size.x, size.z * 2.5) * 1.3;
  spot.scale.set(width, width * 0.7, 1);
  spot.rotation.x = -Math.PI / 2;
  spot.position.set(
    (box.min.x + box.max.x) / 2,
    box.min.y - size.y * 0.01,
    (box.min.z + box.max.z) / 2,
  );
  scene.add(spot);
  return spot;
}

function shadowMaterial() {
  const canvas = el("canvas", { width: 128, height: 128 });
  const context = canvas.getContext("2d");
  const fade = context.createRadialGradient(64, 64, 0, 64, 64, 64);
  fade.addColorStop(0, "rgba(0,0,0,.5)");
  fade.addColorStop(1, "rgba(0,0,0,0)");
  context.fillStyle = fade;
  context.fillRect(0, 0, 128, 128);
  const map = new THREE.CanvasTexture(canvas);
  return new THREE.MeshBasicMaterial({ map, transparent: true, depthWrite: false });
}
