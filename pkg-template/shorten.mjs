/**
 * Shorter names between the engine's file and its glue.
 *
 * wasm-bindgen names every import with a hash (`__wbg_then_4c88d8bf264fd984`) and every export with the class and the
 * method. Both sides carry them, and hashes do not compress. Renamed to one or two letters on both sides at once
 * they cost next to nothing; nobody else reads them.
 */

const IMPORTS = 2;
const EXPORTS = 7;

/** Reads and writes the few shapes of a module's sections that hold names. */
function cursor(bytes, at = 0) {
  const u32 = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  return {
    get at() {
      return at;
    },
    set at(to) {
      at = to;
    },
    u32,
    name() {
      const length = u32();
      at += length;
      return Buffer.from(bytes.subarray(at - length, at)).toString("utf8");
    },
    limits() {
      const flags = u32();
      u32();
      if (flags & 1) u32();
    },
  };
}

const leb = (value) => {
  const out = [];
  do {
    const byte = value & 0x7f;
    value >>>= 7;
    out.push(value ? byte | 0x80 : byte);
  } while (value);
  return out;
};

const text = (name) => [...leb(Buffer.byteLength(name)), ...Buffer.from(name)];

/** `a`, `b`, … `Z`, `aa`, …: what can be a property without quotes. */
function* letters() {
  const all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (const one of all) yield one;
  for (const first of all) for (const second of all) yield first + second;
}

/**
 * The module and the glue with short names.
 *
 * @param {Uint8Array} wasm @param {string} glue
 * @throws {Error} when a name of the module is not where it is expected in the glue
 */
export function shorten(wasm, glue) {
  const out = [...wasm.subarray(0, 8)];
  const read = cursor(wasm, 8);
  const renamed = { imports: new Map(), exports: new Map() };
  const short = { imports: letters(), exports: letters() };
  const give = (kind, name) => {
    const map = renamed[kind];
    if (!map.has(name)) map.set(name, short[kind].next().value);
    return map.get(name);
  };
  const chunks = [Uint8Array.from(out)];
  while (read.at < wasm.length) {
    const start = read.at;
    const id = wasm[read.at++];
    const size = read.u32();
    const from = read.at;
    const end = from + size;
    if (id !== IMPORTS && id !== EXPORTS) {
      chunks.push(wasm.subarray(start, end));
      read.at = end;
      continue;
    }
    const count = read.u32();
    const body = [...leb(count)];
    for (let i = 0; i < count; i++) {
      if (id === IMPORTS) {
        const module = read.name();
        body.push(...text(module), ...text(give("imports", read.name())));
      } else body.push(...text(give("exports", read.name())));
      const kept = read.at;
      const kind = wasm[read.at++];
      if (id === EXPORTS || kind === 0) read.u32();
      else if (kind === 1) {
        read.at++;
        read.limits();
      } else if (kind === 2) read.limits();
      else if (kind === 3) read.at += 2;
      else throw new Error(`an import of kind ${kind} is not known here`);
      body.push(...wasm.subarray(kept, read.at));
    }
    if (read.at !== end) throw new Error("a section of the module was read wrongly");
    chunks.push(Uint8Array.from([id, ...leb(body.length), ...body]));
  }

  const used = new Set();
  const replaced = glue
    .replace(/\bwasm\.(\w+)/g, (whole, name) => {
      if (!renamed.exports.has(name)) throw new Error(`the glue asks for ${name}, which the module does not export`);
      return `wasm.${renamed.exports.get(name)}`;
    })
    .replace(/^(\s+)(__wb\w+)(?=: function|: [\w$]+,)/gm, (whole, space, name) => {
      used.add(name);
      return renamed.imports.has(name) ? space + renamed.imports.get(name) : whole;
    });
  for (const name of renamed.imports.keys()) {
    if (!used.has(name)) throw new Error(`the glue does not give ${name}, which the module imports`);
  }
  return { wasm: Buffer.concat(chunks), glue: replaced };
}
