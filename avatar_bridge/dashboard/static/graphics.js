// Whether this browser draws with a graphics card.

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;
let known = null;

/**
 * Whether pictures are made without a graphics card: then every pixel has to be cheap.
 * @returns {boolean}
 */
export function inSoftware() {
  if (known !== null) return known;
  const gl = document.createElement("canvas").getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  known = SOFTWARE.test(info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return known;
}
