// The two lines and nothing else: no book, no mark, no shop file. The pages are those of a shop that has written its
// JSON-LD for search engines.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./harness/chromium.mjs";
import { TWO_LINES, html, shopperAt, site } from "./harness/page.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const SLOTS = `<section data-wm-slot="greeting" style="min-height:4rem"><h2>Welcome</h2>
  <template data-wm-when="known"><h2>Hello <bdi data-wm-text="name"></bdi></h2></template>
  <template data-wm-when="returning"><h2>Good to see you again</h2></template></section>
<ul data-wm-slot="recent" style="min-height:20rem"><li>Nothing yet</li>
  <template data-wm-each="items"><li><a data-wm-href="link"><img data-wm-src="image" data-wm-alt="title" width="20" height="20"><b data-wm-text="title"></b></a>
  <i data-wm-money="price"></i></li></template></ul>
<p data-wm-slot="resume" style="min-height:2rem">Start here<template data-wm-when="cart">You left <b data-wm-text="count"></b></template></p>`;

const product = (sku, name, more = {}) =>
  html({
    head: `${TWO_LINES()}<script type="application/ld+json">${JSON.stringify({
      "@context": "https://schema.org", "@type": "Product", sku, name,
      offers: { "@type": "Offer", price: "1.299,00", priceCurrency: "EUR", availability: "InStock" }, ...more,
    }).replaceAll("<", "\\u003c")}</script>`,
    body: `<h1>Product</h1>${SLOTS}<button data-wm-action="add" data-wm-item="${sku}">Add</button>`,
  });

const LONG = "x".repeat(10_000);
const HOSTILE = `<img src=x onerror="document.title='owned'">\u202e${LONG}`;

const says = (page, text) => page.waitForFunction((text) => document.body.innerText.includes(text), text);

test("c01 c17 c54 greeting after consent, recently viewed, and the cart resumed", async (t) => {
  const origin = await site(t, {
    "chair.html": product("CH-1", "Chair"),
    "table.html": product("T-1", "Table"),
    "index.html": html({ head: TWO_LINES(), body: `<h1>Home</h1>${SLOTS}` }),
  });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/chair.html");
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/alone.js")));
  await she.settled(page);
  await she.storedNothing("nothing before consent");
  await page.evaluate(() => window.wellmet.consent({ personalization: true }));
  await she.settled(page);
  await she.go(page, "/table.html");
  await says(page, "Chair");
  assert.match(await she.slot(page, "recent"), /^Chair €1,299\.00$/);
  assert.equal(await she.slot(page, "greeting"), "Welcome", "still her first visit");
  await page.getByRole("button", { name: "Add" }).click();
  await she.settled(page);
  await she.later(2 * 3_600_000);
  await she.go(page, "/");
  await says(page, "Good to see you again");
  await says(page, "You left 1");
  assert.match(await she.slot(page, "recent"), /^Table .* Chair /, "the last one first");
  assert.match(await page.locator('[data-wm-slot="recent"] a').first().getAttribute("href"), /table\.html$/);
  await page.evaluate(() => window.wellmet.forget());
  await says(page, "Start here");
  await she.settled(page);
  await she.storedNothing("forgotten");
  assert.deepEqual(she.watch.unexpected(), [], "the console is empty");
  assert.deepEqual(she.watch.moved(), [], "nothing moved");
  assert.deepEqual(she.watch.foreign, []);
});

test("c07 hostile words in what the page says, and in her own name", async (t) => {
  const links = ["javascript:document.title='owned'", " jAvA\tscript:document.title='owned'", "data:text/html,<script>1</script>", "vbscript:x"];
  const pages = Object.fromEntries(links.map((url, n) => [`p${n}.html`, product(`S-${n}`, HOSTILE, { url, image: url })]));
  // Room enough for all of it: what has none would not be shown at all.
  const body = SLOTS.replaceAll(/min-height:\d+rem/g, "min-height:300rem;overflow-wrap:anywhere");
  const origin = await site(t, { ...pages, "index.html": html({ head: TWO_LINES(), body }) });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await page.evaluate(() => window.wellmet.consent({ personalization: true }));
  for (const name of Object.keys(pages)) {
    await she.go(page, `/${name}`);
    await she.settled(page);
  }
  await page.evaluate((name) => window.wellmet.setName(name), HOSTILE);
  await she.go(page, "/");
  await says(page, "Hello <img src=x");
  await page.waitForFunction(() => document.querySelectorAll('[data-wm-slot="recent"] a').length === 4);
  const shown = await page.locator('[data-wm-slot="recent"] a').evaluateAll((nodes) => nodes.map((node) => [node.getAttribute("href"), node.innerText, node.querySelectorAll("img").length]));
  for (const [href, text, images] of shown) {
    assert.equal(href, null, "a hostile address leads nowhere");
    assert.equal(images, 1, "a title is text");
    assert.ok(text.length < 1_010 && !text.includes("\u202e"), "it is cut, and turns nothing around");
  }
  const greeting = await she.slot(page, "greeting");
  assert.ok(greeting.length < 1_010 && !greeting.includes("\u202e"));
  assert.notEqual(await page.title(), "owned");
  assert.deepEqual(she.watch.unexpected([/net::ERR|404/]), []);
});

test("what is missing is named", async (t) => {
  const origin = await site(t, {
    "index.html": product(undefined, "Chair", { offers: { "@type": "Offer", price: "1,299", priceCurrency: "EUR" } }),
  });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await page.waitForFunction(() => window.__told.filter(({ name }) => name === "error").length === 3);
  const problems = await she.told(page, "error");
  assert.deepEqual(problems.map(({ code }) => code).sort(), ["WM-READ-001", "WM-READ-002", "WM-READ-004"]);
  for (const { fix } of problems) assert.ok(fix.length > 10, "each says what to do");
  assert.deepEqual(she.watch.unexpected(), [], "and the console is empty all the same");
});

test("c65 c81 the data layer: acts of the shop in, acts of ours out, none twice", async (t) => {
  const head = `<script>window.dataLayer=[{event:"view_item",event_id:"e1",ecommerce:{currency:"EUR",items:[{item_id:"CH-1",item_name:"Chair",price:12.5}]}}]</script>${TWO_LINES('data-events="ga4"')}`;
  const origin = await site(t, { "index.html": html({ head, body: `${SLOTS}<button data-wm-action="add" data-wm-item="CH-1">Add</button>` }) });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await page.evaluate(() => window.wellmet.consent({ personalization: true, analytics: true }));
  await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/bridge.js")));
  await she.settled(page);
  await page.getByRole("button").click();
  await page.waitForFunction(() => window.dataLayer.some((entry) => entry?.event === "add_to_cart"));
  const told = await page.evaluate(() => window.dataLayer.filter((entry) => entry?.event && entry.event !== "view_item_list"));
  assert.deepEqual(told.map(({ event }) => event), ["view_item", "add_to_cart"]);
  assert.deepEqual(told[1].ecommerce, { currency: "EUR", value: 12.5, items: [{ item_id: "CH-1", item_name: "Chair", price: 12.5, quantity: 1 }] });
  assert.notEqual(told[1].event_id, told[0].event_id);
  assert.deepEqual(await she.cart(page), { "CH-1": 1 }, "our own words are not heard again");
  assert.deepEqual(she.watch.unexpected(), []);
});

test("a page that is made ahead of time is seen when she sees it", async (t) => {
  const rules = `<script type="speculationrules">{"prerender":[{"source":"list","urls":["/chair.html"],"eagerness":"immediate"}]}</script>`;
  const origin = await site(t, {
    "index.html": html({ head: `${TWO_LINES()}${rules}`, body: `${SLOTS}<a href="/chair.html">Chair</a>` }),
    "chair.html": product("CH-1", "Chair"),
  });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await page.evaluate(() => window.wellmet.consent({ personalization: true }));
  const cards = () => page.evaluate(() => new Promise((resolve) => {
    const opened = indexedDB.open("wellmet");
    opened.onsuccess = () => {
      const asked = opened.result.transaction("kv").objectStore("kv").get("cards");
      asked.onsuccess = () => (opened.result.close(), resolve(Object.keys(asked.result?.cards ?? {})));
    };
  }));
  await she.settled(page);
  assert.deepEqual(await cards(), [], "nobody has looked at it");
  await page.getByRole("link", { name: "Chair" }).click();
  await page.waitForFunction(() => location.pathname === "/chair.html" && window.wellmet.cart);
  await she.settled(page);
  assert.deepEqual(await cards(), ["CH-1"]);
  const ahead = await page.evaluate(() => performance.getEntriesByType("navigation")[0].activationStart > 0);
  if (!ahead) t.diagnostic("this browser did not prerender; the same was shown by an ordinary navigation");
});
