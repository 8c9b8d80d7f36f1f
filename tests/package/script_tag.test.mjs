// Two lines in a plain HTML page, as CONVENTIONS has them, also under a strict content policy.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../browser/harness/chromium.mjs";
import { Watch } from "../browser/harness/watch.mjs";
import { DATA, DIST, article, folder, serve } from "./customer.mjs";

const sri = JSON.parse(await readFile(path.join(DIST, "sri.json"), "utf8"));

const page = (attributes = "") => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Plain</title><link rel="icon" href="data:,">
<script nonce="n1">(function(w,n){w[n]=w[n]||function(){(w[n].q=w[n].q||[]).push(arguments)}})(window,"wellmet")</script>
<script type="module" async src="/wellmet/wellmet.js" data-book="/book/" ${attributes}></script>
<h1>A shop</h1><script nonce="n1">wellmet("add", "ARTICLE", 1); wellmet("add", "ARTICLE", 2);</script></html>`;

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function opened(t, html, headers) {
  const site = await folder(t);
  const { id } = await article();
  await writeFile(path.join(site, "index.html"), html.replaceAll("ARTICLE", id));
  const origin = await serve(t, { "/": site, "/wellmet/": DIST, "/book/": path.join(DATA, "book") }, headers);
  const context = await browser.newContext();
  t.after(() => context.close());
  const watch = new Watch(origin);
  await watch.attach(context);
  const tab = await context.newPage();
  const ready = new Promise((resolve) => tab.exposeFunction("told", resolve));
  await tab.addInitScript(() => document.addEventListener("wellmet:ready", () => window.told()));
  await tab.goto(origin);
  await ready;
  return { tab, watch };
}

test("two lines are enough, and calls before load are kept in order", async (t) => {
  const { tab, watch } = await opened(t, page());
  await tab.waitForFunction(() => window.wellmet.cart().count === 3);
  assert.deepEqual(watch.unexpected(), []);
  assert.deepEqual(watch.foreign, []);
});

test("it runs with integrity, a nonce policy and trusted types", async (t) => {
  const html = page(`integrity="${sri["wellmet.js"]}" crossorigin="anonymous" data-integrity="${sri["wellmet_bg.wasm"]}" nonce="n1"`);
  const { tab, watch } = await opened(t, html, {
    "content-security-policy":
      "default-src 'none'; img-src data:; connect-src 'self'; style-src 'self'; base-uri 'none'; " +
      "script-src 'nonce-n1' 'strict-dynamic' 'wasm-unsafe-eval'; require-trusted-types-for 'script'",
  });
  await tab.waitForFunction(() => window.wellmet.cart().count === 3);
  assert.deepEqual(watch.unexpected(), []);
});
