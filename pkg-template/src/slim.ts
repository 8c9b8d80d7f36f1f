/**
 * The entry for libraries and special loaders: nothing here knows where the engine's file lies.
 *
 * `wellmet.start({ wasm })` takes an address, a `Response`, bytes or a compiled module.
 */
import init, { Session } from "./glue.js";
import { loader } from "./engine.js";
import { create } from "./wellmet.js";

/** The SDK of this page; `start` needs the `wasm` option. */
export const wellmet = create(
  loader({ default: init, Session }, () => {
    throw new Error('wellmet/slim does not know where the engine is: start({ wasm: "/path/wellmet_bg.wasm" })');
  }),
  () => import("./living.js"),
);

export type * from "./api.js";
export type * from "./engine.js";
export type * from "./elements/types.js";
