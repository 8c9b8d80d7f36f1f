/** What wasm-bindgen makes from `crates/state-js`; the build puts it in this place. */

/** One replica. Lists come flat; `state.ts` gives them their shape. Everything here throws a code, a text. */
export declare class Replica {
  constructor(actor: bigint);
  static load(bytes: Uint8Array, actor: bigint): Replica;
  add(key: string, n: number, now: number): void;
  set(key: string, quantity: number, now: number): void;
  remove(key: string): void;
  clear(): void;
  field(key: string, field: string, value: string, now: number): void;
  snapshot(keys?: string | null): Uint8Array;
  purchase(snapshot: Uint8Array): void;
  read(): (string | number)[];
  save(): Uint8Array;
  version(): Uint8Array;
  delta(since: Uint8Array): Uint8Array;
  apply(delta: Uint8Array): (string | number | boolean)[];
}
export declare function line_key(item: string, options: string): string;

/** Starts the module; a second time does nothing. */
declare const start: (options: { module_or_path: WebAssembly.Module }) => Promise<unknown>;
export default start;
