// The one connection of the page to the server. It reconnects by itself, keeps the newest of
// everything and tells whoever subscribed. It also fills window.__ab, which tests read.

const KINDS = { 1: "camera", 2: "preview" }; // first byte of a binary message
const FIRST_WAIT_MS = 250; // before the first new try
const LONGEST_WAIT_MS = 5000;
const FACE_LIVES_MS = 1000; // a face that no message named for this long is gone

/** The newest state of the stream and its subscribers. */
export class Live {
  /**
   * @param {string} path where the server pushes, such as "/live"
   */
  constructor(path = "/live") {
    this.path = path;
    this.handlers = new Map();
    this.newest = new Map(); // event -> what was last told; late subscribers get it at once
    this.faces = new Map(); // id -> {face, at}
    this.face = null; // of the followed face
    this.followed = null; // id that the viewer picked, or null for the one seen first
    this.connected = false;
    this.wait = FIRST_WAIT_MS;
    this.open();
  }

  /**
   * Subscribe. Events: connected, meta, face, faces, status, away, avatar, camera, preview.
   * @param {string} event its name
   * @param {(value: any) => void} handler gets the newest value at once, where there is one
   * @returns {() => void} ends the subscription
   */
  on(event, handler) {
    if (!this.handlers.has(event)) this.handlers.set(event, new Set());
    this.handlers.get(event).add(handler);
    if (this.newest.has(event)) handler(this.newest.get(event));
    return () => this.handlers.get(event).delete(handler);
  }

  /**
   * The newest value of an event, or undefined.
   * @param {string} event its name
   */
  get(event) {
    return this.newest.get(event);
  }

  /**
   * Show this face from now on, as long as it is there.
   * @param {number | null} id of the face; null for the one that was seen first
   */
  follow(id) {
    this.followed = id;
  }

  /** How many faces are tracked now. */
  get faceCount() {
    const now = performance.now();
    let count = 0;
    for (const { face, at } of this.faces.values()) {
      count += face.tracked && now - at < FACE_LIVES_MS ? 1 : 0;
    }
    return count;
  }

  open() {
    const secure = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${secure}//${location.host}${this.path}`);
    socket.binaryType = "blob";
    socket.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      this.tell("connected", (this.connected = true));
    };
    socket.onmessage = (message) => this.take(message.data);
    socket.onclose = () => {
      if (this.connected) this.tell("connected", (this.connected = false));
      this.faces.clear();
      // Spread out, so that many pages do not come back in the same moment.
      setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
    };
  }

  async take(data) {
    if (typeof data !== "string") {
      const kind = KINDS[new Uint8Array(await data.slice(0, 1).arrayBuffer())[0]];
      if (kind) this.tell(kind, data.slice(1, data.size, "image/jpeg"));
      return;
    }
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return; // half a message of a server that is going down
    }
    if (message.t === "face") this.takeFace(message);
    else if (message.t) this.tell(message.t, message);
  }

  takeFace(face) {
    const now = performance.now();
    this.faces.set(face.id, { face, at: now });
    for (const [id, { at }] of this.faces) {
      if (now - at > FACE_LIVES_MS) this.faces.delete(id);
    }
    const shown = this.choose();
    if (face.id === shown) this.tell("face", (this.face = face));
    this.tell("faces", this.faces);
  }

  choose() {
    if (this.faces.has(this.followed)) return this.followed;
    let best = null;
    for (const [id, { face }] of this.faces) {
      const better = best === null || face.tracked > best.tracked;
      if (better || (face.tracked === best.tracked && id < best.id)) best = face;
    }
    return best?.id;
  }

  tell(event, value) {
    this.newest.set(event, value);
    for (const handler of this.handlers.get(event) ?? []) {
      try {
        handler(value);
      } catch (error) {
        console.error(`${event}:`, error); // one broken widget must not stop the others
      }
    }
  }
}

/**
 * The page's connection; made on the first call.
 * @returns {Live} the same for everybody
 */
export function connect() {
  if (window.__ab) return window.__ab.live;
  const live = new Live(document.body.dataset.pictures === "0" ? "/live?pictures=0" : "/live");
  window.__ab = {
    live,
    widgets: {},
    fps: 0, // of the avatar's drawing
    drawn: 0, // pictures of the avatar since the start
    avatar: null, // name of the avatar that is shown, null while none is
    morph: () => 0, // the stage puts its own here
    get connected() {
      return live.connected;
    },
    get faceCount() {
      return live.faceCount;
    },
    get face() {
      return live.face;
    },
    get weights() {
      const names = live.get("meta")?.names ?? [];
      return Object.fromEntries(names.map((name, i) => [name, live.face?.w[i] ?? 0]));
    },
  };
  return live;
}
