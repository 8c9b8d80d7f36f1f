import { afterEach, describe, expect, it, vi } from "vitest";
import { testPage } from "./page.js";
// Loaded already, so that loading them later takes no time that a test would have to wait for.
import "../src/alone.js";
import "../src/living.js";
import { fakeIndexedDb, settle } from "./fakes.js";

const MARKUP = `
  <section data-wm-slot="greeting"><h2>Welcome</h2>
    <template data-wm-when="known"><h2>Hello <bdi data-wm-text="name"></bdi></h2></template>
    <template data-wm-when="returning"><h2>Good to see you again</h2></template></section>
  <ul data-wm-slot="recent"><li>Nothing yet</li>
    <template data-wm-each="items"><li><a data-wm-href="link" data-wm-text="title"></a><i data-wm-money="price">-</i></li></template></ul>
  <div data-wm-slot="resume"><p>Start here</p>
    <template data-wm-when="cart"><b data-wm-text="count"></b><template data-wm-each="items"><u data-wm-text="title"></u></template></template></div>
  <p data-wm-slot="other">other</p>`;

const product = (sku: string, name: string, price = "19.99") =>
  `<script type="application/ld+json">${JSON.stringify({ "@type": "Product", sku, name, url: `https://shop.example/${sku}`, offers: { "@type": "Offer", price, priceCurrency: "EUR" } })}</script>`;

const text = (slot: string) => document.querySelector(`[data-wm-slot="${slot}"]`)!.textContent!.replace(/\s+/g, " ").trim();
const none = () => ({ decisions: [] });
/** Without a book. */
const alone = { book: undefined, consentFrom: "manual" } as never;

async function visit(path: string, body: string, idb = fakeIndexedDb()) {
  history.replaceState(null, "", path);
  const page = testPage(body + MARKUP, none, { idb });
  await page.start(alone);
  await settle();
  await settle();
  return page;
}

afterEach(() => {
  history.replaceState(null, "", "/");
  delete (globalThis as { dataLayer?: unknown }).dataLayer;
});

describe("with no configuration at all", () => {
  it("the page is a product page because it says so, and the look at it is counted", async () => {
    const page = await visit("/CH-1", product("CH-1", "Chair"));
    expect(page.problems()).toEqual([]);
    expect(page.script.calls).toContain("page product CH-1");
    expect(page.script.calls).toContain("view CH-1");
    expect(text("recent")).toBe("Nothing yet");
  });

  it("nothing is kept before consent; with it, what she looked at is there on the next page", async () => {
    const page = await visit("/CH-1", product("CH-1", "Chair"));
    expect(page.idb.data.size).toBe(0);
    await page.wellmet.consent({ personalization: true });
    await settle();
    expect(page.idb.data.get("cards")).toMatchObject({ cards: { "CH-1": { title: "Chair", price: 1999, currency: "EUR" } } });
    document.body.querySelector("script")!.outerHTML = product("T-1", "Table", "100.00");
    history.pushState(null, "", "/T-1");
    await page.wellmet.decide();
    await settle();
    await settle();
    expect(text("recent")).toMatch(/^Chair/);
    await page.wellmet.consent({ personalization: false });
    await settle();
    expect(page.idb.data.has("cards")).toBe(false);
    expect(text("recent")).toBe("Nothing yet");
  });

  it("greets by the name she gave", async () => {
    const page = await visit("/page", "");
    expect(text("greeting")).toBe("Welcome");
    await page.wellmet.consent({ personalization: true });
    await page.wellmet.setName("Anna");
    await settle();
    expect(text("greeting")).toBe("Hello Anna");
    await page.wellmet.logout();
    await settle();
    expect(text("greeting")).toBe("Welcome");
  });

  it("the cart is resumed, and its lines have the names that the pages gave them", async () => {
    const page = await visit("/CH-1", product("CH-1", "Chair"));
    await page.wellmet.add("CH-1", 2);
    await settle();
    await settle();
    expect(text("resume")).toBe("2Chair");
    await page.wellmet.page({ kind: "cart" });
    await settle();
    expect(text("resume"), "not on the cart page itself").toBe("Start here");
    await page.wellmet.page({ kind: "home" });
    await page.wellmet.clear();
    await settle();
    expect(text("resume")).toBe("Start here");
  });

  it("a slot of the shop's own keeps its content", async () => {
    await visit("/CH-1", product("CH-1", "Chair"));
    expect(text("other")).toBe("other");
  });

  it("is there again when she comes back", async () => {
    const idb = fakeIndexedDb();
    const page = await visit("/CH-1", product("CH-1", "Chair"), idb);
    await page.wellmet.consent({ personalization: true });
    await page.wellmet.add("CH-1");
    await settle();
    const soon = await visit("/page", "", idb);
    expect(soon.problems()).toEqual([]);
    expect([text("greeting"), text("recent")]).toEqual(["Welcome", expect.stringMatching(/^Chair/)]);
    const now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => now + 3_600_000);
    const later = await visit("/T-1", product("T-1", "Table"), idb);
    expect([text("greeting"), text("recent")]).toEqual(["Good to see you again", expect.stringMatching(/^Chair/)]);
    await later.wellmet.forget();
    await settle();
    expect([text("greeting"), text("recent"), text("resume")]).toEqual(["Welcome", "Nothing yet", "Start here"]);
    expect(idb.state.data.has("cards")).toBe(false);
  });

  it("a page made ahead of time is seen when she looks", async () => {
    const idb = fakeIndexedDb();
    const first = await visit("/page", "", idb);
    await first.wellmet.consent({ personalization: true });
    await settle();
    Object.defineProperty(document, "prerendering", { value: true, configurable: true });
    const page = await visit("/CH-1", product("CH-1", "Chair"), idb);
    expect(page.script.calls).not.toContain("view CH-1");
    expect(idb.state.data.get("cards")).not.toMatchObject({ cards: { "CH-1": {} } });
    delete (document as { prerendering?: boolean }).prerendering;
    document.dispatchEvent(new Event("prerenderingchange"));
    await settle();
    expect(page.script.calls).toContain("view CH-1");
    expect(idb.state.data.get("cards")).toMatchObject({ cards: { "CH-1": { title: "Chair" } } });
  });

  it("kept cards of another form are not believed", async () => {
    const idb = fakeIndexedDb();
    const page = await visit("/page", "", idb);
    await page.wellmet.consent({ personalization: true });
    await settle();
    idb.state.data.set("cards", {
      cards: { A: { title: { evil: 1 }, seen: 1 }, B: null, C: "x", D: { title: "Door", seen: 1, price: "1" } },
      visits: "many",
      orders: 7,
    });
    const next = await visit("/CH-1", product("CH-1", "Chair"), idb);
    expect(next.problems()).toEqual([]);
    expect(text("recent")).toBe("Door-");
  });
});

describe("with a book", () => {
  it("a shop file that knows the slot has the last word", async () => {
    history.replaceState(null, "", "/page");
    const page = testPage(product("CH-1", "Chair") + MARKUP);
    await page.start({ consentFrom: "manual" });
    await page.wellmet.consent({ personalization: true });
    await page.wellmet.setName("Anna");
    await settle();
    expect(text("greeting")).toBe("Welcome");
    expect(page.script.calls, "the page is still read, where it is not marked").toContain("page product CH-1");
  });

  it("a marked page is not read", async () => {
    const page = testPage(`<main data-wm-page="home"></main>${product("CH-1", "Chair")}<p data-wm-slot="other">x</p>`);
    await page.start({ consentFrom: "manual" });
    await settle();
    expect(page.script.calls.filter((call) => call.startsWith("page product"))).toEqual([]);
  });
});

