/**
 * The engine as this half of the package sees it: the shapes that cross the border to WebAssembly,
 * and how it is loaded.
 *
 * The shapes are made from the Rust types; the methods are written by hand beside `src/session.rs`, and the generated
 * declarations of wasm-bindgen are checked against them when the package is built.
 */
import type { CartView, ConfigurationView, Outcome, Preference } from "./shapes.js";

export type * from "./shapes.js";

/** What the wasm half throws: an `Error` with a stable code. */
export interface EngineError extends Error {
  code: string;
}

/** One page's engine. Every method returns before any of our JavaScript runs again. */
export interface Session {
  tick(now: number): void;
  /** 1 cart, 2 personalization, 4 analytics. */
  setConsent(bits: number): void;
  setPage(kind: string, item?: string, category?: string): void;
  setAttribute(name: string, value: string | number | boolean | null): void;
  /** The customer's record from the hub; none is signed out. */
  setCustomer(record?: Uint8Array): void;
  /** Returns the book's id; throws `unknown-version`, `truncated`, `damaged`. */
  openBook(core: Uint8Array): string;
  putChunk(name: string, bytes: Uint8Array): void;
  /** A chunk cannot be had now: it is not asked for again until `retryChunks`. */
  giveUpChunk(name: string): void;
  retryChunks(): void;
  /** Her id on this device; only with the personalization purpose. */
  setVisitor(id: string): void;
  visit(): void;
  record(kind: string, item?: string, category?: string): void;
  /** Something was in front of her eyes; frequency caps count it. */
  show(what: string): void;
  saveJourney(): Uint8Array;
  /** Merges kept bytes in, or puts them in its place (`only`). */
  restoreJourney(bytes: Uint8Array, only?: boolean): void;
  decide(slots: string[]): Outcome;
  /** What the shop file lets an element say in the shopper's language. */
  word(name: string): string | undefined;
  /** Articles of the book as one decision would list them; nothing without a book. */
  articles(ids: string[]): Outcome | undefined;
  add(item: string, options: string, n: number): void;
  setQuantity(line: string, v: number): void;
  remove(line: string): void;
  /** Puts a line back that was taken away. */
  putBack(line: string, quantity: number): void;
  clear(): void;
  /** Puts a line aside (`true`), back into the cart (`false`), or away from what was put aside. */
  putAside(line: string, aside?: boolean): void;
  cart(): CartView;
  configure(model: string, id: string, group: string, value: string): void;
  /** Without a draft: the model named in its place with nothing chosen, otherwise nothing. */
  configuration(id: string, model?: string): ConfigurationView | undefined;
  /** A shared design; nothing when the code is none of this model's. */
  design(model: string, code: string): ConfigurationView | undefined;
  addConfigured(id: string, n: number): void;
  setPreference(name: string, value: string): void;
  preference(name: string): string | undefined;
  preferences(): Preference[];
  /** When something was seen or answered, 0 is never; `now` notes it first, and the first moment stays. */
  marked(name: string, now: boolean): number;
  /** What the hub says of points or a voucher; without a name the names of all, one a line. */
  view(name: string, field: string): string | number | undefined;
  save(): Uint8Array;
  /** Goes on from kept bytes; `account` is the customer's id unless the document is anonymous. */
  restore(bytes: Uint8Array, account?: string): void;
  /** Takes the account's document in place of the present one, which the hub has folded into it. */
  adopt(document: Uint8Array, account: string): void;
  /** Whether something is not known to be at the hub. */
  pending(): boolean;
  syncRequest(): Uint8Array;
  /** Bit 1: something visible changed; 2: ask again now; 4: the hub refused, and will again. */
  syncResponse(bytes: Uint8Array): number;
  delta(): Uint8Array;
  merge(bytes: Uint8Array): boolean;
  free(): void;
}

/** The loaded wasm module: one constructor. */
export interface Engine {
  Session: new (now: number, zone: Float64Array, locale: string, actor: bigint) => Session;
}

/** The wasm-bindgen glue (`--target web`), of which we use two exports. */
export interface Glue extends Engine {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
}

/** Where the wasm comes from: an address, a response, bytes, or a compiled module. */
export type WasmSource =
  | string
  | URL
  | Response
  | Promise<Response>
  | BufferSource
  | WebAssembly.Module;

/** Loads the engine; each entry of the package brings its own way. */
export type LoadEngine = (source?: WasmSource, integrity?: string) => Promise<Engine>;

/**
 * Compiles and starts the glue's module once; a failed attempt is forgotten, so that a later one works.
 *
 * Streaming first. A server that does not send `application/wasm` makes streaming fail by name; the
 * bytes are then fetched from the HTTP cache and compiled, without the warning the glue would print.
 *
 * @throws what `fetch` or `WebAssembly` throws; the content security policy shows as a `CompileError`.
 */
export function loader(glue: Glue, fallback: () => WasmSource, hash?: string): LoadEngine {
  let loaded: Promise<Engine> | undefined;
  return (source, integrity = source ? undefined : hash) =>
    (loaded ??= compile(source ?? fallback(), integrity)
      .then((module) => glue.default({ module_or_path: module }))
      .then(
        () => glue,
        (error) => {
          loaded = undefined;
          throw error;
        },
      ));
}

async function compile(source: WasmSource, integrity?: string): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === "string" || source instanceof URL) {
    source = fetch(source, integrity ? { integrity } : {});
  }
  const given = await source;
  if (!(given instanceof Response)) return WebAssembly.compile(given as BufferSource);
  if (!given.ok) throw new Error(`wasm: ${given.status}`);
  // A wrong content type is the one thing that may be wrong with a good file.
  return given.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(given)
    : WebAssembly.compile(await given.arrayBuffer());
}
