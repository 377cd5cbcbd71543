// Sends this browser's camera to the server: camera, canvas, JPEG, WebSocket. Where the server or
// the network is slow, pictures are left out rather than queued.

const WIDTH = 640;
const HEIGHT = 480;
const QUALITY = 0.8;
const FPS = 30;
const WAITING_BYTES = 128 * 1024; // more than this unsent: leave the picture out
const REFUSALS = {
  NotAllowedError: "the browser does not allow the camera: allow it for this page, then try again",
  NotFoundError: "no camera found",
  NotReadableError: "the camera is in use by another program",
  OverconstrainedError: "this camera is not there any more",
};

/** This browser's camera as a source of the server. */
export class Capture {
  /**
   * @param {(state: {running: boolean, error: string, sent: number}) => void} tell called on
   *     every change
   * @param {string} [path] of the WebSocket that takes the pictures
   */
  constructor(tell, path = "/camera-in") {
    this.tell = tell;
    this.path = path;
    this.running = false;
    this.sent = 0;
    this.canvas = document.createElement("canvas");
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
  }

  /**
   * The cameras that may be chosen; their labels are empty before the first `start`.
   * @returns {Promise<Array<{id: string, label: string}>>}
   */
  async cameras() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const cameras = devices.filter(({ kind }) => kind === "videoinput");
    return cameras.map(({ deviceId, label }, i) => ({
      id: deviceId,
      label: label || `camera ${i + 1}`,
    }));
  }

  /**
   * Begin to send. Asks the viewer for leave where need be. Errors go to `tell`, in one line.
   * @param {string} [deviceId] of the camera; the browser's default where left out
   * @returns {Promise<boolean>} whether it runs
   */
  async start(deviceId) {
    this.stop();
    const turn = (this.turn = {});
    try {
      if (!navigator.mediaDevices) {
        throw new Error("browsers give the camera only to https pages and to localhost");
      }
      const size = {
        width: { ideal: WIDTH },
        height: { ideal: HEIGHT },
        frameRate: { ideal: FPS },
      };
      const video = deviceId ? { ...size, deviceId: { exact: deviceId } } : size;
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
      if (turn !== this.turn) {
        for (const track of stream.getTracks()) track.stop();
        return false; // stopped while the viewer was asked
      }
      this.stream = stream;
      stream.getVideoTracks()[0].addEventListener("ended", () => this.stop("the camera went away"));
      this.video.srcObject = stream;
      await this.video.play();
      await this.connect();
    } catch (error) {
      if (turn === this.turn) this.stop(REFUSALS[error.name] ?? error.message);
      return false;
    }
    if (turn !== this.turn) return false;
    this.running = true;
    this.sent = 0;
    this.report("");
    // A timer, not the screen's refresh: it goes on, slower, while another tab is in front.
    this.timer = setInterval(() => this.send(), 1000 / FPS);
    return true;
  }

  /**
   * End it and let the camera go.
   * @param {string} [error] why, where it was not wanted
   */
  stop(error = "") {
    this.turn = null;
    clearInterval(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    const was = this.running;
    this.running = false;
    if (was || error) this.report(error);
  }

  connect() {
    const secure = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${secure}//${location.host}${this.path}`);
    this.socket = socket;
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = (event) => {
        const error = event.reason || "not taken: another browser's camera may be in use";
        reject(new Error(error));
        if (this.socket === socket && this.running) this.stop(error);
      };
    });
  }

  send() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (this.busy || !width || !this.socket || this.socket.bufferedAmount > WAITING_BYTES) return;
    const scale = Math.min(1, WIDTH / width, HEIGHT / height);
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== w || this.canvas.height !== h)
      Object.assign(this.canvas, { width: w, height: h });
    this.canvas.getContext("2d", { alpha: false }).drawImage(this.video, 0, 0, w, h);
    this.busy = true;
    this.canvas.toBlob(
      (blob) => {
        this.busy = false;
        if (!blob || this.socket?.readyState !== WebSocket.OPEN) return;
        this.socket.send(blob);
        this.sent += 1;
      },
      "image/jpeg",
      QUALITY,
    );
  }

  report(error) {
    this.tell({ running: this.running, error, sent: this.sent });
  }
}
