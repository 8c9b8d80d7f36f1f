/**
 * `wellmet/state`: the cart as a document that merges, on its own, for browsers and for Node.
 *
 * Replicas that have seen the same operations are equal, whatever the order, delay or repetition of messages, and
 * there are no tombstones. Nothing here stores or sends: `save` and `delta` give bytes, `load` and `apply` take them.
 *
 * ```js
 * import { create, init, load } from "wellmet/state";
 * await init();
 * const phone = create();
 * phone.add("mug", 2);
 * const laptop = load(phone.save());
 * phone.remove("mug");
 * laptop.add("mug", 1); // offline
 * laptop.apply(phone.delta(laptop.version()));
 * laptop.read(); // [{ key: "mug", quantity: 1, fields: {} }]: the unit that the phone never saw
 * ```
 */
import { starter, type WasmSource } from "./starting.js";
import start, { line_key, Replica } from "./state-core.js";

/** A failure with a stable code. The cart is as it was before the call. */
export class StateError extends Error {
  constructor(
    /**
     * `bad-key`, `bad-quantity`, `too-long`, `full`, `absent` for an operation; `gap`, `epoch` for a delta that builds
     * on what is not here (ask for all: `delta()`); `truncated`, `invalid`, `unknown-version`, `too-large`, … for bytes;
     * `no-module` when the wasm file cannot be had; `not-ready` before `init`.
     */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = "StateError";
  }
}

/** A line of the cart. */
export interface Line {
  /** The article's id, with its options: see {@link line}. */
  key: string;
  quantity: number;
  fields: Record<string, string>;
}

/** A line whose quantity another replica's message has changed. */
export interface LineChange {
  key: string;
  before: number;
  after: number;
  /** Something of it was removed or replaced elsewhere; with `after` above 0 a piece added here has survived that. */
  cut: boolean;
}

/** What a message did. */
export interface Applied {
  /** There is something to keep, be it only that operations were seen. */
  advanced: boolean;
  lines: LineChange[];
}

/** An address, a response, bytes or a compiled module. */
export type StateWasm = WasmSource;

const WHY: Record<string, string> = {
  "bad-key": "a key or field name is empty, too long, or holds a control character",
  "bad-quantity": "a quantity is a whole number from 1 (setQty: 0) to 1,000,000",
  "too-long": "a value is longer than 1,024 bytes",
  full: "there is no room for another line, field or click: 300 lines, 64 fields",
  absent: "there is no such line; add it first",
  gap: "this builds on operations that are not here; ask for delta() without a version",
  epoch: "this belongs to another epoch of the cart; load the whole state",
};

const failed = (code: unknown): StateError =>
  code instanceof StateError
    ? code
    : typeof code === "string"
    ? new StateError(code, WHY[code] ?? "the bytes are damaged or not of this format")
    : new StateError("failed", String(code));

/** Runs what may throw a code. */
function heed<T>(work: () => T): T {
  try {
    return work();
  } catch (code) {
    throw failed(code);
  }
}

/** What an operation that gives its code back has said. */
const said = (code: string | undefined): void => {
  if (code) throw failed(code);
};

/** Reads a list that crossed as one array of numbers and one text. */
class Flat {
  readonly #numbers: Uint32Array;
  readonly #text: string;
  #at = 0;
  #from = 0;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset } = bytes;
    const [count] = new Uint32Array(buffer, byteOffset, 1) as unknown as [number];
    this.#numbers = new Uint32Array(buffer, byteOffset + 4, count);
    this.#text = decoder.decode(bytes.subarray(4 * (count + 1)));
  }

  get more(): boolean {
    return this.#at < this.#numbers.length;
  }

  number(): number {
    return this.#numbers[this.#at++]!;
  }

  text(): string {
    const from = this.#from;
    return this.#text.slice(from, (this.#from += this.number()));
  }
}

// A mark at the start of the first text belongs to it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const whole = (n: number): number => {
  if (!Number.isInteger(n) || n < 0 || n > 0xffffffff) throw failed("bad-quantity");
  return n;
};

const NOTHING = new Uint8Array([0]);

/** One replica of a cart. Made by {@link create} or {@link load}. Moments are milliseconds since 1970. */
export class Cart {
  readonly #replica: Replica;
  /** This replica's name in the cart. */
  readonly actor: bigint;

  /** The module's own half; only `create` and `load` have one. */
  constructor(replica: object, actor: bigint) {
    this.#replica = replica as Replica;
    this.actor = actor;
  }

  /** Puts `n` more pieces in: a product page's button. Concurrent ones sum. */
  add(key: string, n = 1, now = Date.now()): void {
    said(this.#replica.add(key, whole(n), now));
  }

  /** Sets a line to the quantity she sees, in place of what this replica has seen of it; 0 removes. */
  setQty(key: string, quantity: number, now = Date.now()): void {
    said(this.#replica.set(key, whole(quantity), now));
  }

  /** Takes a line away, as far as this replica has seen it. */
  remove(key: string): void {
    this.#replica.remove(key);
  }

  /** Takes all lines away. */
  clear(): void {
    this.#replica.clear();
  }

  /** Writes a field of a line, such as the price she saw; an empty value erases it. The newest write counts. */
  field(key: string, name: string, value: string, now = Date.now()): void {
    said(this.#replica.field(key, name, value, now));
  }

  /** What an order of all lines, or of those named, pays: bytes to keep with the order. */
  snapshot(keys?: string[]): Uint8Array {
    return this.#replica.snapshot(keys?.join("\n"));
  }

  /**
   * Takes away exactly what a snapshot has paid. A piece added elsewhere meanwhile stays, and a replica that was asleep
   * cannot bring the bought ones back. Twice is once.
   */
  purchase(snapshot: Uint8Array): void {
    heed(() => this.#replica.purchase(snapshot));
  }

  /** The lines, ascending by key. */
  read(): Line[] {
    const flat = new Flat(this.#replica.read());
    const lines: Line[] = [];
    while (flat.more) {
      const line: Line = { key: flat.text(), quantity: flat.number(), fields: {} };
      for (let left = flat.number(); left; left--) line.fields[flat.text()] = flat.text();
      lines.push(line);
    }
    return lines;
  }

  /** The whole cart as bytes; equal carts give equal bytes. */
  save(): Uint8Array {
    return this.#replica.save();
  }

  /** Which operations are in here: what another replica passes to {@link delta}. */
  version(): Uint8Array {
    return this.#replica.version();
  }

  /** What a replica of that version lacks; without a version everything. */
  delta(since: Uint8Array = NOTHING): Uint8Array {
    return heed(() => this.#replica.delta(since));
  }

  /** Takes in another replica's `delta` or `save`. Late and repeated ones do no harm. */
  apply(delta: Uint8Array): Applied {
    const flat = new Flat(heed(() => this.#replica.apply(delta)));
    const advanced = flat.number() > 0;
    const lines: LineChange[] = [];
    while (flat.more) {
      lines.push({ key: flat.text(), before: flat.number(), after: flat.number(), cut: flat.number() > 0 });
    }
    return { advanced, lines };
  }
}

const module = starter(
  start,
  (cause) =>
    new StateError("no-module", 'the wasm file cannot be had: init({ wasm: "/path/state_bg.wasm" })', { cause }),
);

/**
 * Loads the module; needed once, before anything else. A bundler that does not copy `state_bg.wasm` (esbuild) leaves
 * it to you to say where it is: `init({ wasm: "/path/state_bg.wasm" })`.
 */
export const init = (options: { wasm?: StateWasm } = {}): Promise<void> => module.init(options);

const someone = (): bigint => crypto.getRandomValues(new BigUint64Array(1))[0]!;

const replica = <T>(make: () => T): T => {
  if (!module.ready()) throw new StateError("not-ready", "await init() first");
  return heed(make);
};

/**
 * An empty cart. `actor` names this replica in it: 64 random bits, drawn when left away. It may be kept with the saved
 * bytes and used again as long as only one tab does so at a time; two replicas under one name lose each other's edits.
 */
export const create = (actor: bigint = someone()): Cart => new Cart(replica(() => new Replica(actor)), actor);

/** Goes on from saved bytes. A failure is never an empty cart: keep the bytes. */
export const load = (saved: Uint8Array, actor: bigint = someone()): Cart =>
  new Cart(replica(() => Replica.load(saved, actor)), actor);

/** The key of an article with options, in whatever order they come. */
export function line(item: string, options: Record<string, string | number | boolean> = {}): string {
  const pairs = Object.entries(options).map((pair) => pair.map((one) => encodeURIComponent(one)).join("="));
  return replica(() => line_key(item, pairs.join("&")));
}
