/**
 * The default entry for bundlers: `import { wellmet } from "wellmet"`.
 *
 * Inert until `start()`, and on a server also then. The engine lies in a file of its own, found beside this
 * one; bundlers that copy `new URL(…, import.meta.url)` assets (Vite, webpack, Next) need no configuration.
 */
import init, { Session } from "./glue.js";
import { loader } from "./engine.js";
import { create } from "./wellmet.js";

/** The SDK of this page: a function that takes commands, with the same commands as methods. */
export const wellmet = create(
  loader({ default: init, Session }, () => new URL("wellmet_bg.wasm", import.meta.url)),
  () => import("./living.js"),
);

export type * from "./api.js";
export type * from "./engine.js";
export type * from "./elements/types.js";
