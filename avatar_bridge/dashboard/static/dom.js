// Small helpers that every widget shares: elements, sharp canvases, colours of the theme, and
// drawing once per screen refresh while the widget can be seen.

import { inSoftware } from "./graphics.js";
import { connect } from "./live.js";

/**
 * Make an element. Text goes in as text, never as HTML.
 * @param {string} tag with classes, such as "div.ab-row"
 * @param {Record<string, any>} [attributes] "text" and "on…" handlers among them
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/**
 * Make an SVG element.
 * @param {string} name
 * @param {Record<string, any>} attributes
 */
export function svg(name, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const UNHURRIED_MS = 60; // between two drawings of a canvas without a graphics card
const watchers = new Set();
let palette = null;

/**
 * The theme's colours as CSS text, by name: bg, fg, muted, accent, good, warn, line, panel.
 * @returns {Record<string, string>}
 */
export function colours() {
  if (palette) return palette;
  const style = getComputedStyle(document.body);
  const names = ["bg", "fg", "muted", "accent", "good", "warn", "line", "panel"];
  palette = Object.fromEntries(names.map((n) => [n, style.getPropertyValue(`--ab-${n}`).trim()]));
  return palette;
}

/**
 * Call back when the theme changes.
 * @param {() => void} handler
 */
export function onTheme(handler) {
  watchers.add(handler);
}

function themeChanged() {
  palette = null;
  for (const handler of watchers) handler();
}
const marks = { attributes: true, attributeFilter: ["data-theme", "class", "style"] };
const observer = new MutationObserver(themeChanged);
observer.observe(document.body, marks);
observer.observe(document.documentElement, marks);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themeChanged);

/** Whether the viewer asked for less movement. */
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * A canvas that is sharp and as large as its box. Draws at most once per screen refresh, only
 * after a call of `touch`, and only while it can be seen.
 */
export class Sketch {
  /**
   * @param {HTMLElement} parent what the canvas is put into
   * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw
   *     in CSS pixels; the canvas is empty then
   * @param {Record<string, any>} [attributes] of the canvas
   */
  constructor(parent, draw, attributes = {}) {
    this.canvas = el("canvas.ab-canvas", attributes);
    this.context = this.canvas.getContext("2d", { willReadFrequently: inSoftware() });
    this.draw = draw;
    this.asked = false;
    this.drawn = 0; // when
    this.seen = true;
    parent.append(this.canvas);
    new ResizeObserver(() => this.fit()).observe(this.canvas);
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      if (this.seen) this.touch();
    }).observe(this.canvas);
    onTheme(() => this.touch());
  }

  fit() {
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.scale = scale;
    this.touch();
  }

  /** Ask for a new drawing. */
  touch() {
    if (this.asked || !this.seen) return;
    this.asked = true;
    const wait = inSoftware() ? UNHURRIED_MS - (performance.now() - this.drawn) : 0;
    const draw = () => requestAnimationFrame(() => this.now());
    if (wait > 0) setTimeout(draw, wait);
    else draw();
  }

  now() {
    this.asked = false;
    this.drawn = performance.now();
    if (!this.width || !this.height) return;
    this.context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.draw(this.context, this.width, this.height);
  }
}

const decoders = new Map(); // event -> who wants its pictures

/**
 * Get the newest picture of an event, decoded once for all who want it. While none of them can be
 * seen nothing is decoded.
 * @param {string} event camera or preview
 * @param {Sketch} sketch that shows it; drawn anew after each
 * @param {(picture: ImageBitmap) => void} take gets each picture; the one before is closed then
 */
export function pictures(event, sketch, take) {
  if (decoders.has(event)) {
    decoders.get(event).push({ sketch, take });
    return;
  }
  const wanting = [{ sketch, take }];
  decoders.set(event, wanting);
  let busy = false;
  let waiting = null;
  let shown = null;
  const decode = async (blob) => {
    waiting = blob;
    if (busy || document.hidden || !wanting.some((one) => one.sketch.seen)) return;
    busy = true;
    while (waiting) {
      blob = waiting;
      waiting = null;
      // A broken picture is left out: the next one comes in a moment.
      const picture = await createImageBitmap(blob).catch(() => null);
      if (!picture) continue;
      for (const one of wanting) {
        one.take(picture);
        one.sketch.touch();
      }
      shown?.close();
      shown = picture;
    }
    busy = false;
  };
  connect().on(event, decode); // not the one widget's: others want them, too
}

/**
 * A name for people: "mouthSmileLeft" becomes "mouth smile left".
 * @param {string} name
 */
export function spoken(name) {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
