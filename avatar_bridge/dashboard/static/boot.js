// Starts the page: opens the one connection and mounts each widget into its element (by id or
// class), also into elements that appear later.

import { connect } from "./live.js";

const MODULES = {
  "ab-stage": "./stage.js",
  "ab-camera": "./camera.js",
  "ab-bars": "./bars.js",
  "ab-units": "./units.js",
  "ab-wheel": "./wheel.js",
  "ab-pose": "./pose.js",
  "ab-charts": "./charts.js",
  "ab-curve": "./curve.js",
  "ab-preview": "./preview.js",
};
const live = connect();

// The connection as a widget gets it: silent while the widget is not on the page, as tabs that
// are not in front take theirs off.
function whileShown(element) {
  const shown = Object.create(live);
  shown.on = (event, handler) => live.on(event, (value) => element.isConnected && handler(value));
  return shown;
}

async function mountInto(element, name) {
  element.dataset.abMounted = "";
  element.classList.add(name);
  try {
    const module = await import(MODULES[name]);
    window.__ab.widgets[name] = module.mount(element, whileShown(element), { ...element.dataset });
  } catch (error) {
    element.textContent = `could not start: ${error.message}`;
    console.error(name, error);
  }
}

function look() {
  for (const name of Object.keys(MODULES)) {
    const found = document.querySelectorAll(`:is(#${name}, .${name}):not([data-ab-mounted])`);
    for (const element of found) mountInto(element, name);
  }
}

let due = false;
function lookSoon() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    look();
  });
}

look();
new MutationObserver(lookSoon).observe(document.body, { childList: true, subtree: true });
