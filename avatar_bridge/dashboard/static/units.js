// The action units as bars, by the part of the face that FACS scores them in.
//
// Ekman, Friesen and Hager, Facial Action Coding System (2002).

import { Levels } from "./levels.js";

const TITLES = {
  1: "inner brow raiser", 2: "outer brow raiser", 4: "brow lowerer", 5: "upper lid raiser",
  6: "cheek raiser", 7: "lid tightener", 8: "lips together", 9: "nose wrinkler",
  10: "upper lip raiser", 11: "nasolabial deepener", 12: "lip corner puller",
  13: "sharp lip puller", 14: "dimpler", 15: "lip corner depressor",
  16: "lower lip depressor", 17: "chin raiser", 18: "lip pucker", 19: "tongue show",
  20: "lip stretcher", 22: "lip funneler", 23: "lip tightener", 24: "lip pressor",
  25: "lips part", 26: "jaw drop", 27: "mouth stretch", 28: "lip suck", 29: "jaw thrust",
  30: "jaw sideways", 34: "cheek puff", 45: "blink", 61: "eye to the left",
  62: "eye to the right", 63: "eye up", 64: "eye down",
}; // prettier-ignore
const GROUPS = [
  ["Brows", [1, 2, 4]],
  ["Eyes", [5, 6, 7, 45, 61, 62, 63, 64]],
  ["Nose and lips", [8, 9, 10, 11, 16, 18, 22, 23, 24, 25, 28]],
  ["Corners of the mouth", [12, 13, 14, 15, 20]],
  ["Jaw, chin, cheeks, tongue", [17, 19, 26, 27, 29, 30, 34]],
];
const SIDES = { L: "left", R: "right", T: "top", B: "bottom" };

/**
 * Show the action units.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 */
export function mount(element, live) {
  let levels = null;
  let known = "";
  live.on("meta", ({ units, measured_units: measured }) => {
    const key = units.join() + measured;
    if (key === known) return;
    known = key;
    levels = build(element, units, measured && new Set(measured));
  });
  live.on("face", (face) => levels?.set(live.get("meta").units, face.au));
}

function build(element, units, measured) {
  const rows = units.map((name) => {
    const [, code, side] = /^AU(\d+)([LRTB]?)$/.exec(name) ?? [];
    const title = code
      ? TITLES[code]
      : name === "MouthL"
        ? "mouth to the left"
        : "mouth to the right";
    const label = code ? `${code}${side} ${title}` : title;
    const faint = Boolean(measured && !measured.has(name));
    const where = side ? `, ${SIDES[side]}` : "";
    const tip = `${name}: ${title}${where}${faint ? "\nnot read by this net: always 0" : ""}`;
    return { name, label, tip, faint, code: Number(code ?? 0) };
  });
  const placed = new Set(GROUPS.flatMap(([, codes]) => codes));
  const groups = GROUPS.map(([title, codes], i) => ({
    title,
    rows: rows.filter(({ code }) => codes.includes(code) || (i === 3 && !placed.has(code))),
  })).filter((group) => group.rows.length);
  element.replaceChildren();
  element.classList.add("ab-levels");
  return new Levels([{ element, groups }], (name) => {
    element.dispatchEvent(new CustomEvent("ab-shape", { bubbles: true, detail: name }));
  });
}
