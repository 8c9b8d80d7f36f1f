/** The engine's file as base64; the build puts it in this place. */
declare const wasm: string;
export default wasm;
