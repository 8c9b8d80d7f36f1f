import { readFile } from "node:fs/promises";

/**
 * The glue without its way of loading, which ours takes the place of: it streams, prints warnings to the shop's console,
 * and has a `new URL(…)` of its own that makes bundlers copy the file into builds that bring it another way.
 */
export async function bareGlue(path) {
  const text = await readFile(path, "utf8");
  const parts = /^([^]*)\nasync function __wbg_load\([^]*\nexport \{ initSync, __wbg_init as default \};\s*$/.exec(text);
  if (!parts) throw new Error("the glue of wasm-bindgen has changed: its loading part was not found");
  return `${parts[1]}
export default async ({ module_or_path: module }) =>
  wasm ?? __wbg_finalize_init(await WebAssembly.instantiate(module, __wbg_get_imports()), module);
`
    .replace(/\nif \(!\('encodeInto' in [^]*?\n\}\n/, "\n")
    // Every browser that runs this module has it.
    .replace(/\(typeof FinalizationRegistry === 'undefined'\)\s*\? \{[^}]*\}, [^}]*\} \}\s*: /g, "");
}
