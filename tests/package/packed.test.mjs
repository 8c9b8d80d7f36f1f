// The archive that would be published: what is in it, and what publint and are-the-types-wrong say.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { DIST, folder, pack, tool } from "./customer.mjs";

const manifest = JSON.parse(await readFile(path.join(DIST, "package.json"), "utf8"));

test("the archive holds the package and nothing else", async (t) => {
  const { files } = await pack(await folder(t));
  for (const wanted of ["package.json", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "stub.js", "wellmet.js", "wellmet_bg.wasm"]) {
    assert.ok(files.includes(wanted), `${wanted} is missing`);
  }
  const allowed = /^(README\.md|LICENSE-(MIT|APACHE)|[\w.-]+\.(js|wasm|json|css)|(types|elements|state|rules)\/[\w./-]+\.(d\.ts|js|wasm))$/;
  assert.deepEqual(files.filter((file) => !allowed.test(file)), []);
});

test("the package depends on nothing and promises what it has", async () => {
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(manifest.peerDependencies, { react: ">=18" }, "only for wellmet/react");
  assert.equal(manifest.peerDependenciesMeta.react.optional, true);
  assert.equal(manifest.scripts, undefined, "nothing may run at a customer's install");
  assert.equal(manifest.license, "MIT OR Apache-2.0");
  assert.notEqual(manifest.private, true);
});

test("no file tells where it was built", async (t) => {
  const { files } = await pack(await folder(t));
  for (const file of files) {
    const text = await readFile(path.join(DIST, file), "latin1");
    assert.doesNotMatch(text, /\/(home|root|Users)\/[\w.]+\/|\.cargo\/registry/, `${file} holds a path of the build machine`);
  }
});

test("publint has no notes", async () => {
  const { messages } = await publint({ pkgDir: DIST, level: "suggestion", strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, manifest)), []);
});

test("are-the-types-wrong is clean", async (t) => {
  const home = await folder(t);
  const { archive } = await pack(home);
  // The package is for browsers and ESM only, so what CommonJS would see is not asked; wasm and CSS have no types. A pattern
  // of entries is not looked at, so each element is named.
  const elements = (await readdir(path.join(DIST, "elements"))).filter((name) => /^[a-z]+\.js$/.test(name) && name !== "index.js").map((name) => `./element/${path.basename(name, ".js")}`);
  assert.ok(elements.length > 8, elements.join(", "));
  const asked = ["--profile", "esm-only", "--no-emoji", "--exclude-entrypoints", "./core.wasm", "./state.wasm", "./rules.wasm", "./elements.css", "--include-entrypoints", ...elements];
  await tool("@arethetypeswrong/cli/dist/index.js", [archive, ...asked], home);
});

test("the integrity list fits the files", async () => {
  const list = JSON.parse(await readFile(path.join(DIST, "sri.json"), "utf8"));
  const names = Object.keys(list);
  assert.ok(names.includes("wellmet.js") && names.includes("wellmet_bg.wasm"), names.join(", "));
  for (const name of names) {
    const bytes = await readFile(path.join(DIST, name));
    assert.equal(list[name], `sha384-${createHash("sha384").update(bytes).digest("base64")}`, name);
  }
});
