// The developer's overlay: only for developers, only when asked for, readable by everybody, and gone without a trace.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../package/customer.mjs";
import { launch } from "./harness/chromium.mjs";
import { customers } from "./harness/data.mjs";
import { behaviour, eventually } from "./harness/index.mjs";
import { BOOK, GREETING, TWO_LINES, everythingKept, html, known, shopperAt, site } from "./harness/page.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const AXE = await readFile(path.join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8");
const BODY = `<main data-wm-page="home">${GREETING}<p>Cart: <b data-wm-cart="count">0</b> <button data-wm-action="add" data-wm-item="FUR-CH-10002647">Add</button></p></main>`;
const overlay = (page) => page.locator("[data-wm-debug] section");
const loaded = (page) => page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/debug.js")));

/** What the overlay says of each variant of the page's first slot. */
async function outcomes(page) {
  const variants = overlay(page).getByRole("table").filter({ hasText: "Why, or why not" }).first();
  await variants.waitFor();
  return variants.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
}

test("it says what is shown and why, looks at another time, and leaves nothing behind", async (t) => {
  const origin = await site(t, { "index.html": html({ body: BODY }) });
  const she = await shopperAt(t, browser, origin, { viewport: { width: 1280, height: 900 } });
  const page = await she.open("/");
  assert.equal(await loaded(page), false, "nobody has asked for it");
  await known(she, page);
  await she.go(page, "/?wm=debug");
  await overlay(page).waitFor();
  const text = async () => (await overlay(page).innerText()).replace(/\s+/g, " ");
  await page.waitForFunction(() => document.querySelector("[data-wm-debug]").shadowRoot.textContent.includes("known"));
  assert.match(await text(), /greeting.*shows known why targeted/);
  assert.deepEqual(await outcomes(page), [["known", "shown"], ["returning", "later "]]);
  await page.getByRole("button", { name: "Add" }).click();
  await page.waitForFunction(() => document.querySelector("[data-wm-debug]").shadowRoot.textContent.includes("1 in the cart"));
  for (const name of ["Consent", "Profile", "Sizes", "Layout shift", "View as"]) await overlay(page).locator("summary", { hasText: name }).click();
  assert.match(await text(), /personalization granted/);
  assert.match(await text(), /wellmet_bg\.wasm/);
  assert.match(await text(), /0\.000 in slots/);
  await page.getByLabel("Time on this page").fill("2030-12-24T18:00:00");
  await overlay(page).getByRole("button", { name: "Set" }).click();
  await page.waitForFunction(() => document.querySelector("[data-wm-debug]").shadowRoot.textContent.includes("2030-12-24"));
  await overlay(page).getByRole("button", { name: "Now" }).click();

  await page.evaluate(AXE);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => window.axe.run({ include: [["[data-wm-debug]"]] }));
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(" "))]), [], colorScheme);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Add" }).click();
  assert.deepEqual(await she.cart(page), { "FUR-CH-10002647": 2 }, "on a phone it leaves the upper half to the page");
  await overlay(page).getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("[data-wm-debug]").count(), 0);
  await she.settled(page);
  await she.go(page, "/");
  assert.deepEqual(await she.cart(page), { "FUR-CH-10002647": 2 }, "what was done meanwhile is kept");
  assert.match(await page.locator("h1").innerText(), /Anna/);
  assert.deepEqual(she.watch.unexpected(), []);
  assert.deepEqual(she.watch.moved(), []);
});

test("a record that is none is refused in words", async (t) => {
  const origin = await site(t, { "index.html": html({ body: BODY }) });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/?wm=debug");
  assert.deepEqual(await outcomes(page), [
    ["known", 'no-consent attribute = "name", purpose = personalization'],
    ["returning", "not-targeted segment.returning = true, seen: false"],
  ]);
  await overlay(page).locator("summary", { hasText: "View as" }).click();
  await page.getByLabel("A customer's record").setInputFiles({ name: "x", mimeType: "application/octet-stream", buffer: Buffer.from("no record") });
  await page.waitForFunction(() => document.querySelector("[data-wm-debug]").shadowRoot.textContent.includes("that is no record"));
  assert.deepEqual(she.watch.unexpected(), []);
});

test("without the engine that explains the page and the rest of the overlay go on", async (t) => {
  const origin = await site(t, { "index.html": html({ body: BODY }) });
  const she = await shopperAt(t, browser, origin);
  await she.context.route("**/debug_bg.wasm", (route) => route.fulfill({ status: 404 }));
  const page = await she.open("/?wm=debug");
  await overlay(page).getByText(/debug_bg\.wasm: ./).waitFor();
  await page.getByRole("button", { name: "Add" }).click();
  assert.deepEqual(await she.cart(page), { "FUR-CH-10002647": 1 });
  assert.equal(await overlay(page).getByText("Why, or why not").count(), 0);
});

test("on a shop's own address only a token that the shop has signed opens it", async (t) => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const other = generateKeyPairSync("ed25519").privateKey;
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = (claims, key = privateKey) => {
    const text = `${part({ alg: "EdDSA", typ: "JWT" })}.${part(claims)}`;
    return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
  };
  const soon = Math.floor(Date.now() / 1000) + 600;
  const origin = await site(t, {
    "index.html": html({ head: TWO_LINES(`${BOOK} data-debug-keys="/keys.json"`), body: BODY }),
    "keys.json": JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] }),
  });
  const shop = "https://shop.example";
  const open = async (query) => {
    const she = await shopperAt(t, browser, shop);
    await she.context.route(`${shop}/**`, async (route) => {
      const answer = await fetch(route.request().url().replace(shop, origin));
      await route.fulfill({ status: answer.status, headers: { "content-type": answer.headers.get("content-type") ?? "" }, body: Buffer.from(await answer.arrayBuffer()) });
    });
    const page = await she.open(`/${query}`);
    await she.settled(page);
    assert.deepEqual(she.watch.unexpected(), []);
    return page.locator("[data-wm-debug]").count();
  };
  const debug = (jwt) => `?wm=debug&wm-token=${jwt}`;
  assert.equal(await open("?wm=debug"), 0, "without a token");
  assert.equal(await open(debug(token({ aud: "wellmet-debug", exp: soon }))), 1, "with one");
  assert.equal(await open(debug(token({ aud: "wellmet-debug", exp: soon - 1200 }))), 0, "one that has run out");
  assert.equal(await open(debug(token({ aud: "wellmet", exp: soon }))), 0, "one for something else");
  assert.equal(await open(debug(token({ aud: "wellmet-debug", exp: soon }, other))), 0, "one that somebody else has signed");
});

behaviour("the shop as one of its customers sees it, and nothing kept of her", async ({ shopper }) => {
  const [anna] = customers;
  const first = anna.name.split(" ")[0];
  const her = await shopper();
  const hers = await her.open("/");
  await her.allow(hers);
  await her.signIn(hers, anna);
  const record = await hers.evaluate(async () => {
    const bytes = new Uint8Array(await (await fetch("/wellmet/v1/record")).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });

  const developer = await shopper({ viewport: { width: 1280, height: 900 } });
  const page = await developer.open("/");
  await developer.allow(page);
  await developer.go(page, "/?wm=debug");
  await developer.settled(page);
  const before = await developer.stored();
  assert.ok(!(await developer.slot(page, "greeting")).includes(first));
  await overlay(page).locator("summary", { hasText: "View as" }).click();
  await page.getByLabel("… or as base64").fill(record);
  await overlay(page).getByRole("button", { name: "Look" }).click();
  await eventually(async () => (await developer.slot(page, "greeting")).includes(first), "she is greeted by her name");
  // The trace says by which facts; the overlay draws itself a frame after the page.
  await overlay(page).getByText(`name = ${first}`).first().waitFor();
  await developer.settled(page);
  assert.deepEqual(await developer.stored(), before, "nothing new is kept");
  const kept = await page.evaluate(everythingKept);
  assert.ok(!kept.includes(anna.id) && !kept.includes(first), "nor in what was there");
  await overlay(page).getByRole("button", { name: "Back to herself" }).click();
  await eventually(async () => !(await developer.slot(page, "greeting")).includes(first), "and the developer is herself again");
});
