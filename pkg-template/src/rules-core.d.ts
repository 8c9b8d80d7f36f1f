/** What wasm-bindgen makes from `crates/rules-js`; the build puts it in this place. */

/** A payload. JSON texts go in; everything here throws a code, a text. */
export declare class Rules {
  constructor(payload: string);
  keys(): string;
  values(): string;
  wishes(wishes: string): void;
  sticky(): string;
  decide(attributes: string, which?: Uint32Array | null): Uint32Array;
  explain(attributes: string, key: string): string;
}
export declare class Conditions {
  constructor(conditions: string, groups: string);
  hold(attributes: string): Uint8Array;
}

/** Starts the module; a second time does nothing. */
declare const start: (options: { module_or_path: WebAssembly.Module }) => Promise<unknown>;
export default start;
