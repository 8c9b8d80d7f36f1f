// The strictest pages that shops have: content policies, Trusted Types, integrity for every file, other paths and names, and
// files that a blocker keeps away.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { DATA, DIST, serve } from "../package/customer.mjs";
import { launch } from "./harness/chromium.mjs";
import { Shopper } from "./harness/shopper.mjs";
import { GREETING, html, known, shopperAt, site } from "./harness/page.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const STUB = `(function(w,n){w[n]=w[n]||function(){(w[n].q=w[n].q||[]).push(arguments)}})(window,"wellmet")`;
/** Without an inline style: its room comes from the shop's own sheet. */
const PLACE = GREETING.replace(/ style="[^"]*"/, "");
const BODY = `<main data-wm-page="home">${PLACE}<ul data-wm-slot="recent"><template data-wm-each="items"><li data-wm-text="title"></li></template></ul>
<p>Cart: <b data-wm-cart="count">0</b></p><button data-wm-action="add" data-wm-item="FUR-CH-10002647">Add</button></main>`;
const SHEET = '[data-wm-slot="greeting"]{min-height:9rem;display:flow-root}[data-wm-slot="recent"]{min-height:9rem}';

const POLICIES = {
  "nonce, strict-dynamic and Trusted Types without a policy":
    "default-src 'none'; img-src data: 'self'; connect-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; " +
    "script-src 'nonce-n1' 'strict-dynamic' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'",
  "plain 'self'": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; style-src 'self'",
};

async function violations(context) {
  await context.addInitScript(() => {
    window.__violations = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => window.__violations.push(`${effectiveDirective} ${blockedURI}`));
  });
}

for (const [name, policy] of Object.entries(POLICIES)) {
  test(`everything works under ${name}`, async (t) => {
    const head = `<link rel="stylesheet" href="/sheet.css"><script nonce="n1" src="/stub.js"></script>
      <script nonce="n1" type="module" async src="/wellmet/wellmet.js" data-book="/book/" data-events="ga4" data-transition></script>`;
    const origin = await site(t, { "index.html": html({ head, body: BODY }), "stub.js": STUB, "sheet.css": SHEET }, { "content-security-policy": policy });
    const she = await shopperAt(t, browser, origin, { viewport: { width: 1280, height: 900 } });
    await violations(she.context);
    const page = await she.open("/?wm=debug");
    await page.locator("[data-wm-debug] section").waitFor();
    await known(she, page);
    await page.evaluate(() => window.wellmet.consent({ analytics: true }));
    await page.waitForFunction(() => document.querySelector("h1").innerText === "Welcome back, Anna");
    await page.getByRole("button", { name: "Add" }).click();
    await page.waitForFunction(() => window.dataLayer.some((entry) => entry?.event === "add_to_cart"));
    await page.evaluate(() => window.wellmet.destroy());
    assert.deepEqual(await page.evaluate(() => window.__violations), []);
    assert.deepEqual(she.watch.unexpected(), []);
  });
}

test("without wasm-unsafe-eval the page stays as it is, and one diagnostic says what to add", async (t) => {
  const head = `<link rel="stylesheet" href="/sheet.css"><script src="/stub.js"></script><script type="module" async src="/wellmet/wellmet.js" data-book="/book/"></script>`;
  const origin = await site(t, { "index.html": html({ head, body: BODY }), "stub.js": STUB, "sheet.css": SHEET }, { "content-security-policy": "default-src 'self'; img-src 'self' data:" });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/", { decided: false });
  await page.waitForFunction(() => window.__told.some(({ name }) => name === "error"));
  await page.evaluate(() => window.wellmet.decide());
  await she.settled(page);
  const problems = await she.told(page, "error");
  assert.deepEqual(problems.map(({ code, fix }) => [code, /wasm-unsafe-eval/.test(fix)]), [["WM-CSP-001", true]]);
  assert.match(await she.slot(page, "greeting"), /^Welcome to our shop/);
  // The browser itself reports the refusal; no script can prevent it.
  assert.deepEqual(she.watch.unexpected([/wasm-unsafe-eval|WebAssembly/]), []);
});

test("other folders and other names, with integrity for every file", async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-renamed-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const home = path.join(folder, "s/9f");
  await cp(DIST, home, { recursive: true });
  await rename(path.join(home, "wellmet.js"), path.join(home, "a.js"));
  await rename(path.join(home, "wellmet_bg.wasm"), path.join(home, "b.bin"));
  const sri = JSON.parse(await readFile(path.join(DIST, "sri.json"), "utf8"));
  const integrity = { "/s/9f/a.js": sri["wellmet.js"], "/s/9f/living.js": sri["living.js"], "/s/9f/alone.js": sri["alone.js"] };
  const head = `<script type="importmap">${JSON.stringify({ integrity })}</script><script>${STUB.replace('"wellmet"', '"kit"')}</script>
    <script type="module" async src="/s/9f/a.js" integrity="${sri["wellmet.js"]}" data-name="kit" data-wasm="/s/9f/b.bin" data-integrity="${sri["wellmet_bg.wasm"]}" data-book="/book/"></script>`;
  await writeFile(path.join(folder, "index.html"), html({ head, body: `${BODY}<style>${SHEET}</style>` }));
  const origin = await serve(t, { "/": folder, "/book/": path.join(DATA, "book") });
  const she = await Shopper.arrive(browser, origin, {});
  t.after(() => she.leave());
  const page = await she.open("/");
  await page.getByRole("button", { name: "Add" }).click();
  await page.waitForFunction(() => window.kit.cart().count === 1);
  assert.equal(await page.evaluate(() => typeof window.wellmet), "undefined");
  const asked = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
  assert.deepEqual(asked.filter((one) => /wellmet|track|analytic|person|ads?\b/i.test(one)), [], "no name that a blocker would know");
  assert.deepEqual(she.watch.unexpected(), []);
});

for (const file of ["wellmet.js", "wellmet_bg.wasm", "living.js", "alone.js", "book.wmb"]) {
  test(`a blocked ${file} is asked for once, and the page stays whole`, async (t) => {
    const head = `<script>${STUB}</script><script type="module" async src="/wellmet/wellmet.js" data-book="/book/"></script>`;
    // Not marked, so that the page has to be read.
    const body = `${BODY.replace(' data-wm-page="home"', "")}<style>${SHEET}</style>`;
    const origin = await site(t, { "index.html": html({ head, body }) });
    const she = await shopperAt(t, browser, origin);
    let asked = 0;
    await she.context.route(`**/${file}`, (route) => {
      asked += 1;
      return route.abort("blockedbyclient");
    });
    const page = await she.open("/", { decided: false });
    await she.settled(page);
    for (let n = 0; n < 5; n += 1) {
      await page.getByRole("button", { name: "Add" }).click();
      await page.evaluate((n) => {
        history.pushState(null, "", `/page-${n}`);
        document.querySelector("main").append(document.createElement("hr"));
        void window.wellmet("decide");
      }, n);
      await she.settled(page);
    }
    assert.equal(asked, 1, "no retry storm");
    assert.match(await she.slot(page, "greeting"), /^Welcome to our shop/);
    assert.deepEqual(she.watch.unexpected([/^error: Failed to load resource: net::ERR_BLOCKED_BY_CLIENT/]), []);
  });
}
