// The elements as a customer gets them: the manifest's files are there, the types know them, a server may import them.

import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { DIST, folder, tool } from "./customer.mjs";

const manifest = JSON.parse(await readFile(path.join(DIST, "package.json"), "utf8"));
const elements = JSON.parse(await readFile(path.join(DIST, manifest.customElements), "utf8"));

test("the manifest names files that are there, and every element can be imported by its entry", async () => {
  assert.equal(elements.schemaVersion, "2.1.0");
  assert.ok(elements.modules.length >= 9, `${elements.modules.length} elements`);
  for (const { path: file, declarations: [{ tagName, name }] } of elements.modules) {
    assert.match(await readFile(path.join(DIST, file), "utf8"), new RegExp(`["\`]${tagName}["\`]`));
    const types = await readFile(path.join(DIST, "types", file.replace(/\.js$/, ".d.ts")), "utf8");
    assert.match(types, new RegExp(`class ${name}\\b`));
  }
  assert.deepEqual(manifest.exports["./element/*"], { types: "./types/elements/*.d.ts", default: "./elements/*.js" });
});

test("on a server every element can be imported, and does nothing", async () => {
  for (const { path: file, declarations: [{ name }] } of elements.modules) {
    const module = await import(pathToFileURL(path.join(DIST, file)).href);
    assert.equal(typeof module[name], "function", name);
  }
});

const APP = `
import type { WellmetElements } from "wellmet";
import "wellmet/element/cart";
const cart = document.querySelector("wm-cart");
const most: number | undefined = cart?.max;
document.addEventListener("wm-change", ({ detail }) => console.log(detail.line, detail.was - detail.quantity));
cart?.addEventListener("wm-checkout", (event) => event.detail.total > 0 || event.preventDefault());
const contact = document.createElement("wm-contact");
contact.contact = { name: "Mira", hours: "Mo-Fr 09:00-17:00" };
export const view = <section><wm-cart max={9} checkout-href="/checkout"><p slot="empty">Nothing</p></wm-cart><wm-price amount={100} personal /></section>;
export const attributes: WellmetElements["wm-offer"] = { ends: "2026-12-24T18:00:00Z", extend: 30 };
export { most };
`;
const WRONG = [
  ['<wm-cart max={true}></wm-cart>', "a flag is no number"],
  ['<wm-contact phon="1"></wm-contact>', "an attribute that does not exist"],
];

test("TypeScript knows tags, properties, events and JSX", async (t) => {
  const home = await folder(t);
  await mkdir(path.join(home, "node_modules"));
  await symlink(DIST, path.join(home, "node_modules/wellmet"));
  const compile = (file) =>
    tool("typescript/bin/tsc", ["--noEmit", "--strict", "--jsx", "preserve", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--types", "", "--ignoreConfig", file], home);
  // Every other tag of this page is allowed; only ours are judged.
  const plain = "declare global { namespace JSX { interface Element {} interface IntrinsicElements { section: {}; p: { slot?: string; children?: unknown } } } }\n";
  await writeFile(path.join(home, "app.tsx"), plain + APP);
  await compile("app.tsx");
  for (const [at, [markup, why]] of WRONG.entries()) {
    await writeFile(path.join(home, `wrong${at}.tsx`), `${plain}import "wellmet/element/cart";\nexport const view = ${markup};\n`);
    await assert.rejects(compile(`wrong${at}.tsx`), /error TS2322/, why);
  }
});
