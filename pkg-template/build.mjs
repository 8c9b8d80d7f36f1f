/**
 * Makes the npm package: `node pkg-template/build.mjs [--wasm pkg] [--out dist]`, from the repository's root.
 *
 * Takes what wasm-bindgen wrote (`wellmet.js`, `wellmet_bg.wasm`, `wellmet.d.ts`), joins it with `src/`, and writes
 * the finished package: the script tag's module, the entries for bundlers, the stub, types, and the hashes of
 * every file for `integrity=`. Fails when the generated declarations do not fit `src/engine.ts`.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { spawnSync } from "node:child_process";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildElements } from "./elements.mjs";
import { bareGlue } from "./glue.mjs";
import { shorten } from "./shorten.mjs";
import { smaller } from "./smaller.mjs";
import { buildAlone } from "./alone.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const { values } = parseArgs({
  options: { wasm: { type: "string", default: join(root, "pkg") }, out: { type: "string", default: join(root, "dist") } },
});
const from = resolve(values.wasm);
const out = resolve(values.out);

const built = await readFile(join(from, "wellmet_bg.wasm")).catch(() => {
  console.error(`no wellmet_bg.wasm in ${from}: build it first (cargo xtask build), or name its folder with --wasm`);
  process.exit(1);
});
const { wasm, glue } = shorten(built, await bareGlue(join(from, "wellmet.js")));
const explaining = shorten(await readFile(join(from, "wellmet_debug_bg.wasm")), await bareGlue(join(from, "wellmet_debug.js")));
const sri = (bytes) => "sha384-" + createHash("sha384").update(bytes).digest("base64");

const generated = {
  name: "generated",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/(glue|wasm)\.js$/ }, ({ path }) => ({ path, namespace: "generated" }));
    onLoad({ filter: /glue/, namespace: "generated" }, () => ({ contents: glue, loader: "js" }));
    onLoad({ filter: /wasm/, namespace: "generated" }, () => ({ contents: wasm.toString("base64"), loader: "text" }));
  },
};

/** The glue of the engine that the developer's overlay takes. */
const explainer = {
  name: "explainer",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/core\.js$/ }, ({ path }) => ({ path, namespace: "explainer" }));
    onLoad({ filter: /./, namespace: "explainer" }, () => ({ contents: explaining.glue, loader: "js" }));
  },
};

/** What is imported dynamically is a file of its own: the second half, and what only some pages need. */
const apart = {
  name: "apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ path, kind }) => (kind === "dynamic-import" ? { path, external: true } : null));
  },
};
const LATER = ["living", "configurator", "clerk", "tcf", "alone", "bridge", "debug"];

/** Where all is one file, nobody pays for elements that she does not import by herself, nor for the developer's overlay. */
const without = {
  name: "without",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /(elements\/index|\/debug)\.js$/ }, ({ path }) => ({ path, namespace: "none" }));
    onLoad({ filter: /./, namespace: "none" }, () => ({
      contents: "export const load = () => {}; export const openOverlay = async () => () => {};",
    }));
  },
};

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "types"), { recursive: true });

const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [generated, explainer, apart],
  define: { WASM_INTEGRITY: JSON.stringify(sri(wasm)), DEBUG_INTEGRITY: JSON.stringify(sri(explaining.wasm)) },
};
await Promise.all([
  build({ ...common, entryPoints: ["src/auto.ts"], outfile: join(out, "wellmet.js"), minify: true }),
  build({ ...common, entryPoints: LATER.map((name) => `src/${name}.ts`), outdir: out, minify: true }),
  build({ ...common, entryPoints: ["src/inline.ts"], outfile: join(out, "inline.js"), minify: true, plugins: [generated, without] }),
  // What a bundler reads it will minify itself; a person may want to read it, too.
  build({ ...common, entryPoints: ["src/index.ts", "src/slim.ts"], outdir: out }),
  // Its users decide who React is; a framework that renders on a server has to know that this half is the browser's.
  build({ ...common, entryPoints: ["src/react.ts"], outdir: out, external: ["react"], banner: { js: '"use client";' } }),
  build({ ...common, entryPoints: ["src/stub.ts"], outfile: join(out, "stub.js"), minify: true, format: "iife" }),
  buildElements(common, here, out),
  ...["state", "rules"].map((name) => buildAlone(name, { common, from, out })),
]);
const inElements = (await readdir(join(out, "elements"))).map((name) => join("elements", name));
await smaller(["wellmet.js", ...LATER.map((name) => `${name}.js`), ...inElements].map((name) => join(out, name)));
await writeFile(join(out, "wellmet_bg.wasm"), wasm);
await writeFile(join(out, "debug_bg.wasm"), explaining.wasm);

// Types: ours, and the proof that the wasm half has the shape that ours expect.
const proof = join(out, "proof.ts");
const towards = (path) => "./" + relative(out, path).replaceAll("\\", "/");
await writeFile(
  proof,
  `import type { Glue } from "${towards(join(here, "src/engine.js"))}";
import type { Explaining } from "${towards(join(here, "src/debug/engine.js"))}";
import * as glue from "${towards(join(from, "wellmet.js"))}";
import * as debug from "${towards(join(from, "wellmet_debug.js"))}";
export const fits: Glue = glue;
export const explains: Pick<Explaining, "explain"> = debug.Session.prototype;
`,
);
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
const compile = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...args], { encoding: "utf8" });
  if (status) throw new Error(`tsc ${args.join(" ")}\n${stdout}${stderr}`);
};
compile("-p", join(here, "tsconfig.json"), "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", join(out, "types"));
compile(
  ...["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"],
  ...["--lib", "es2022,dom,dom.iterable", "--ignoreConfig", proof],
);
await rm(proof);

await cp(join(here, "src/core.wasm.d.ts"), join(out, "types/core.wasm.d.ts"));
for (const name of ["package.json", "README.md", "schema.json"]) await cp(join(here, name), join(out, name));
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) await cp(join(root, licence), join(out, licence));

const elements = (await readdir(join(out, "elements"))).sort().map((name) => `elements/${name}`);
const shipped = ["wellmet.js", "wellmet_bg.wasm", "debug_bg.wasm", ...LATER.map((name) => `${name}.js`), "stub.js", "index.js", "slim.js", "inline.js", "react.js", "state/index.js", "state/state_bg.wasm", "rules/index.js", "rules/rules_bg.wasm", ...elements];
const files = await Promise.all(shipped.map(async (name) => [name, await readFile(join(out, name))]));
const hashes = Object.fromEntries(files.map(([name, bytes]) => [name, sri(bytes)]));
await writeFile(join(out, "sri.json"), JSON.stringify(hashes, null, 2) + "\n");

const kb = (n) => (n / 1000).toFixed(2).padStart(8);
console.log("file                          raw kB  gzip kB  brotli kB");
for (const [name, bytes] of files) {
  const gzip = gzipSync(bytes, { level: 9 }).length;
  console.log(name.padEnd(26), kb(bytes.length), kb(gzip), kb(brotliCompressSync(bytes).length));
}
