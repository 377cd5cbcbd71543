// Columns of named levels in [0, 1], in groups: a name to click, a bar, what it was at most in the
// last moments, and a number. Names are buttons; each group's bars are one canvas, which is cheap.

import { Sketch, colours, el } from "./dom.js";

const ROW = 15; // px; as in widgets.css
const HELD_MS = 1200; // a peak stays this long,
const FALL = 0.6; // then falls by this much a second
const NUMBER = 28; // px for the number
const SHOWN = 0.002; // a change below this is not drawn

/** All groups of one widget. */
export class Levels {
  /**
   * @param {Array<{element: HTMLElement, groups: Array<{title: string, rows: Array<{name: string,
   *     label: string, mark?: string, tip: string, faint?: boolean}>}>}>} columns what is put
   *     into which element
   * @param {(name: string) => void} pick called when a name is clicked
   */
  constructor(columns, pick) {
    this.rows = new Map();
    const placed = columns.flatMap(({ element, groups }) =>
      groups.map((group) => ({ element, ...group })),
    );
    this.groups = placed.map(({ element, title, rows }) => {
      const names = el("div.ab-level-names");
      const bars = el("div.ab-level-bars");
      bars.style.height = `${rows.length * ROW}px`;
      const group = { levels: [] };
      for (const { name, label, mark, tip, faint } of rows) {
        const text = el("span.ab-level-name", { text: label });
        const button = el("button.ab-bar", { type: "button", title: tip }, text);
        if (mark) button.prepend(el("span.ab-mark", { text: mark, "aria-hidden": "true" }));
        if (faint) button.classList.add("ab-faint");
        button.addEventListener("click", () => {
          this.choose(name);
          pick(name);
        });
        names.append(button);
        const level = { value: 0, drawn: -1, peak: 0, held: 0, faint, button };
        group.levels.push(level);
        this.rows.set(name, level);
      }
      const body = el("div.ab-level-body", {}, names, bars);
      element.append(el("section.ab-level-group", {}, el("h4", { text: title }), body));
      group.sketch = new Sketch(bars, (context, width) => paint(context, width, group.levels));
      return group;
    });
    this.last = performance.now();
  }

  /**
   * Show these levels.
   * @param {string[]} names
   * @param {number[]} values in [0, 1], in the order of the names
   */
  set(names, values) {
    const now = performance.now();
    const fall = (FALL * Math.min(now - this.last, 200)) / 1000;
    this.last = now;
    names.forEach((name, i) => {
      const level = this.rows.get(name);
      if (!level) return;
      level.value = values[i] ?? 0;
      if (level.value >= level.peak) Object.assign(level, { peak: level.value, held: now });
      else if (now - level.held > HELD_MS) level.peak = Math.max(level.value, level.peak - fall);
    });
    for (const { levels, sketch } of this.groups) {
      const moved = levels.some((l) => Math.abs(l.value + 2 * l.peak - l.drawn) > SHOWN);
      if (moved) sketch.touch();
    }
  }

  /**
   * Mark one as chosen.
   * @param {string} name
   */
  choose(name) {
    for (const [key, { button }] of this.rows)
      button.setAttribute("aria-pressed", String(key === name));
  }
}

function paint(context, width, levels) {
  const { accent, fg, muted, line, warn } = colours();
  const wide = Math.max(10, width - NUMBER - 6);
  context.font = "10px ui-monospace, monospace";
  context.textAlign = "right";
  context.textBaseline = "middle";
  levels.forEach((level, i) => {
    const middle = i * ROW + ROW / 2;
    bar(context, line, 0, middle, wide, 0.55);
    if (level.value > 0.004)
      bar(context, level.faint ? muted : accent, 0, middle, wide * level.value, 1);
    if (level.peak > 0.02) {
      context.fillStyle = level.peak > 0.995 ? warn : fg;
      context.globalAlpha = 0.75;
      context.fillRect(Math.min(wide * level.peak, wide - 2), middle - 3.5, 2, 7);
    }
    context.globalAlpha = 1;
    context.fillStyle = level.value > 0.01 ? fg : muted;
    context.fillText(level.value.toFixed(2), width, middle + 0.5);
    level.drawn = level.value + 2 * level.peak;
  });
}

function bar(context, colour, x, middle, width, alpha) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, middle - 2.5, Math.max(width, 3), 5, 2.5);
  context.fill();
  context.globalAlpha = 1;
}
