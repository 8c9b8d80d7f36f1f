// The pages, as everyone gets them without wellmet.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shop } from "./shop.mjs";

test("every page answers, and what is nowhere is a page too", async (t) => {
  const { get } = await shop(t);
  for (const address of ["/", "/c/furniture", "/c/chairs", "/p/FUR-BO-10001798", "/made-to-order", "/made-to-order/humidor", "/made-to-order/cigar", "/cart", "/account", "/privacy", "/search?q=chair"]) {
    const answer = await get(address);
    assert.equal(answer.status, 200, address);
    assert.match(answer.headers.get("content-type"), /^text\/html/);
    assert.match(await answer.text(), /<main id="main"/);
  }
  for (const address of ["/nowhere", "/c/nothing", "/p/none", "/c/__proto__", "/p/constructor"]) {
    assert.equal((await get(address)).status, 404, address);
  }
});

test("broken rows are named by line and the others are kept", async (t) => {
  const { catalogue } = await shop(t);
  assert.equal(catalogue.products.length, 5);
  assert.deepEqual(catalogue.problems.map(({ line }) => line), [6, 7, 8]);
  assert.match(catalogue.problems[1].problem, /TEC-PH-3/);
});

test("a title with quotes and tags is text everywhere", async (t) => {
  const { get } = await shop(t);
  for (const address of ["/", "/c/binders", "/p/OFF-BI-1", "/search?q=slimview"]) {
    const page = await (await get(address)).text();
    assert.ok(!page.includes("<script>alert(1)"), `${address} holds the script`);
    assert.ok(page.includes("SlimView Poly Binder, 3/8&quot; &lt;script&gt;"), `${address} lost the title`);
  }
  const page = await (await get("/p/OFF-BI-1")).text();
  const data = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(page)[1]);
  assert.equal(data.name, `SlimView Poly Binder, 3/8" <script>alert(1)</script> & 'more'</title>`);
});

test("a query comes back as text", async (t) => {
  const { get } = await shop(t);
  const page = await (await get(`/search?q=${encodeURIComponent('"><img src=x onerror=alert(1)>')}`)).text();
  assert.ok(!page.includes("<img src=x"));
});

test("an address that is not relative or http(s) never reaches an attribute", async (t) => {
  const { get } = await shop(t);
  const page = await (await get("/")).text() + (await (await get("/p/OFF-BI-1")).text()) + (await (await get("/c/paper")).text());
  assert.ok(!page.includes("javascript:"));
  assert.ok(!page.includes("//elsewhere.example"));
});

test("JSON-LD names price, currency and availability", async (t) => {
  const { get, origin } = await shop(t);
  const data = async (id) => JSON.parse(/ld\+json">(.*?)<\/script>/s.exec(await (await get(`/p/${id}`)).text())[1]);
  const { offers, sku } = await data("FUR-BO-10001798");
  assert.equal(sku, "FUR-BO-10001798");
  assert.deepEqual({ ...offers, url: undefined }, {
    "@type": "Offer", price: "130.98", priceCurrency: "USD", availability: "https://schema.org/InStock", url: undefined,
  });
  assert.equal(offers.url, `${origin}/p/FUR-BO-10001798`);
  assert.equal((await data("TEC-PH-3")).offers.price, "1200", "yen have no minor unit");
  assert.match((await data("OFF-PA-2")).offers.availability, /OutOfStock/);
});

test("pages carry the strict policy with a nonce of their own, and no inline style", async (t) => {
  const { get } = await shop(t);
  const nonces = new Set();
  for (const address of ["/", "/p/OFF-BI-1", "/made-to-order", "/cart", "/account", "/privacy", "/?dev", "/nowhere"]) {
    const answer = await get(address);
    const policy = answer.headers.get("content-security-policy");
    const nonce = /script-src 'nonce-([A-Za-z0-9+/=]{24})' 'strict-dynamic' 'wasm-unsafe-eval';/.exec(policy)?.[1];
    assert.ok(nonce, policy);
    nonces.add(nonce);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.match(policy, /style-src 'self';/);
    assert.match(policy, /base-uri 'none'/);
    const page = await answer.text();
    assert.ok(!/\sstyle=/.test(page), `${address} has a style attribute`);
    assert.ok(!/\son\w+=/.test(page), `${address} has an event handler`);
    for (const [, attributes] of page.matchAll(/<script([^>]*)>/g)) {
      assert.ok(attributes.includes("ld+json") || attributes.includes(`nonce="${nonce}"`), `a script without nonce: ${attributes}`);
    }
  }
  assert.equal(nonces.size, 8, "a nonce is used once");
});

test("without the package there is no script of wellmet, and the cart says so", async (t) => {
  const { get } = await shop(t);
  const page = await (await get("/p/FUR-BO-10001798")).text();
  assert.ok(!page.includes("/sdk/"));
  assert.ok(!page.includes('data-wm-action="add"'));
  assert.match(await (await get("/cart")).text(), /switched off/);
});

test("a list is sorted and paged, and a page out of range is the nearest one", async (t) => {
  const { get } = await shop(t);
  const titles = async (address) => [...(await (await get(address)).text()).matchAll(/card-title">([^<]*)</g)].map(([, title]) => title);
  assert.deepEqual((await titles("/c/furniture?sort=low")).map((title) => title.slice(0, 4)), ["Bush", "Hon "]);
  assert.deepEqual((await titles("/c/furniture?sort=high")).map((title) => title.slice(0, 4)), ["Hon ", "Bush"]);
  assert.equal((await titles("/c/furniture?page=99&sort=__proto__")).length, 2);
});

test("other methods are refused by name", async (t) => {
  const { origin } = await shop(t);
  assert.equal((await fetch(`${origin}/`, { method: "DELETE" })).status, 405);
  assert.equal((await fetch(`${origin}/cart`, { method: "POST" })).headers.get("allow"), "GET, HEAD");
  const head = await fetch(`${origin}/`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal((await head.text()).length, 0);
});
