import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { bareGlue } from "./glue.mjs";
import { shorten } from "./shorten.mjs";

/** Where the module's bytes come from. A bundler knows the pattern of the first and copies the file. */
const FILE = {
  index: `export default () => fetch(new URL("./state_bg.wasm", import.meta.url)).then((answer) => {
  if (!answer.ok) throw new Error(answer.url + " answered " + answer.status);
  return answer.arrayBuffer();
});`,
  node: `import { readFile } from "node:fs/promises";
export default () => readFile(new URL("./state_bg.wasm", import.meta.url));`,
};

/** The entry `wellmet/state`: a module and a glue of its own, once for browsers and once for Node. */
export async function buildState({ common, from, out }) {
  await mkdir(out, { recursive: true });
  const { wasm, glue } = shorten(
    await readFile(join(from, "wellmet_state_bg.wasm")),
    await bareGlue(join(from, "wellmet_state.js")),
  );
  await writeFile(join(out, "state_bg.wasm"), wasm);
  const generated = (file) => ({
    name: "generated",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\/state-(core|file)\.js$/ }, ({ path }) => ({ path, namespace: "state" }));
      onLoad({ filter: /core/, namespace: "state" }, () => ({ contents: glue, loader: "js" }));
      onLoad({ filter: /file/, namespace: "state" }, () => ({ contents: FILE[file], loader: "js" }));
    },
  });
  await Promise.all(
    Object.keys(FILE).map((file) =>
      build({
        ...common,
        entryPoints: ["src/state.ts"],
        outfile: join(out, `${file}.js`),
        minify: file === "index",
        external: ["node:fs/promises"],
        plugins: [generated(file)],
      }),
    ),
  );
}
