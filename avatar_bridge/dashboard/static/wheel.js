// The emotion on the plane of valence and arousal, with the way it came, and the seven emotions
// around it, each as a wedge as long as it is likely.
//
// Russell, A circumplex model of affect (1980).

import { Sketch, calm, colours, el } from "./dom.js";

const TRAIL = 90; // places that are kept
const EMOTIONS = {
  happiness: [26, "#f5b83d"],
  surprise: [77, "#35b8c9"],
  fear: [112, "#8d6bf0"],
  anger: [138, "#ee5d50"],
  disgust: [163, "#76a63f"],
  sadness: [214, "#4a84e0"],
  neutral: [304, "#8b95a7"],
}; // degrees counterclockwise from pleasant, after their place on the circumplex, and colour
const WEDGE = 11; // degrees to either side
const SMOOTHING = 0.25; // of what is drawn, per picture

/**
 * Show the emotion.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 */
export function mount(element, live) {
  const word = el("div.ab-wheel-word", { "aria-live": "off" });
  const share = el("div.ab-wheel-share");
  const box = el("div.ab-wheel-box");
  element.append(box, el("div.ab-wheel-head", {}, word, share));
  const trail = [];
  const shown = Object.fromEntries(Object.keys(EMOTIONS).map((name) => [name, 0]));
  const sketch = new Sketch(box, draw, { role: "img", "aria-label": "valence and arousal" });

  live.on("face", (face) => {
    if (!face.tracked) trail.shift();
    else trail.push([face.valence, face.arousal]);
    if (trail.length > TRAIL) trail.shift();
    for (const name of Object.keys(shown)) {
      shown[name] += ((face.emo[name] ?? 0) - shown[name]) * SMOOTHING;
    }
    const percent = Math.round((face.emo[face.dominant] ?? 0) * 100);
    put(word, face.tracked ? face.dominant : "no face");
    put(share, face.tracked ? `${percent} %` : "");
    word.style.setProperty("--ab-emotion", (face.tracked && EMOTIONS[face.dominant]?.[1]) || "");
    sketch.touch();
  });

  function draw(context, width, height) {
    const colour = colours();
    const [cx, cy] = [width / 2, height / 2];
    const outer = Math.max(40, Math.min(width * 0.5 - 62, height * 0.5 - 20));
    const inner = outer * 0.72;
    axes(context, cx, cy, inner, colour);
    for (const [name, [angle, paint]] of Object.entries(EMOTIONS)) {
      wedge(context, cx, cy, inner + 5, outer, angle, shown[name], paint, colour);
      const strong = name === live.face?.dominant && live.face?.tracked;
      label(context, cx, cy, outer + 6, angle, name, strong ? colour.fg : colour.muted, strong);
    }
    way(context, cx, cy, inner, EMOTIONS[live.face?.dominant]?.[1] ?? colour.accent);
  }

  function way(context, cx, cy, radius, paint) {
    const at = ([v, a]) => {
      const far = Math.max(1, Math.hypot(v, a)); // the corners of the plane lie on the circle
      return [cx + (v / far) * radius * 0.94, cy - (a / far) * radius * 0.94];
    };
    context.lineCap = "round";
    context.strokeStyle = context.fillStyle = paint;
    for (let i = 1; i < trail.length && !calm.matches; i++) {
      const age = i / trail.length;
      context.globalAlpha = age * age * 0.7;
      context.lineWidth = 0.8 + 2 * age;
      context.beginPath();
      context.moveTo(...at(trail[i - 1]));
      context.lineTo(...at(trail[i]));
      context.stroke();
    }
    context.globalAlpha = 1;
    if (!trail.length) return;
    const [x, y] = at(trail[trail.length - 1]);
    context.globalAlpha = 0.22;
    dot(context, x, y, 12);
    context.globalAlpha = 1;
    dot(context, x, y, 6);
  }
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function axes(context, cx, cy, radius, { line, muted }) {
  context.strokeStyle = line;
  context.lineWidth = 1;
  for (const part of [1, 0.5]) {
    context.beginPath();
    context.arc(cx, cy, radius * part, 0, 2 * Math.PI);
    context.stroke();
  }
  context.beginPath();
  context.moveTo(cx - radius, cy);
  context.lineTo(cx + radius, cy);
  context.moveTo(cx, cy - radius);
  context.lineTo(cx, cy + radius);
  context.stroke();
  context.fillStyle = muted;
  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  context.fillText("excited", cx, cy - radius + 13);
  context.fillText("calm", cx, cy + radius - 6);
  if (radius < 72) return; // no room for the words across
  context.textAlign = "left";
  context.fillText("unpleasant", cx - radius + 6, cy - 4);
  context.textAlign = "right";
  context.fillText("pleasant", cx + radius - 6, cy - 4);
}

function wedge(context, cx, cy, inner, outer, angle, share, paint, { line }) {
  const from = (-(angle + WEDGE) * Math.PI) / 180;
  const to = (-(angle - WEDGE) * Math.PI) / 180;
  const ring = (end, fill, alpha) => {
    context.globalAlpha = alpha;
    context.fillStyle = fill;
    context.beginPath();
    context.arc(cx, cy, end, from, to);
    context.arc(cx, cy, inner, to, from, true);
    context.fill();
  };
  ring(outer, line, 0.7);
  ring(inner + (outer - inner) * Math.max(0.05, share), paint, 1);
  context.globalAlpha = 1;
}

function label(context, cx, cy, radius, angle, text, paint, strong) {
  const turn = (angle * Math.PI) / 180;
  const along = Math.cos(turn);
  context.fillStyle = paint;
  context.font = `${strong ? 600 : 400} 11px system-ui, sans-serif`;
  context.textAlign = Math.abs(along) < 0.3 ? "center" : along > 0 ? "left" : "right";
  context.textBaseline = "middle";
  context.fillText(text, cx + along * radius, cy - Math.sin(turn) * (radius + 4));
}
