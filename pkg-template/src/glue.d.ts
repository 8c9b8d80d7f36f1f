/** The JavaScript that wasm-bindgen makes from `src/` of the repository; the build puts it in this place. */
import type { Glue } from "./engine.js";

declare const init: Glue["default"];
export default init;
export declare const Session: Glue["Session"];
