import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { bareGlue } from "./glue.mjs";
import { shorten } from "./shorten.mjs";

/** Where the module's bytes come from. A bundler knows the pattern of the first and copies the file. */
const FILE = {
  index: (module) => `export default () => fetch(new URL("./${module}", import.meta.url)).then((answer) => {
  if (!answer.ok) throw new Error(answer.url + " answered " + answer.status);
  return answer.arrayBuffer();
});`,
  node: (module) => `import { readFile } from "node:fs/promises";
export default () => readFile(new URL("./${module}", import.meta.url));`,
};

/** An entry that stands alone (`wellmet/state`, `wellmet/rules`): a module and a glue of its own, once for browsers and once for Node. */
export async function buildAlone(name, { common, from, out }) {
  const folder = join(out, name);
  const module = `${name}_bg.wasm`;
  await mkdir(folder, { recursive: true });
  const { wasm, glue } = shorten(
    await readFile(join(from, `wellmet_${module}`)),
    await bareGlue(join(from, `wellmet_${name}.js`)),
  );
  await writeFile(join(folder, module), wasm);
  const generated = (file) => ({
    name: "generated",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`/(${name}-core|module-file)\\.js$`) }, ({ path }) => ({ path, namespace: name }));
      onLoad({ filter: /core/, namespace: name }, () => ({ contents: glue, loader: "js" }));
      onLoad({ filter: /file/, namespace: name }, () => ({ contents: FILE[file](module), loader: "js" }));
    },
  });
  await Promise.all(
    Object.keys(FILE).map((file) =>
      build({
        ...common,
        entryPoints: [`src/${name}.ts`],
        outfile: join(folder, `${file}.js`),
        minify: file === "index",
        external: ["node:fs/promises"],
        plugins: [generated(file)],
      }),
    ),
  );
}
