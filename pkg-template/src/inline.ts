/**
 * The entry with the engine inside, as text: for bundlers that do not copy files (esbuild) and for pages whose
 * `connect-src` allows no fetch. Costs about a third more bytes than a file of its own.
 */
import init, { Session } from "./glue.js";
import wasm from "./wasm.js";
import { fromBase64 } from "./bytes.js";
import { loader } from "./engine.js";
import { create } from "./wellmet.js";

/** The SDK of this page: a function that takes commands, with the same commands as methods. */
export const wellmet = create(
  loader({ default: init, Session }, () => fromBase64(wasm)),
  () => import("./living.js"),
);

export type * from "./api.js";
export type * from "./engine.js";
export type * from "./elements/types.js";
