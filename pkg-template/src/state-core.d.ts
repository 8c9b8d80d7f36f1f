/** What wasm-bindgen makes from `crates/state-js`; the build puts it in this place. */

/**
 * One replica. Lists come as bytes (how many numbers, the numbers, all texts); `state.ts` gives them their shape. What
 * fails gives back a code, a text, or throws it.
 */
export declare class Replica {
  constructor(actor: bigint);
  static load(bytes: Uint8Array, actor: bigint): Replica;
  add(key: string, n: number, now: number): string | undefined;
  set(key: string, quantity: number, now: number): string | undefined;
  remove(key: string): void;
  clear(): void;
  field(key: string, field: string, value: string, now: number): string | undefined;
  snapshot(keys?: string | null): Uint8Array;
  purchase(snapshot: Uint8Array): void;
  read(): Uint8Array;
  save(): Uint8Array;
  version(): Uint8Array;
  delta(since: Uint8Array): Uint8Array;
  apply(delta: Uint8Array): Uint8Array;
}
export declare function line_key(item: string, options: string): string;

/** Starts the module; a second time does nothing. */
declare const start: (options: { module_or_path: WebAssembly.Module }) => Promise<unknown>;
export default start;
