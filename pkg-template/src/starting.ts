/** Starting a module that stands alone: the entries `wellmet/state` and `wellmet/rules`. */
import bytes from "./module-file.js";

/** An address, a response, bytes or a compiled module. */
export type WasmSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** Starts a module once, and knows whether it has. A failure may be tried again. */
export interface Starter {
  init(options?: { wasm?: WasmSource | undefined }): Promise<void>;
  ready(): boolean;
}

/** `failed` makes the error of a module that cannot be had. */
export function starter(
  start: (options: { module_or_path: WebAssembly.Module }) => Promise<unknown>,
  failed: (cause: unknown) => Error,
): Starter {
  let started: Promise<unknown> | undefined;
  let ready = false;
  return {
    init({ wasm } = {}) {
      started ??= source(wasm)
        .then((from) => (from instanceof WebAssembly.Module ? from : WebAssembly.compile(from)))
        .then((module_or_path) => start({ module_or_path }))
        .then(
          () => (ready = true),
          (cause: unknown) => {
            started = undefined;
            throw failed(cause);
          },
        );
      return started.then(() => {});
    },
    ready: () => ready,
  };
}

async function source(wasm?: WasmSource): Promise<WebAssembly.Module | BufferSource> {
  if (wasm == null) return bytes();
  // Before `Response` is named: Node loads its whole HTTP client for that.
  if (wasm instanceof ArrayBuffer || ArrayBuffer.isView(wasm) || wasm instanceof WebAssembly.Module) return wasm;
  const response = wasm instanceof Response ? wasm : await fetch(wasm as string | URL);
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return response.arrayBuffer();
}
