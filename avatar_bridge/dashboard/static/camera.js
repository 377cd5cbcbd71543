// The camera's picture as the server sees it, with what was found in it: box, points, and the
// axes of the head. Also starts and stops the camera of this browser.

import { Capture } from "./capture.js";
import { Sketch, colours, el, pictures } from "./dom.js";
import { connect } from "./live.js";

// iBUG's points that belong together; true closes the line.
const CONTOURS = [
  [0, 16, false],
  [17, 21, false],
  [22, 26, false],
  [27, 30, false],
  [31, 35, false],
  [36, 41, true],
  [42, 47, true],
  [48, 59, true],
  [60, 67, true],
];
const IRISES = [68, 69];
const AXES = [
  [[1, 0, 0], "#ff6b6b"],
  [[0, 1, 0], "#51cf66"],
  [[0, 0, 1], "#5c9dff"],
]; // to the subject's left, up, out of the face
const AXIS_LENGTH = 0.42; // of the box's width

/**
 * Show the camera.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 * @param {{mirror?: string}} [options] "true" to show it as a mirror does
 * @returns {{start: (deviceId?: string) => Promise<boolean>, stop: () => void,
 *     cameras: () => Promise<Array<{id: string, label: string}>>, running: boolean,
 *     mirror: (on: boolean) => void}} this browser's camera, and how the picture is shown
 */
export function mount(element, live, options = {}) {
  let picture = null;
  let mirrored = options.mirror === "true";
  let points = true;

  const frame = el("div.ab-camera-frame");
  const note = el("div.ab-camera-note", { role: "status" });
  const sketch = new Sketch(frame, draw, { role: "img", "aria-label": "the camera's picture" });
  const toggle = (text, title, on, change) => {
    const button = el("button.ab-button", {
      type: "button",
      text,
      title,
      "aria-pressed": String(on),
    });
    button.addEventListener("click", () => {
      const now = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(now));
      change(now);
      sketch.touch();
    });
    return button;
  };
  const mirrorButton = toggle(
    "mirror",
    "Show the picture as a mirror does",
    mirrored,
    (on) => (mirrored = on),
  );
  const pointsButton = toggle(
    "marks",
    "Draw what was found over the picture",
    points,
    (on) => (points = on),
  );
  const camera = el("button.ab-button", { type: "button", text: "use this browser's camera" });
  const bar = el("div.ab-camera-bar", {}, camera, el("span.ab-grow"), mirrorButton, pointsButton);
  element.append(frame, bar, note);

  const capture = new Capture((state) => {
    camera.textContent = state.running ? "stop this browser's camera" : "use this browser's camera";
    camera.setAttribute("aria-pressed", String(state.running));
    note.textContent = state.error;
    note.classList.toggle("ab-bad", Boolean(state.error));
    element.dispatchEvent(new CustomEvent("ab-camera-state", { bubbles: true, detail: state }));
  });
  camera.addEventListener("click", () => (capture.running ? capture.stop() : capture.start()));
  sketch.canvas.addEventListener("click", pick);

  pictures("camera", sketch, (made) => (picture = made));
  live.on("faces", () => sketch.touch());
  live.on("connected", () => sketch.touch());

  // Where the source's picture lies on the canvas.
  function place(width, height) {
    const face = live.face;
    const [w, h] = face?.src?.[0] ? face.src : [picture?.width ?? 4, picture?.height ?? 3];
    const scale = Math.min(width / w, height / h);
    return { w, h, scale, x: (width - w * scale) / 2, y: (height - h * scale) / 2 };
  }

  function draw(context, width, height) {
    const { w, h, scale, x, y } = place(width, height);
    const colour = colours();
    if (!picture) {
      context.fillStyle = colour.muted;
      context.font = "13px system-ui, sans-serif";
      context.textAlign = "center";
      context.fillText("no picture: the server does not share its camera", width / 2, height / 2);
    }
    context.save();
    context.translate(x, y);
    context.scale(scale, scale);
    if (mirrored) context.transform(-1, 0, 0, 1, w, 0);
    if (picture) context.drawImage(picture, 0, 0, w, h);
    if (points) {
      for (const { face } of live.faces.values())
        if (face.tracked) drawFace(context, face, scale, colour);
    }
    context.restore();
    if (points) {
      for (const { face } of live.faces.values()) if (face.tracked) label(context, face);
    }

    function label(on, face) {
      const left = mirrored ? w - face.box[2] : face.box[0];
      const text = `${face.id}  ${Math.round(face.conf * 100)} %`;
      on.font = "600 11px system-ui, sans-serif";
      on.textAlign = "left";
      const wide = on.measureText(text).width + 12;
      const [at, top] = [x + left * scale, Math.max(y + face.box[1] * scale - 20, 2)];
      on.fillStyle = face === live.face ? colour.accent : colour.muted;
      on.beginPath();
      on.roundRect(at, top, wide, 17, 5);
      on.fill();
      on.fillStyle = colour.panel;
      on.fillText(text, at + 6, top + 12.5);
    }
  }

  // A click on a face follows it.
  function pick(event) {
    const { w, scale, x, y } = place(sketch.width, sketch.height);
    let at = (event.offsetX - x) / scale;
    if (mirrored) at = w - at;
    const down = (event.offsetY - y) / scale;
    for (const [id, { face }] of live.faces) {
      const [x0, y0, x1, y1] = face.box;
      if (at >= x0 && at <= x1 && down >= y0 && down <= y1) connect().follow(id);
    }
  }

  return {
    start: (deviceId) => capture.start(deviceId),
    stop: () => capture.stop(),
    cameras: () => capture.cameras(),
    get running() {
      return capture.running;
    },
    mirror(on) {
      mirrored = on;
      mirrorButton.setAttribute("aria-pressed", String(on));
      sketch.touch();
    },
  };
}

function drawFace(context, face, scale, colour) {
  const [x0, y0, x1, y1] = face.box;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = colour.accent;
  context.lineWidth = 2 / scale;
  corners(context, x0, y0, x1, y1);
  const points = connect().newest.get("points")?.faces[face.id];
  const at = points ? contours(context, points, scale) : [(x0 + x1) / 2, y0 * 0.6 + y1 * 0.4];
  if (face.head?.q) gizmo(context, face.head.q, at, (x1 - x0) * AXIS_LENGTH, scale);
}

function corners(context, x0, y0, x1, y1) {
  const long = Math.min(x1 - x0, y1 - y0) * 0.16;
  context.beginPath();
  for (const [x, y, dx, dy] of [
    [x0, y0, 1, 1],
    [x1, y0, -1, 1],
    [x1, y1, -1, -1],
    [x0, y1, 1, -1],
  ]) {
    context.moveTo(x + dx * long, y);
    context.lineTo(x, y);
    context.lineTo(x, y + dy * long);
  }
  context.stroke();
}

// Returns where the nose's root is, which the axes start from.
function contours(context, lm, scale) {
  context.strokeStyle = "rgba(255,255,255,.85)";
  context.lineWidth = 1.3 / scale;
  context.shadowColor = "rgba(0,0,0,.6)";
  context.shadowBlur = 3;
  context.beginPath();
  for (const [first, last, closed] of CONTOURS) {
    context.moveTo(...lm[first]);
    for (let i = first + 1; i <= last; i++) context.lineTo(...lm[i]);
    if (closed) context.closePath();
  }
  context.stroke();
  context.shadowBlur = 0;
  context.fillStyle = "#fff";
  for (const point of IRISES) {
    if (!lm[point]) continue;
    context.beginPath();
    context.arc(...lm[point], 2.4 / scale, 0, 2 * Math.PI);
    context.fill();
  }
  return lm[27];
}

function gizmo(context, [x, y, z, w], [cx, cy], length, scale) {
  const turned = AXES.map(([v, paint]) => {
    // q v q*, written out
    const t = [2 * (y * v[2] - z * v[1]), 2 * (z * v[0] - x * v[2]), 2 * (x * v[1] - y * v[0])];
    const dx = v[0] + w * t[0] + y * t[2] - z * t[1];
    const dy = v[1] + w * t[1] + z * t[0] - x * t[2];
    const dz = v[2] + w * t[2] + x * t[1] - y * t[0];
    return { dx, dy, dz, paint };
  });
  turned.sort((a, b) => a.dz - b.dz); // the nearest last
  context.lineWidth = 2.5 / scale;
  for (const { dx, dy, paint } of turned) {
    context.strokeStyle = context.fillStyle = paint;
    const [ex, ey] = [cx + dx * length, cy - dy * length];
    context.beginPath();
    context.moveTo(cx, cy);
    context.lineTo(ex, ey);
    context.stroke();
    context.beginPath();
    context.arc(ex, ey, 3.2 / scale, 0, 2 * Math.PI);
    context.fill();
  }
}
