// The examples that end as files: any file server shows them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch } from "../browser/harness/chromium.mjs";
import { DATA, DIST, serve } from "../package/customer.mjs";
import { prepared, shows } from "./example.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("script-tag", async (t) => {
  const home = await prepared("script-tag");
  const origin = await serve(t, { "/": home, "/sdk/": DIST, "/book/": path.join(DATA, "book") });
  await shows(t, browser, origin);
});

for (const [name, output] of [["vite", "dist"], ["webpack", "public"], ["esbuild", "public"]]) {
  test(name, async (t) => {
    const home = await prepared(name);
    await shows(t, browser, await serve(t, { "/": path.join(home, output) }));
  });
}

test("astro, also from page to page", async (t) => {
  const home = await prepared("astro");
  const origin = await serve(t, { "/": path.join(home, "dist") });
  const she = await shows(t, browser, origin);
  const page = she.context.pages()[0];
  const engines = () => page.evaluate(() => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm")).length);
  await page.getByRole("link", { name: "A chair" }).click();
  await page.getByRole("button", { name: "Add it to the cart" }).click();
  await page.waitForFunction(() => document.body.innerText.includes("Cart: 1"));
  await page.getByRole("link", { name: "Home" }).click();
  await page.getByRole("heading", { name: /Welcome to our shop|Good to see you again/ }).waitFor();
  await page.waitForFunction(() => document.body.innerText.includes("Cart: 1"));
  assert.equal(await engines(), 1, "one engine for all pages");
  assert.deepEqual(she.watch.unexpected(), []);
});

test("import-map, from a file host of its own", async (t) => {
  const home = await prepared("import-map");
  const cdn = await serve(t, { "/wellmet@0.1.0/": DIST }, { "access-control-allow-origin": "*" });
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(home, "fill.mjs"), `${cdn}/wellmet@0.1.0`, path.join(DIST, "sri.json"),
  ]);
  await writeFile(path.join(home, "index.html"), stdout);
  const origin = await serve(t, { "/": home, "/book/": path.join(DATA, "book") });
  await shows(t, browser, origin, { elsewhere: [cdn] });
});

test("import-map: a module that is not what the map says is not run, and the page stays as it is", async (t) => {
  const home = await prepared("import-map");
  const cdn = await serve(t, { "/wellmet@0.1.0/": DIST }, { "access-control-allow-origin": "*" });
  const { stdout } = await promisify(execFile)(process.execPath, [
    path.join(home, "fill.mjs"), `${cdn}/wellmet@0.1.0`, path.join(DIST, "sri.json"),
  ]);
  await writeFile(path.join(home, "index.html"), stdout.replace(/("[^"]*index\.js": "sha384-)..../, "$1AAAA"));
  const origin = await serve(t, { "/": home });
  const page = await browser.newPage();
  t.after(() => page.close());
  const refused = page.waitForEvent("console", (message) => /integrity/.test(message.text()));
  await page.goto(origin);
  await refused;
  assert.match(await page.locator('[data-wm-slot="greeting"]').innerText(), /Welcome to our shop/);
});
