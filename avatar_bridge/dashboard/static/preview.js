// What a preview net makes of the face: before and after, side by side.

import { Sketch, colours, el, pictures } from "./dom.js";

const MARGIN = 0.25; // around the face's box, where only the face is shown before

/**
 * Show the newest preview beside the camera's picture.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 */
export function mount(element, live) {
  let camera = null;
  let preview = null;
  const pane = (title, draw) => {
    const caption = el("figcaption", { text: title });
    const figure = el("figure.ab-preview-pane");
    const sketch = new Sketch(figure, draw, { role: "img", "aria-label": title });
    figure.append(caption);
    element.append(figure);
    return sketch;
  };
  const before = pane("before", (context, width, height) => {
    if (camera) fill(context, camera, around(live.face, camera, preview), width, height);
  });
  const after = pane("after", (context, width, height) => {
    if (preview)
      return fill(context, preview, [0, 0, preview.width, preview.height], width, height);
    context.fillStyle = colours().muted;
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    context.fillText("no preview yet", width / 2, height / 2);
  });
  pictures("camera", before, (picture) => (camera = picture));
  pictures("preview", after, (picture) => (preview = picture));
}

// The part of the camera's picture that the preview shows: all of it where both have one shape,
// else the face.
function around(face, camera, preview) {
  const all = [0, 0, camera.width, camera.height];
  const shapes = preview ? (preview.width / preview.height) * (camera.height / camera.width) : 1;
  if (!face?.tracked || !face.src?.[0] || Math.abs(shapes - 1) < 0.05) return all;
  const [x0, y0, x1, y1] = face.box.map((v) => (v * camera.width) / face.src[0]);
  const side = Math.max(x1 - x0, y1 - y0) * (1 + 2 * MARGIN);
  return [(x0 + x1 - side) / 2, (y0 + y1 - side) / 2, side, side];
}

function fill(context, picture, [x, y, w, h], width, height) {
  const scale = Math.min(width / w, height / h);
  const [left, top] = [(width - w * scale) / 2, (height - h * scale) / 2];
  context.drawImage(picture, x, y, w, h, left, top, w * scale, h * scale);
}
