// The page around the widgets: numbers of the header, keys, the clean view, and what the controls
// on the server's side have to hear.

import { connect } from "./live.js";

const SERVER_KEYS = new Set([" ", "c", "m", "s", "?", "escape"]);
const TAKES_ALL =
  "input, textarea, select, [contenteditable], [role=option], [role=listbox], [role=dialog], " +
  "[role=slider], .ab-curve";
const TAKES_SPACE = "button, summary, a, [role=tab], [role=switch], [role=checkbox]";
const FORWARDED = ["ab-camera-state", "ab-response"]; // events of widgets that the controls hear
const live = connect();

function put(id, text) {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
}

function mark(state, said) {
  const element = document.getElementById("ab-state");
  if (element) element.dataset.state = state;
  document.body.dataset.bridge = state;
  const notice = document.getElementById("ab-notice");
  if (notice) notice.textContent = said;
}

live.on("meta", (meta) => put("ab-source", meta.source));
live.on("status", (status) => {
  const late = status.p50 !== null;
  put("ab-fps", status.fps.toFixed(0));
  put("ab-latency", late ? `${status.p50.toFixed(1)} / ${status.p95.toFixed(1)}` : "-");
  put("ab-drops", String(status.drops));
  mark(status.faces ? "tracking" : "searching", "");
});
live.on("away", () => {
  for (const id of ["ab-fps", "ab-latency", "ab-drops"]) put(id, "-");
  mark("away", "The bridge is gone. This page goes on by itself when it is back.");
});
live.on("connected", (connected) => {
  if (!connected) mark("away", "The page's server is gone. Start avatar-bridge again.");
});

function clean(on = !document.body.classList.contains("ab-clean")) {
  document.body.classList.toggle("ab-clean", on);
}

const actions = { theme: () => window.abToggleTheme(), clean: () => clean() };

document.addEventListener("click", (event) => {
  actions[event.target.closest?.("[data-do]")?.dataset.do]?.();
});

document.addEventListener("keydown", (event) => {
  const at = (places) => event.target.closest?.(places);
  const key = event.key.toLowerCase();
  if (at(TAKES_ALL) || (key === " " && at(TAKES_SPACE))) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (key === "escape") clean(false);
  if (key === "d") actions.theme();
  else if (key === "f") clean();
  else if (SERVER_KEYS.has(key)) window.emitEvent?.("ab-key", key);
  else return;
  event.preventDefault();
});

for (const name of FORWARDED) {
  document.addEventListener(name, (event) => window.emitEvent?.(name, event.detail ?? {}));
}
document.addEventListener("ab-shape", (event) => {
  const names = live.get("meta")?.names ?? [];
  if (names.includes(event.detail)) window.emitEvent?.("ab-shape", event.detail);
});
