import { afterEach, describe, expect, it, vi } from "vitest";
import { decision, fakeIndexedDb, settle } from "./fakes.js";
import { testPage } from "./page.js";
// Loaded already, so that loading them later takes no time that a test would have to wait for.
import "../src/alone.js";
import "../src/bridge.js";
import "../src/living.js";

type Layer = unknown[] & { push(...entries: unknown[]): number };
const page = globalThis as { dataLayer?: Layer | undefined; analytics?: unknown };
const events = (): { event: string; event_id: string; ecommerce: Record<string, unknown> }[] =>
  (page.dataLayer ?? []).filter((entry): entry is never => !!(entry as { event?: string } | null)?.event);
const item = (item_id: string, more: object = {}) => ({ item_id, price: 2.5, quantity: 1, ...more });
const MARKUP = `<main data-wm-page="home"></main>
  <ul data-wm-slot="for-you"><template data-wm-each="items"><li><a href="#x" data-wm-text="title"></a></li></template></ul>
  <p data-wm-slot="status-offer">-<template data-wm-when="gold">Gold!</template></p>`;
const picks = () => ({
  decisions: [
    decision("for-you", "picks", {
      items: [
        { id: "A", title: "Apple", link: "/a", image: "", category: "Food > Fruit", price: 250, reason: { code: "x", text: "", args: {} } },
        { id: "B", title: "Beet", link: "/b", image: "", category: "Food", price: 150, reason: { code: "x", text: "", args: {} } },
      ],
    }),
    decision("status-offer", "gold", { exposure: "offer/gold-thanks" }),
  ],
});

/** Waits until this was told last: the shop is given a moment to tell of the same click itself. */
const told = (event: string, item_id: string): Promise<void> =>
  vi.waitFor(() => expect(events().at(-1)).toMatchObject({ event, ecommerce: { items: [{ item_id }] } }), 2000);

async function started(options: object = {}, decide: Parameters<typeof testPage>[1] = () => ({ decisions: [] }), markup = MARKUP) {
  const made = testPage(markup, decide);
  await made.start({ consentFrom: "manual", ...options } as never);
  await settle();
  await settle();
  return made;
}

afterEach(() => {
  page.dataLayer = undefined;
  delete page.dataLayer;
  delete page.analytics;
});

describe("in", () => {
  it("what the page tells its data layer is heard, before and after us, once for each id", async () => {
    page.dataLayer = [{ event: "view_item", event_id: "e1", ecommerce: { items: [item("A", { item_category: "Food" })] } }] as Layer;
    const { script, wellmet } = await started({ events: "ga4" });
    page.dataLayer.push({ event: "view_item", event_id: "e1", ecommerce: { items: [item("A")] } });
    page.dataLayer.push({ event: "search", search_term: "apples" });
    page.dataLayer.push({ ecommerce: null }, { "gtm.start": 1 }, null, "x");
    await settle();
    expect(script.calls.filter((call) => /^(view|search)/.test(call))).toEqual(["view A", "search apples"]);
    wellmet.destroy();
    page.dataLayer.push({ event: "search", search_term: "pears" });
    await settle();
    expect(script.calls.filter((call) => /^search/.test(call))).toEqual(["search apples"]);
  });

  it("an order counts once, also when its page is loaded again", async () => {
    const idb = fakeIndexedDb();
    const purchase = { event: "purchase", ecommerce: { transaction_id: "T-1", currency: "EUR", items: [item("A"), item("B")] } };
    const orders: string[][] = [];
    for (const _ of ["first", "again"]) {
      page.dataLayer = [purchase, { ...purchase }] as unknown as Layer;
      const made = testPage(MARKUP, () => ({ decisions: [] }), { idb });
      await made.start({ consentFrom: "manual", events: "ga4", consent: { personalization: true } });
      await settle(30);
      orders.push(made.script.calls.filter((call) => /^order/.test(call)));
    }
    expect(orders).toEqual([["order A", "order B"], []]);
  });

  it("Segment's calls and Shopify's pixel events", async () => {
    let heard: ((event: string, properties: object, options?: object) => void) | undefined;
    page.analytics = { on: (_: string, fn: typeof heard) => (heard = fn), off: () => (heard = undefined), track: () => {} };
    const { script, wellmet } = await started({ events: "segment" });
    heard!("Product Viewed", { product_id: "A", category: "Food" }, { messageId: "m1" });
    heard!("Product Viewed", { product_id: "A" }, { messageId: "m1" });
    heard!("Something Else", {});
    await wellmet.event({ name: "product_viewed", id: "s1", data: { productVariant: { sku: "B" } } } as never);
    await wellmet.event("view_item", { items: [item("C")] });
    await settle();
    expect(script.calls.filter((call) => /^view/.test(call))).toEqual(["view A", "view B", "view C"]);
    wellmet.destroy();
    await settle();
    expect(heard).toBeUndefined();
  });

  it("without a book her cart is what the shop tells of it", async () => {
    page.dataLayer = [] as unknown as Layer;
    const { wellmet } = await started({ book: undefined });
    page.dataLayer.push({ event: "add_to_cart", ecommerce: { items: [item("A", { quantity: 2 })] } });
    await settle();
    page.dataLayer.push({ event: "add_to_cart", ecommerce: { items: [item("B")] } });
    page.dataLayer.push({ event: "remove_from_cart", ecommerce: { items: [item("A")] } });
    const lines = () => wellmet.cart().lines.map(({ item, quantity }) => [item, quantity]);
    await vi.waitFor(() => expect(lines()).toEqual([["A", 1], ["B", 1]]), 2000);
    page.dataLayer.push({ event: "view_cart", ecommerce: { items: [item("B", { quantity: 5 })] } });
    await vi.waitFor(() => expect(lines()).toEqual([["B", 5]]), 2000);
    page.dataLayer.push({ event: "purchase", ecommerce: { transaction_id: "T-2", items: [item("B")] } });
    await vi.waitFor(() => expect(wellmet.cart().count).toBe(0), 2000);
  });

  it("a shop whose buttons are ours tells us nothing twice", async () => {
    page.dataLayer = [] as unknown as Layer;
    const { wellmet } = await started({ book: undefined }, undefined, '<button data-wm-action="add" data-wm-item="A">Add</button>');
    document.querySelector("button")!.click();
    page.dataLayer.push({ event: "add_to_cart", ecommerce: { items: [item("A")] } });
    await settle();
    await settle();
    expect(wellmet.cart().count).toBe(1);
  });
});

describe("out", () => {
  it("nothing without the analytics purpose", async () => {
    const { wellmet } = await started({ events: "ga4" }, picks);
    await wellmet.add("A");
    document.querySelectorAll<HTMLElement>("a")[1]!.click();
    expect(events()).toEqual([]);
    await wellmet.consent({ analytics: true });
    await wellmet.remove("A");
    await wellmet.add("B");
    await told("add_to_cart", "B");
    expect(events().filter(({ event, ecommerce }) => event === "add_to_cart" && (ecommerce.items as { item_id: string }[])[0]!.item_id === "A")).toHaveLength(0);
  });

  it("lists, offers, clicks on them and her cart, each with an id of its own and never heard again", async () => {
    const { wellmet, script } = await started({ events: "ga4", consent: { analytics: true } }, picks);
    await wellmet.decide();
    await settle();
    expect(events().map(({ event }) => event)).toEqual(["view_item_list", "view_promotion"]);
    expect(events()[0]!.ecommerce).toMatchObject({ item_list_id: "for-you", items: [{ item_id: "A", item_category: "Food", item_category2: "Fruit", index: 0 }, { item_id: "B" }] });
    expect(events()[1]!.ecommerce).toMatchObject({ promotion_id: "gold-thanks", creative_slot: "status-offer" });
    document.querySelectorAll<HTMLElement>("a")[1]!.click();
    expect(events().at(-1), "told in the click itself").toMatchObject({ event: "select_item", ecommerce: { items: [{ item_id: "B" }] } });
    await wellmet.add("A", 2);
    await told("add_to_cart", "A");
    expect(events().at(-1)).toMatchObject({ event: "add_to_cart", ecommerce: { currency: "EUR", value: 5, items: [{ item_id: "A", quantity: 2, price: 2.5 }] } });
    await wellmet.setQuantity("A", 1);
    await told("remove_from_cart", "A");
    expect(events().at(-1)).toMatchObject({ event: "remove_from_cart", ecommerce: { items: [{ item_id: "A", quantity: 1 }] } });
    const ids = events().map(({ event_id }) => event_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(Boolean)).toBe(true);
    expect(script.calls.filter((call) => /^click/.test(call)), "our own words are not heard").toEqual([]);
    expect(page.dataLayer!.filter((entry) => (entry as { ecommerce?: null }).ecommerce === null)).toHaveLength(ids.length);
  });

  it("what the shop tells of the same click is left to it", async () => {
    const { wellmet } = await started({ events: "ga4", consent: { analytics: true } });
    await wellmet.add("A");
    page.dataLayer!.push({ event: "add_to_cart", ecommerce: { items: [item("A")] } });
    await wellmet.add("B");
    await told("add_to_cart", "B");
    expect(events().map(({ ecommerce }) => (ecommerce.items as { item_id: string }[])[0]!.item_id)).toEqual(["A", "B"]);
    expect(wellmet.cart().count).toBe(2);
  });

  it("what comes from another tab is not her act here", async () => {
    const { wellmet } = await started({ events: "ga4", consent: { analytics: true } });
    const cart = (own: boolean, ...items: string[]): void => {
      const lines = items.map((item) => ({ key: item, item, options: "", quantity: 1 }));
      document.dispatchEvent(new CustomEvent("wellmet:cart", { detail: { own, cart: { ...wellmet.cart(), lines } } }) as never);
    };
    cart(false, "A");
    cart(true, "A", "B");
    await told("add_to_cart", "B");
    expect(events()).toHaveLength(1);
  });

  it("Segment hears the same under its own names", async () => {
    const track = vi.fn();
    page.analytics = { on() {}, off() {}, track };
    const { wellmet } = await started({ events: "segment", consent: { analytics: true } });
    await wellmet.add("A");
    await vi.waitFor(() => expect(track).toHaveBeenCalled(), 2000);
    expect(track).toHaveBeenCalledWith("Product Added", expect.objectContaining({ product_id: "A", price: 2.5, currency: "EUR" }));
  });

  it("and the page itself by one event", async () => {
    const heard: string[] = [];
    document.addEventListener("wellmet:event", ({ detail }) => heard.push(`${detail.from} ${detail.act.kind}`));
    const { wellmet } = await started({ events: "ga4", consent: { analytics: true } });
    await wellmet.add("A");
    page.dataLayer!.push({ event: "login" });
    await told("add_to_cart", "A");
    expect(heard).toEqual(["page login", "wellmet add"]);
  });
});
