// The last minutes: frames a second, latency (half and 95 of 100 frames are quicker), and frames
// that were dropped.

import { Sketch, colours, el } from "./dom.js";
import { connect } from "./live.js";

const MINUTES = 3;
const SPAN_MS = MINUTES * 60_000;
const LEFT = 34; // px for the numbers of the axis
const BOTTOM = 18; // and for those below

const CHARTS = [
  { title: "frames a second", unit: "fps", least: 35, lines: [["fps", "fps", "accent"]] },
  {
    title: "latency",
    unit: "ms",
    least: 30,
    lines: [
      ["p95", "95 %", "warn"],
      ["p50", "half", "good"],
    ],
  },
  {
    title: "drops",
    unit: "a second",
    least: 4,
    lines: [["dropRate", "dropped", "warn"]],
    bars: true,
  },
];

const points = []; // of the last minutes, also from while the charts were not on the page

connect().on("status", (status) => {
  const at = performance.now();
  const last = points[points.length - 1];
  const lost = last ? Math.max(0, status.drops - last.drops) : 0;
  const dropRate = last ? lost / Math.max((at - last.at) / 1000, 0.1) : 0;
  const { fps, p50, p95, drops } = status;
  points.push({ at, fps, p50, p95, drops, dropRate });
  while (at - points[0].at > SPAN_MS) points.shift();
});

/**
 * Show the charts.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 */
export function mount(element, live) {
  const charts = CHARTS.map((chart) => {
    const legend = el("span.ab-chart-legend");
    const values = chart.lines.map(([, name, colour]) => {
      const value = el("b");
      const key = el("i.ab-chart-key");
      key.style.background = `var(--ab-${colour})`;
      legend.append(el("span", {}, key, chart.lines.length > 1 ? `${name} ` : "", value));
      return value;
    });
    const box = el("div.ab-chart-box");
    const head = el(
      "figcaption",
      {},
      el("span", { text: `${chart.title}, ${chart.unit}` }),
      legend,
    );
    element.append(el("figure.ab-chart", {}, head, box));
    const draw = (context, width, height) => plot(context, width, height, chart, points);
    return {
      sketch: new Sketch(box, draw, { role: "img", "aria-label": chart.title }),
      values,
      chart,
    };
  });

  live.on("status", () => {
    for (const { sketch, values, chart } of charts) {
      chart.lines.forEach(
        ([key], i) => (values[i].textContent = shortly(points[points.length - 1][key])),
      );
      sketch.touch();
    }
  });
}

function shortly(value) {
  if (!Number.isFinite(value)) return "–";
  return value < 10 && value % 1 ? value.toFixed(1) : String(Math.round(value));
}

function plot(context, width, height, chart, points) {
  const colour = colours();
  const right = width - 4;
  const base = height - BOTTOM;
  const now = performance.now();
  const high = chart.lines.flatMap(([key]) => points.map((p) => p[key] || 0));
  const step = niceStep(Math.max(chart.least, ...high) / 3);
  const top = step * Math.ceil(Math.max(chart.least, ...high) / step);
  const x = (at) => right - ((now - at) / SPAN_MS) * (right - LEFT);
  const y = (value) => base - (Math.min(value || 0, top) / top) * (base - 6);

  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  for (let value = 0; value <= top + step / 2; value += step) {
    const level = Math.round(y(value)) + 0.5;
    context.strokeStyle = colour.line;
    context.beginPath();
    context.moveTo(LEFT, level);
    context.lineTo(right, level);
    context.stroke();
    context.fillStyle = colour.muted;
    context.textAlign = "right";
    context.fillText(shortly(value), LEFT - 6, level);
  }
  for (let minute = 0; minute <= MINUTES; minute++) {
    if (minute === 2 && width < 330) continue; // no room
    context.textAlign = minute === 0 ? "right" : minute === MINUTES ? "left" : "center";
    const text = minute === 0 ? "now" : `${minute} min ago`;
    context.fillText(text, x(now - minute * 60_000), height - 6);
  }
  chart.lines.forEach(([key, , name], i) => {
    context.strokeStyle = context.fillStyle = colour[name];
    if (chart.bars) columns(context, points, x, y, key, base);
    else line(context, points, x, y, key, base, i === 0);
  });
}

function line(context, points, x, y, key, base, filled) {
  if (points.length < 2) return;
  context.beginPath();
  points.forEach((point, i) => context[i ? "lineTo" : "moveTo"](x(point.at), y(point[key])));
  context.lineWidth = 1.6;
  context.lineJoin = "round";
  context.stroke();
  if (!filled) return;
  context.lineTo(x(points[points.length - 1].at), base);
  context.lineTo(x(points[0].at), base);
  context.globalAlpha = 0.1;
  context.fill();
  context.globalAlpha = 1;
}

function columns(context, points, x, y, key, base) {
  for (const point of points) {
    if (point[key] > 0) context.fillRect(x(point.at) - 1, y(point[key]), 2, base - y(point[key]));
  }
}

// 1, 2 or 5 times a power of ten: the next above.
function niceStep(rough) {
  const ten = 10 ** Math.floor(Math.log10(rough));
  return ten * ([1, 2, 5, 10].find((part) => part * ten >= rough) ?? 10);
}
