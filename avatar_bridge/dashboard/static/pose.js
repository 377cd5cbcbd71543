// How the head stands, as three gauges in degrees, and where the eyes look.

import { Sketch, colours, el } from "./dom.js";

const GAUGES = [
  ["yaw", 1, "turned to the subject's left is positive"],
  ["pitch", 0, "positive as the server counts it, about the axis to the subject's left"],
  ["roll", 2, "positive as the server counts it, about the axis out of the face"],
]; // name, index in euler_deg, meaning
const RANGE = 60; // degrees to either side
const SWEEP = (120 * Math.PI) / 180; // of a gauge to either side
const LOOK = 0.6; // radians at which a pupil is at the rim

/**
 * Show head and gaze.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 */
export function mount(element, live) {
  const box = el("div.ab-pose-box");
  const words = el("div.ab-pose-words");
  element.append(box, words);
  const sketch = new Sketch(box, draw, { role: "img", "aria-label": "head pose and gaze" });
  let said = 0;
  live.on("face", (face) => {
    sketch.touch();
    const now = performance.now();
    if (now - said < 250) return; // words need not keep up with the picture
    said = now;
    const [right, up, near] = (face.head?.t ?? []).map((v) => Math.round(v * 100));
    words.textContent =
      face.tracked && near !== undefined
        ? `right ${right || 0} cm   up ${up || 0} cm   away ${-near || 0} cm`
        : " ";
  });

  function draw(context, width, height) {
    const face = live.face;
    const colour = colours();
    const radius = Math.min(width / 6 - 10, height * 0.25);
    const faint = !face?.tracked;
    context.globalAlpha = faint ? 0.35 : 1;
    GAUGES.forEach(([name, index], i) => {
      const x = (width * (2 * i + 1)) / 6;
      gauge(context, x, radius + 8, radius, name, face?.head?.euler_deg?.[index] ?? 0, colour);
    });
    const g = face?.gaze ?? {};
    const top = 2 * radius + 44;
    const eye = Math.min((height - top) / 2.1, radius * 0.9);
    if (eye < 8) return;
    // As one sees a face: the subject's left is on the right.
    const looks = [
      [-1, g.right_yaw ?? 0, g.right_pitch ?? 0],
      [1, g.left_yaw ?? 0, g.left_pitch ?? 0],
    ];
    for (const [side, yaw, pitch] of looks) {
      eyeball(context, width / 2 + side * eye * 1.9, top + eye, eye, yaw, pitch, colour);
    }
    context.globalAlpha = 1;
  }
  for (const [name, , meaning] of GAUGES)
    box.append(el("span.ab-hidden", { text: `${name}: ${meaning}` }));
}

function gauge(context, x, y, radius, name, degrees, { accent, fg, line, muted }) {
  const up = -Math.PI / 2;
  const clamped = Math.max(-RANGE, Math.min(RANGE, degrees));
  const angle = up + (clamped / RANGE) * SWEEP;
  context.lineCap = "round";
  context.lineWidth = 6;
  context.strokeStyle = line;
  context.beginPath();
  context.arc(x, y, radius - 4, up - SWEEP, up + SWEEP);
  context.stroke();
  context.strokeStyle = accent;
  context.beginPath();
  context.arc(x, y, radius - 4, Math.min(up, angle), Math.max(up, angle));
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = muted;
  context.beginPath();
  context.moveTo(x, y - radius + 11);
  context.lineTo(x, y - radius + 15);
  context.stroke();
  context.fillStyle = fg;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `600 ${Math.round(radius * 0.42)}px system-ui, sans-serif`;
  context.fillText(`${degrees < -0.5 ? "−" : ""}${Math.abs(Math.round(degrees))}°`, x, y + 1);
  context.fillStyle = muted;
  context.font = "11px system-ui, sans-serif";
  context.fillText(name, x, y + radius * 0.78);
}

function eyeball(context, x, y, radius, yaw, pitch, { accent, fg, line, muted }) {
  context.save();
  context.strokeStyle = muted;
  context.fillStyle = line;
  context.lineWidth = 1.5;
  context.beginPath();
  context.ellipse(x, y, radius * 1.5, radius * 0.85, 0, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.clip();
  const px = x + Math.max(-1, Math.min(1, yaw / LOOK)) * radius;
  const py = y - Math.max(-1, Math.min(1, pitch / LOOK)) * radius * 0.6;
  for (const [part, paint] of [
    [0.5, accent],
    [0.24, fg],
  ]) {
    context.fillStyle = paint;
    context.beginPath();
    context.arc(px, py, radius * part, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}
