// The 52 blendshapes as bars, by the part of the face, with a mark for how the stream comes by
// each. A click on a name asks for its response: the event "ab-shape".

import { el, spoken } from "./dom.js";
import { Levels } from "./levels.js";

// Five columns of nearly the same height.
const COLUMNS = [
  [
    ["Lids", /^eye(Blink|Squint|Wide)/],
    ["Brows", /^brow/],
  ],
  [
    ["Looks", /^eyeLook/],
    ["Jaw", /^jaw/],
  ],
  [
    ["Mouth", /^mouth(Close|Funnel|Pucker|Left|Right)/],
    ["Cheeks and nose", /^(cheek|nose)/],
    ["Tongue", /^tongue/],
  ],
  [["Corners of the mouth", /^mouth(Smile|Frown|Dimple|Stretch)/]],
  [["Lips", /^mouth(Roll|Shrug|Press|Lower|Upper)/]],
];
const LEGEND_AFTER = 3; // the column that has room left
const MARKS = {
  measured: ["●", "measured: the net reads this very movement off the face"],
  derived: ["◐", "derived: inferred from other movements"],
  unsupported: ["○", "unsupported: always 0 in this stream"],
};

/**
 * Show the blendshapes.
 * @param {HTMLElement} element what it is put into
 * @param {import("./live.js").Live} live
 * @returns {{choose: (name: string) => void}} marks one as chosen
 */
export function mount(element, live) {
  let levels = null;
  let known = "";
  live.on("meta", ({ names, caps }) => {
    const key = names.join() + caps.join();
    if (key === known) return; // sent once a second, mostly the same
    known = key;
    levels = build(element, names, caps);
  });
  live.on("face", (face) => levels?.set(live.get("meta").names, face.w));
  return { choose: (name) => levels?.choose(name) };
}

function build(element, names, caps) {
  const rows = names.map((name, i) => {
    const [mark, meaning] = MARKS[caps[i]] ?? ["", ""];
    return {
      name,
      label: short(name),
      mark,
      tip: `${name}\n${meaning}`,
      faint: caps[i] === "unsupported",
    };
  });
  const legend = el("div.ab-legend");
  for (const [name, [mark, meaning]] of Object.entries(MARKS)) {
    const count = caps.filter((cap) => cap === name).length;
    legend.append(el("span", { title: meaning, text: `${mark} ${count} ${name}` }));
  }
  const pick = (name) => {
    element.dispatchEvent(new CustomEvent("ab-shape", { bubbles: true, detail: name }));
  };
  const columns = COLUMNS.map((groups) => ({
    element: el("div.ab-level-column"),
    groups: groups.map(([title, pattern]) => ({
      title,
      rows: rows.filter(({ name }) => pattern.test(name)),
    })),
  }));
  const grid = el("div.ab-level-grid", {}, ...columns.map((column) => column.element));
  element.replaceChildren(grid);
  const levels = new Levels(columns, pick);
  columns[LEGEND_AFTER].element.append(legend);
  return levels;
}

// In the group of the lips, "mouthUpperUpLeft" is "upper up L".
function short(name) {
  const words = spoken(name).split(" ");
  if (words.length > 2) {
    const sides = { left: "L", right: "R" };
    words.push(sides[words[words.length - 1]] ? sides[words.pop()] : words.pop());
  }
  if (/^eyeLook/.test(name)) words.shift();
  if (/^(cheek|nose|tongue)/.test(name) && words.length < 3) return words.join(" ");
  return words.slice(1).join(" ");
}
