/**
 * The engine as this half of the package sees it: the shapes that cross the border to WebAssembly,
 * and how it is loaded.
 *
 * The shapes are written by hand beside `src/view.rs` and `src/session.rs`; the generated
 * declarations of wasm-bindgen are checked against them when the package is built.
 */

/** Text, or a number whose meaning the field's name tells: minor units, milliseconds, a count. */
export type Field = string | number;

/** Why something was chosen, or why not. */
export interface Reason {
  /** Stable, for programs. */
  code: string;
  /** A pattern in the page's language such as `Goes with {title} in your cart`; may be empty. */
  text: string;
  /** What the pattern's places stand for. */
  args: Record<string, Field>;
}

/** One recommended article. */
export interface Item {
  id: string;
  title: string;
  link: string;
  image: string;
  category: string;
  /** Minor units of the book's currency. */
  price: number;
  reason: Reason;
}

/** What one slot shows. */
export interface Decision {
  slot: string;
  /** Name of the variant (`data-wm-when`); empty keeps the shop's own content. */
  choice: string;
  fields: Record<string, Field>;
  items: Item[];
  reason: Reason;
  /** What to note once it was in front of her eyes; empty when nothing counts it. */
  exposure: string;
}

/** Her own word, and when she gave it, ms since the epoch. */
export interface Preference {
  name: string;
  value: string;
  at: number;
}

/** All slots of a page, decided in one call. */
export interface Outcome {
  decisions: Decision[];
  /** Chunks of the book that would let more be said: load them, then decide again. */
  needs: string[];
  /** When to decide again, ms since the epoch; 0 is never. */
  until: number;
}

/** One line of the cart. Prices are minor units, read from the book at display. */
export interface CartLine {
  key: string;
  item: string;
  /** Canonical `k=v&k=v`, or empty. */
  options: string;
  quantity: number;
  title?: string;
  image?: string;
  link?: string;
  price?: number;
  /** The price she saw when she added it, where it differs. */
  seenPrice?: number;
  configuration?: string;
}

/** The cart as shown. */
export interface CartView {
  lines: CartLine[];
  count: number;
  /** Minor units; counts the lines whose price is known. */
  total: number;
  currency: string;
  needs: string[];
}

/** One choice within an option group. */
export interface ConfigurationValue {
  id: string;
  label: string;
  /** What it adds, minor units. */
  price: number;
  chosen: boolean;
  /** Why it cannot be chosen now; absent when it can. */
  blocked?: string;
}

/** One question of a configurator. */
export interface ConfigurationGroup {
  id: string;
  label: string;
  values: ConfigurationValue[];
  /** What she wrote, where the group takes free text. */
  text?: string;
}

/** One configuration as shown. */
export interface ConfigurationView {
  id: string;
  model: string;
  price: number;
  currency: string;
  groups: ConfigurationGroup[];
  /** Sentences, one for each pair of choices that do not go together. */
  conflicts: string[];
  complete: boolean;
  /** Chunks that hold the model, when it is not loaded yet. */
  needs?: string[];
}

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
  /** Articles of the book as one decision would list them; nothing without a book. */
  articles(ids: string[]): Outcome | undefined;
  add(item: string, options: string, n: number): void;
  setQuantity(line: string, v: number): void;
  remove(line: string): void;
  /** Puts a line back that was taken away. */
  putBack(line: string, quantity: number): void;
  clear(): void;
  cart(): CartView;
  configure(model: string, id: string, group: string, value: string): void;
  /** Without a draft: the model named in its place with nothing chosen, otherwise nothing. */
  configuration(id: string, model?: string): ConfigurationView | undefined;
  addConfigured(id: string, n: number): void;
  setPreference(name: string, value: string): void;
  preference(name: string): string | undefined;
  preferences(): Preference[];
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

/** Page life and one timer, as values that undo themselves when freed. */
export interface Watch {
  /** Tells `wake` once after this many ms; zero cancels. */
  wakeIn(ms: number): void;
  free(): void;
}

/** What {@link Watch} tells. */
export type Life = "online" | "offline" | "visible" | "hidden" | "leave" | "back" | "wake";

/** The loaded wasm module: two constructors. */
export interface Engine {
  Session: new (now: number, zone: Float64Array, locale: string, actor: bigint) => Session;
  Watch: new (listener: (what: Life) => void) => Watch;
}

/** The wasm-bindgen glue (`--target web`), of which we use three exports. */
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
