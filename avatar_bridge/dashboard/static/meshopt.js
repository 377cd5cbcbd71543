// Unpacks vertices and triangles of avatars that are packed with EXT_meshopt_compression, as
// files from web shops and optimisers are.
//
// Khronos, EXT_meshopt_compression, appendices A and B,
// https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Vendor/EXT_meshopt_compression.

const GROUP = 16; // vertices whose deltas share one width
const unzigzag = (value) => (value & 1 ? ~(value >>> 1) : value >>> 1);

/** What GLTFLoader asks for. */
export const meshopt = {
  supported: true,
  ready: Promise.resolve(),
  /**
   * @param {Uint8Array} target gets the numbers; count * stride bytes
   * @param {number} count of elements
   * @param {number} stride bytes of an element
   * @param {Uint8Array} source packed
   * @param {"ATTRIBUTES" | "TRIANGLES" | "INDICES"} mode
   * @param {string} [filter] "NONE", "OCTAHEDRAL", "QUATERNION" or "EXPONENTIAL"
   */
  decodeGltfBuffer(target, count, stride, source, mode, filter) {
    const unpack = { ATTRIBUTES: attributes, TRIANGLES: triangles, INDICES: indices }[mode];
    if (!unpack) throw new Error(`expected a known meshopt mode, got ${mode}`);
    unpack(target, count, stride, source);
    FILTERS[filter]?.(target, count, stride);
  },
};

function attributes(target, count, stride, source) {
  expectHeader(source, 0xa0);
  const last = source.slice(source.length - stride); // the tail holds the first values
  const most = Math.min(256, (8192 / stride) & ~(GROUP - 1));
  const deltas = new Uint8Array(GROUP);
  let at = 1;
  for (let start = 0; start < count; start += most) {
    const size = Math.min(most, count - start);
    const groups = Math.ceil(size / GROUP);
    for (let byte = 0; byte < stride; byte++) {
      const header = at;
      at += Math.ceil(groups / 4);
      for (let group = 0; group < groups; group++) {
        const width = (source[header + (group >> 2)] >> ((group & 3) * 2)) & 3;
        at = readGroup(source, at, width, deltas);
        const end = Math.min(GROUP, size - group * GROUP);
        for (let i = 0; i < end; i++) {
          last[byte] += unzigzag(deltas[i]);
          target[(start + group * GROUP + i) * stride + byte] = last[byte];
        }
      }
    }
  }
}

// Deltas of 0, 2, 4 or 8 bits. The largest of 2 or 4 bits says that a whole byte follows.
function readGroup(source, at, width, deltas) {
  if (width === 0) {
    deltas.fill(0);
    return at;
  }
  if (width === 3) {
    deltas.set(source.subarray(at, at + GROUP));
    return at + GROUP;
  }
  const bits = width * 2;
  const most = (1 << bits) - 1;
  let more = at + (GROUP * bits) / 8;
  for (let i = 0; i < GROUP; i++) {
    const bit = i * bits;
    const value = (source[at + (bit >> 3)] >> (8 - bits - (bit & 7))) & most;
    deltas[i] = value === most ? source[more++] : value;
  }
  return more;
}

function triangles(target, count, stride, source) {
  expectHeader(source, 0xe1);
  const out = indexArray(target, count, stride);
  const reader = new Reader(source, 1 + count / 3);
  const usual = source.subarray(source.length - 16);
  const edges = Array.from({ length: 16 }, () => [0, 0]);
  const vertices = new Uint32Array(16);
  let edgeAt = 0;
  let vertexAt = 0;
  let next = 0;
  const pushEdge = (a, b) => {
    edges[edgeAt] = [a, b];
    edgeAt = (edgeAt + 1) & 15;
  };
  const pushVertex = (vertex) => {
    vertices[vertexAt] = vertex;
    vertexAt = (vertexAt + 1) & 15;
  };
  const recent = (back) => vertices[(vertexAt - back) & 15];
  for (let i = 0; i < count; i += 3) {
    const code = source[1 + i / 3];
    let a, b, c;
    if (code < 0xf0) {
      [a, b] = edges[(edgeAt - 1 - (code >> 4)) & 15];
      const how = code & 15;
      if (how === 0) c = next++;
      else if (how < 13) c = recent(how + 1);
      else if (how < 15) c = reader.last += how === 13 ? -1 : 1;
      else c = reader.index();
      if (how === 0 || how >= 13) pushVertex(c);
    } else {
      const free = code >= 0xfe;
      const how = free ? source[reader.at++] : usual[code & 15];
      if (free && how === 0) next = 0;
      const [second, third] = [how >> 4, how & 15];
      const known = (which) => (which === 0 ? next++ : recent(which));
      a = code === 0xff ? 0 : next++;
      b = known(second);
      c = known(third);
      if (code === 0xff) a = reader.index();
      if (free && second === 15) b = reader.index();
      if (free && third === 15) c = reader.index();
      pushVertex(a);
      if (second === 0 || (free && second === 15)) pushVertex(b);
      if (third === 0 || (free && third === 15)) pushVertex(c);
      pushEdge(b, a);
    }
    pushEdge(c, b);
    pushEdge(a, c);
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
  }
}

function indices(target, count, stride, source) {
  expectHeader(source, 0xd1);
  const out = indexArray(target, count, stride);
  const reader = new Reader(source, 1);
  const last = [0, 0];
  for (let i = 0; i < count; i++) {
    const value = reader.number();
    out[i] = last[value & 1] += unzigzag(value >>> 1);
  }
}

// Numbers of seven bits a byte, the lowest first.
class Reader {
  constructor(source, at) {
    this.source = source;
    this.at = at;
    this.last = 0;
  }

  number() {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.source[this.at++];
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value >>> 0;
  }

  index() {
    return (this.last += unzigzag(this.number()));
  }
}

function indexArray(target, count, stride) {
  const kind = stride === 2 ? Uint16Array : Uint32Array;
  return new kind(target.buffer, target.byteOffset, count);
}

function expectHeader(source, header) {
  if (source[0] !== header) throw new Error(`expected meshopt data ${header}, got ${source[0]}`);
}

const FILTERS = {
  OCTAHEDRAL(target, count, stride) {
    const wide = stride === 8;
    const numbers = new (wide ? Int16Array : Int8Array)(
      target.buffer,
      target.byteOffset,
      count * 4,
    );
    const most = wide ? 32767 : 127;
    for (let i = 0; i < count * 4; i += 4) {
      let [x, y] = [numbers[i], numbers[i + 1]];
      const z = numbers[i + 2] - Math.abs(x) - Math.abs(y);
      const fold = Math.min(z, 0);
      x += x >= 0 ? fold : -fold;
      y += y >= 0 ? fold : -fold;
      const scale = most / Math.hypot(x, y, z);
      numbers[i] = Math.round(x * scale);
      numbers[i + 1] = Math.round(y * scale);
      numbers[i + 2] = Math.round(z * scale);
    }
  },

  QUATERNION(target, count) {
    const numbers = new Int16Array(target.buffer, target.byteOffset, count * 4);
    for (let i = 0; i < count * 4; i += 4) {
      const largest = numbers[i + 3] & 3;
      const scale = Math.SQRT1_2 / (numbers[i + 3] | 3);
      const three = [0, 1, 2].map((k) => numbers[i + k] * scale);
      const rest = Math.sqrt(Math.max(0, 1 - three.reduce((sum, v) => sum + v * v, 0)));
      three.forEach((v, k) => (numbers[i + ((largest + k + 1) & 3)] = Math.round(v * 32767)));
      numbers[i + largest] = Math.round(rest * 32767);
    }
  },

  EXPONENTIAL(target, count, stride) {
    const length = (count * stride) / 4;
    const packed = new Int32Array(target.buffer, target.byteOffset, length);
    const numbers = new Float32Array(target.buffer, target.byteOffset, length);
    for (let i = 0; i < length; i++) {
      numbers[i] = 2 ** (packed[i] >> 24) * ((packed[i] << 8) >> 8);
    }
  },
};
