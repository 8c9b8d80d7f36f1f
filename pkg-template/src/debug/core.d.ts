/** The JavaScript that wasm-bindgen makes from `src/` with the feature `explain`; the build puts it in this place. */
import type { Glue } from "../engine.js";
import type { ExplainingGlue } from "./engine.js";

declare const init: Glue["default"];
export default init;
export declare const Session: ExplainingGlue["Session"];
