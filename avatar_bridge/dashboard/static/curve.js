// The editor of one shape's response: gain, dead zone, limit, and a curve whose points can be
// dragged or moved with the keys. Changes go out as the event "ab-response".

import { el, spoken, svg } from "./dom.js";
import {
  NARROWEST,
  REST,
  WIDEST_DEAD_ZONE,
  allowed,
  pointsOf,
  respond,
  through,
} from "./response.js";

const SIZE = 200; // of the plot, in its own units
const STEP = 0.02; // of an arrow key; with Shift five times that
const SLIDERS = [
  ["gain", "gain", 0.1, 4, 0.05],
  ["dead_zone", "dead zone", 0, WIDEST_DEAD_ZONE, 0.01],
  ["limit", "limit", 0.05, 1, 0.01],
]; // key, label, least, most, step
const QUIET_MS = 120; // after the last movement of a drag, the change goes out

/**
 * Show the editor.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 * @returns {{set: (values: {name?: string, gain?: number, dead_zone?: number, limit?: number,
 *     curve?: number[] | string}) => void, value: object}} puts values in without an event
 */
export function mount(element, live) {
  let state = { name: "", ...REST };
  let points = pointsOf();
  let timer = 0;

  const title = el("strong.ab-curve-name", { text: "click a blendshape to edit its response" });
  const now = el("span.ab-curve-now");
  const clear = el("button.ab-button", {
    type: "button",
    text: "reset",
    title: "Back to a straight line",
  });
  const plot = svg("svg", { viewBox: `-26 -8 ${SIZE + 36} ${SIZE + 36}`, class: "ab-curve-plot" });
  const sliders = el("div.ab-curve-sliders");
  const help =
    "Drag a point, or move it with the arrow keys. Double-click the plot to add one; " +
    "Delete removes it.";
  element.append(
    el("div.ab-curve-head", {}, title, now, clear),
    plot,
    sliders,
    el("p.ab-curve-help", { text: help }),
  );

  const inputs = Object.fromEntries(
    SLIDERS.map(([key, label, min, max, step]) => {
      const input = el("input", { type: "range", min, max, step, "aria-label": label });
      const number = el("output");
      input.addEventListener("input", () => {
        state[key] = Number(input.value);
        show();
        changed();
      });
      sliders.append(el("label", {}, el("span", { text: label }), input, number));
      return [key, { input, number }];
    }),
  );
  const layers = drawFrame(plot);
  clear.addEventListener("click", () => {
    Object.assign(state, REST);
    points = pointsOf();
    build();
    changed();
  });
  plot.addEventListener("dblclick", (event) => {
    if (!state.name) return;
    const [x] = at(event);
    const next = points.findIndex(([along]) => along > x);
    if (next < 1 || x - points[next - 1][0] < NARROWEST || points[next][0] - x < NARROWEST) return;
    points.splice(
      next,
      0,
      allowed([points[next - 1], [x, 0], points[next]], 1, x, through(points, x)),
    );
    build(next);
    changed();
  });
  document.addEventListener("ab-shape", ({ detail }) => {
    if ((live.get("meta")?.names ?? []).includes(detail)) set({ name: detail });
  });
  live.on("face", (face) => {
    const index = live.get("meta")?.names.indexOf(state.name) ?? -1;
    if (index < 0) return;
    const weight = face.w[index];
    now.textContent = weight.toFixed(2);
    const mix = mixOf(weight);
    layers.dot.setAttribute("cx", mix * SIZE);
    layers.dot.setAttribute("cy", (1 - weight) * SIZE);
  });

  // The stream tells the weight, not the mix that it was made of: the least mix that gives it.
  function mixOf(weight) {
    let [low, high] = [0, 1];
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (respond(state, points, middle) < weight) low = middle;
      else high = middle;
    }
    return weight > 0.001 ? high : 0;
  }

  function at(event) {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      plot.getScreenCTM().inverse(),
    );
    return [Math.min(1, Math.max(0, place.x / SIZE)), Math.min(1, Math.max(0, 1 - place.y / SIZE))];
  }

  function set(values) {
    clearTimeout(timer);
    const other = values.name !== undefined && values.name !== state.name;
    state = { ...(other ? REST : state), ...values };
    if (other || values.curve !== undefined) points = pointsOf(values.curve);
    title.textContent = state.name ? spoken(state.name) : "";
    element.classList.add("ab-chosen");
    build();
  }

  function build(focus = -1) {
    layers.handles.replaceChildren(...points.map((_, index) => handle(index)));
    show();
    if (focus >= 0) layers.handles.children[focus]?.focus();
  }

  function handle(index) {
    const fixed = index === 0;
    const circle = svg("circle", {
      r: fixed ? 3.5 : 6,
      class: fixed ? "ab-curve-fixed" : "ab-curve-point",
    });
    if (fixed) return circle;
    circle.setAttribute("tabindex", "0");
    circle.setAttribute("role", "slider");
    circle.setAttribute("aria-valuemin", "0");
    circle.setAttribute("aria-valuemax", "1");
    circle.addEventListener("pointerdown", (event) => {
      circle.setPointerCapture(event.pointerId);
      circle.focus();
      event.preventDefault();
    });
    circle.addEventListener("pointermove", (event) => {
      if (circle.hasPointerCapture(event.pointerId)) move(index, ...at(event));
    });
    circle.addEventListener("keydown", (event) => {
      const step = STEP * (event.shiftKey ? 5 : 1);
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[
        event.key
      ];
      if (way) move(index, points[index][0] + way[0] * step, points[index][1] + way[1] * step);
      else if (["Delete", "Backspace"].includes(event.key) && index < points.length - 1) {
        points.splice(index, 1);
        build(index - 1 || 1);
        changed();
      } else return;
      event.preventDefault();
    });
    return circle;
  }

  function move(index, x, y) {
    points[index] = allowed(points, index, x, y);
    show();
    changed();
  }

  function show() {
    for (const [key, { input, number }] of Object.entries(inputs)) {
      input.value = state[key];
      input.disabled = !state.name;
      number.textContent = state[key].toFixed(2);
    }
    [...layers.handles.children].forEach((circle, i) => {
      const [x, y] = points[i];
      circle.setAttribute("cx", x * SIZE);
      circle.setAttribute("cy", (1 - y) * SIZE);
      circle.setAttribute("aria-valuenow", y);
      circle.setAttribute("aria-label", `point ${i + 1}: ${x.toFixed(2)} becomes ${y.toFixed(2)}`);
    });
    layers.curve.setAttribute(
      "points",
      points.map(([x, y]) => `${x * SIZE},${(1 - y) * SIZE}`).join(" "),
    );
    const whole = Array.from({ length: 101 }, (_, i) => [i / 100, respond(state, points, i / 100)]);
    layers.whole.setAttribute(
      "points",
      whole.map(([x, y]) => `${x * SIZE},${(1 - y) * SIZE}`).join(" "),
    );
  }

  function changed() {
    if (!state.name) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const detail = { ...state, curve: points.flat() };
      element.dispatchEvent(new CustomEvent("ab-response", { bubbles: true, detail }));
    }, QUIET_MS);
  }

  build();
  return {
    set,
    get value() {
      return { ...state, curve: points.flat() };
    },
  };
}

function drawFrame(plot) {
  const text = (x, y, said, anchor) => {
    const made = svg("text", { x, y, "text-anchor": anchor });
    made.textContent = said;
    return made;
  };
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    plot.append(
      svg("line", { x1: part * SIZE, x2: part * SIZE, y1: 0, y2: SIZE, class: "ab-curve-grid" }),
    );
    plot.append(
      svg("line", { y1: part * SIZE, y2: part * SIZE, x1: 0, x2: SIZE, class: "ab-curve-grid" }),
    );
    plot.append(
      text(part * SIZE, SIZE + 13, part, "middle"),
      text(-5, (1 - part) * SIZE + 3, part, "end"),
    );
  }
  plot.append(text(SIZE / 2, SIZE + 25, "what the face says", "middle"));
  const layer = (name, attributes) => plot.appendChild(svg(name, attributes));
  return {
    curve: layer("polyline", { class: "ab-curve-line" }),
    whole: layer("polyline", { class: "ab-curve-whole" }),
    dot: layer("circle", { r: 5, class: "ab-curve-dot", cx: 0, cy: SIZE }),
    handles: layer("g", {}),
  };
}
