// A fresh Vite project, as the README tells a developer to make it.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { launch } from "../browser/harness/chromium.mjs";
import { Watch } from "../browser/harness/watch.mjs";
import { DATA, article, project, serve, tool } from "./customer.mjs";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Customer</title><link rel="icon" href="data:,">
<h1>A shop</h1><script type="module" src="./main.ts"></script></html>`;

const MAIN = `import { wellmet, type CartView } from "wellmet";
declare global { interface Window { seen: CartView[]; ours: typeof wellmet } }
window.ours = wellmet;
window.seen = [];
wellmet.on("cart", ({ cart }) => { window.seen.push(cart); });
document.title = (await wellmet.start({ book: "/book/" })) ? "ready" : "not ready";
`;

const TSCONFIG = {
  compilerOptions: { strict: true, target: "es2022", module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"], noEmit: true, types: [] },
  files: ["main.ts"],
};

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("a fresh Vite project type-checks, builds and works", async (t) => {
  const home = await project(t, { "index.html": PAGE, "main.ts": MAIN, "tsconfig.json": JSON.stringify(TSCONFIG) });
  await tool("typescript/bin/tsc", ["--project", home], home);
  // `esnext` because of the top-level await in the page's own script.
  await tool("vite/bin/vite.js", ["build", "--target", "esnext", "--logLevel", "warn"], home);
  await worksIn(t, path.join(home, "dist"));
});

test("the inline entry works where a bundler copies no files", async (t) => {
  const home = await project(t, {
    "index.html": PAGE.replace("./main.ts", "./bundle.js"),
    "main.ts": MAIN.replace('from "wellmet"', 'from "wellmet/inline"'),
  });
  const { errors, warnings } = await build({
    absWorkingDir: home, entryPoints: ["main.ts"], bundle: true, format: "esm", outfile: "bundle.js", logLevel: "silent",
  });
  assert.deepEqual([...errors, ...warnings], []);
  await worksIn(t, home);
});

async function worksIn(t, site) {
  const origin = await serve(t, { "/": site, "/book/": path.join(DATA, "book") });
  const context = await browser.newContext();
  t.after(() => context.close());
  const watch = new Watch(origin);
  await watch.attach(context);
  const page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction(() => document.title.includes("ready"));
  assert.equal(await page.title(), "ready", watch.console.join("\n"));
  const { id, title } = await article();
  await page.evaluate((id) => window.ours.add(id, 2), id);
  // The title is in a part of the book that is fetched when it is needed.
  await page.waitForFunction(() => window.ours.cart().lines[0]?.title);
  const cart = await page.evaluate(() => window.ours.cart());
  assert.equal(cart.count, 2);
  assert.equal(await page.evaluate(() => window.seen.at(-1).count), 2, "and the event told it");
  assert.equal(cart.lines[0].title, title);
  assert.deepEqual(watch.unexpected(), []);
  assert.deepEqual(watch.foreign, []);
}
