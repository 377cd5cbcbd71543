// A lit 3D view: renderer, camera, soft light from three sides, orbit by dragging. It lowers its
// resolution where drawing is slow, and sleeps while nothing changes or nobody looks. Without a
// graphics card it draws 30 pictures a second: a finer picture is worth more than twice as many.

import { OrbitControls, THREE } from "../three/index.js";
import { inSoftware } from "./graphics.js";

const CARD = { gap: 0, slow: 27, quick: 18, least: 0.45 };
const SOFTWARE = { gap: 25, slow: 45, quick: 38, least: 0.45 };
// gap: ms between two pictures at least; slow: where pictures take longer, they are drawn smaller;
// quick: where they take less, they may be drawn larger again; least: the smallest scale.
const JUDGED = 15; // pictures between two judgements
const TRIED_AGAIN_MS = 20_000; // after this a resolution that was too slow gets another chance
const FIELD_OF_VIEW = 24; // degrees: long, as for portraits

/** Draws a scene into a canvas, when asked and at the resolution that the machine can bear. */
export class View {
  /**
   * @param {HTMLElement} parent gets the canvas; its size is the view's
   * @param {(now: number) => boolean} before called before each picture; true where it changed
   *     something, so that a picture is needed
   */
  constructor(parent, before) {
    this.parent = parent;
    this.before = before;
    this.software = inSoftware();
    this.pace = this.software ? SOFTWARE : CARD;
    this.renderer = new THREE.WebGLRenderer({ alpha: true, antialias: !this.software });
    this.renderer.toneMapping = THREE.NeutralToneMapping;
    this.canvas = this.renderer.domElement;
    this.canvas.className = "ab-stage-canvas";
    parent.prepend(this.canvas);
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW, 1, 0.01, 100);
    light(this.scene);
    this.controls = new OrbitControls(this.camera, this.canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.enablePan = false;
    this.controls.addEventListener("change", () => (this.dirty = true));
    this.canvas.addEventListener("dblclick", () => this.reset());
    this.dirty = true;
    this.seen = true;
    this.times = [];
    this.last = null; // when the picture before was drawn, where it was the turn before
    this.spent = []; // ms between pictures in a row
    this.slow = { scale: Infinity, at: -Infinity }; // the last resolution that was too slow
    this.finest = this.software ? 1 : Math.min(window.devicePixelRatio || 1, 2);
    this.scale = this.finest;
    this.frame = { centre: new THREE.Vector3(), height: 1 };
    new ResizeObserver(() => this.fit()).observe(parent);
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.wake();
    }).observe(parent);
    document.addEventListener("visibilitychange", () => this.wake());
    this.loop = this.loop.bind(this);
    this.running = false;
    this.wake();
  }

  /**
   * Look at this place from the front.
   * @param {THREE.Vector3} centre in the scene
   * @param {number} height that has to fit into the picture
   */
  look(centre, height) {
    this.frame = { centre: centre.clone(), height };
    this.spent = [];
    this.reset();
  }

  /** Back to the front. */
  reset() {
    const { centre, height } = this.frame;
    const far = height / 2 / Math.tan((FIELD_OF_VIEW * Math.PI) / 360);
    this.camera.position.set(centre.x, centre.y, centre.z + far);
    this.camera.near = far / 50;
    this.camera.far = far * 20;
    this.camera.updateProjectionMatrix();
    this.controls.target.copy(centre);
    this.controls.minDistance = far * 0.35;
    this.controls.maxDistance = far * 3;
    this.controls.update();
    this.dirty = true;
  }

  fit() {
    const { clientWidth: width, clientHeight: height } = this.parent;
    if (!width || !height) return;
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.renderer.setPixelRatio(this.scale);
    this.renderer.setSize(width, height, false);
    this.dirty = true;
  }

  wake() {
    if (this.running || document.hidden || !this.seen) return;
    this.running = true;
    this.dirty = true;
    requestAnimationFrame(this.loop);
  }

  loop(now) {
    if (document.hidden || !this.seen) {
      this.running = false;
      return;
    }
    requestAnimationFrame(this.loop);
    this.forget(now);
    if (now - this.last < this.pace.gap) return;
    if (this.before(now)) this.dirty = true;
    this.controls.update();
    if (this.dirty) {
      this.dirty = false;
      this.renderer.render(this.scene, this.camera);
      this.count(now);
    } else {
      this.last = null;
    }
  }

  // Only the time between two pictures in a row tells how slow the machine is: the calls of
  // WebGL return before the picture is there.
  count(now) {
    this.times.push(now);
    window.__ab.drawn += 1;
    if (this.last) this.spent.push(now - this.last);
    this.last = now;
    if (this.spent.length < JUDGED) return;
    this.judge(this.spent.sort((a, b) => a - b)[JUDGED >> 1], now);
    this.spent = [];
  }

  judge(spent, now) {
    let scale = this.scale;
    const { slow, quick, least } = this.pace;
    if (spent > slow) {
      scale = Math.max(least, scale * Math.max(0.7, Math.sqrt(slow / spent) * 0.95));
      this.slow = { scale: this.scale, at: now };
    } else if (spent < quick) {
      const tried = now - this.slow.at < TRIED_AGAIN_MS;
      const most = tried ? this.slow.scale * 0.9 : this.finest;
      scale = Math.max(scale, Math.min(scale * 1.15, most, this.finest));
    }
    if (Math.abs(scale - this.scale) < 0.02) return;
    this.scale = scale;
    this.fit();
  }

  forget(now) {
    while (this.times.length && now - this.times[0] > 1000) this.times.shift();
    window.__ab.fps = this.times.length;
  }
}

// A warm key from the upper left, a cool fill from the right, a rim from behind, and the sky.
function light(scene) {
  const lamp = (colour, strength, x, y, z) => {
    const made = new THREE.DirectionalLight(colour, strength);
    made.position.set(x, y, z);
    scene.add(made);
  };
  scene.add(new THREE.HemisphereLight(0xf6f8ff, 0xb0a59e, 1.6));
  lamp(0xfff1e2, 1.9, -2.2, 2.4, 3.6);
  lamp(0xdfe9ff, 0.7, 3.2, 0.6, 2.4);
  lamp(0xffffff, 1.1, 0.8, 2.2, -3.5);
}
