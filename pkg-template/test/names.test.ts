import { describe, expect, it } from "vitest";
import { commandOf, fromGa4, fromName, fromSegment, fromShopify, NAMES, toGa4, toName, toSegment, type Dialect } from "../src/names.js";

describe("one table of names", () => {
  it("says each name once", () => {
    for (const column of [0, 1, 2, 3]) {
      const names = NAMES.map((row) => row[column]).filter(Boolean);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it.each(["ga4", "segment", "shopify"] as Dialect[])("is the same in both directions: %s", (dialect) => {
    for (const [ours] of NAMES) {
      const theirs = toName(ours, dialect);
      if (theirs) expect(fromName(theirs, dialect)).toBe(ours);
    }
    expect(fromName("", dialect)).toBeUndefined();
    expect(fromName("nonsense", dialect)).toBeUndefined();
  });

  it("knows what the field expects", () => {
    expect(toName("order", "ga4")).toBe("purchase");
    expect(toName("order", "segment")).toBe("Order Completed");
    expect(toName("order", "shopify")).toBe("checkout_completed");
    expect(toName("offer", "shopify")).toBeUndefined();
  });
});

const order = {
  event_id: "e-1",
  transaction_id: "T-9",
  currency: "JPY",
  value: 3960,
  items: [{ item_id: "A", item_name: "Apple", item_category: "Food", item_category2: "Fruit", price: 1980, quantity: 2 }],
};

describe("shapes", () => {
  it("a GA4 purchase, there and back", () => {
    const act = fromGa4("purchase", order)!;
    expect(act).toMatchObject({ kind: "order", id: "e-1", order: "T-9", currency: "JPY", value: 3960 });
    expect(act.items).toEqual([expect.objectContaining({ id: "A", category: "Food > Fruit", price: 1980, quantity: 2 })]);
    const { event, event_id, ecommerce } = toGa4(act)!;
    expect([event, event_id]).toEqual(["purchase", "e-1"]);
    expect(ecommerce).toMatchObject({ transaction_id: "T-9", currency: "JPY", value: 3960, items: order.items });
  });

  it("amounts are decimals of their currency outside, minor units inside", () => {
    for (const [currency, decimal, minor] of [["EUR", 19.99, 1999], ["JPY", 1980, 1980], ["KWD", 1.25, 1250], ["HUF", 1990, 199000]] as const) {
      const act = fromGa4("view_item", { currency, value: decimal, items: [{ item_id: "A", price: decimal }] })!;
      expect([act.value, act.items![0]!.price]).toEqual([minor, minor]);
      expect(toGa4(act)!.ecommerce).toMatchObject({ currency, value: decimal, items: [{ item_id: "A", price: decimal }] });
      expect(toSegment(act)![1]).toMatchObject({ currency, price: decimal });
    }
  });

  it("a value is never sent without its currency", () => {
    const { ecommerce } = toGa4({ kind: "add", items: [{ id: "A", price: 100 }] })!;
    expect(ecommerce).not.toHaveProperty("value");
    expect(ecommerce).not.toHaveProperty("currency");
  });

  it("a Segment order and a Segment product", () => {
    expect(fromSegment("Order Completed", { order_id: "T", total: "30.00", currency: "EUR", products: [{ product_id: "A", price: 15, quantity: 2 }] }, "m-1")).toMatchObject({
      kind: "order", id: "m-1", order: "T", value: 3000, items: [{ id: "A", price: 1500, quantity: 2 }],
    });
    expect(fromSegment("Product Added", { sku: "A", name: "Apple", quantity: 1 })).toMatchObject({ kind: "add", items: [{ id: "A", title: "Apple" }] });
    expect(fromSegment("Products Searched", { query: "apples" })).toMatchObject({ kind: "search", term: "apples" });
    expect(toSegment({ kind: "add", currency: "EUR", items: [{ id: "A", price: 1500, quantity: 2 }] })).toEqual([
      "Product Added",
      expect.objectContaining({ product_id: "A", price: 15, quantity: 2, currency: "EUR", value: 30 }),
    ]);
  });

  it("Shopify's pixel events", () => {
    const merchandise = { id: "41", sku: "A", title: "Red", price: { amount: 12.5, currencyCode: "USD" }, product: { title: "Apple", vendor: "Farm", type: "Fruit" } };
    expect(fromShopify({ id: "s-1", name: "product_added_to_cart", data: { cartLine: { merchandise, quantity: 3 } } })).toMatchObject({
      kind: "add", id: "s-1", currency: "USD", items: [{ id: "A", title: "Apple", variant: "Red", brand: "Farm", price: 1250, quantity: 3 }],
    });
    expect(fromShopify({ name: "checkout_completed", data: { checkout: { order: { id: "9" }, totalPrice: { amount: "25.00", currencyCode: "USD" }, lineItems: [{ variant: merchandise, quantity: 2 }] } } })).toMatchObject({
      kind: "order", order: "9", value: 2500, items: [{ id: "A", quantity: 2 }],
    });
    expect(fromShopify({ name: "search_submitted", data: { searchResult: { query: "apple" } } })).toMatchObject({ kind: "search", term: "apple" });
    expect(fromShopify({ name: "unheard_of" })).toBeUndefined();
  });

  it("a promotion carries its slot", () => {
    expect(toGa4({ kind: "offer", slot: "status-offer", choice: "gold-thanks" })!.ecommerce).toMatchObject({ promotion_id: "gold-thanks", creative_slot: "status-offer" });
  });

  it("what is no event is nothing", () => {
    for (const entry of [null, 7, "x", {}, { event: 7 }, [], ["config", "G-1"], { "gtm.start": 1 }]) expect(commandOf(entry)).toBeUndefined();
  });

  it("nonsense in parameters is left out", () => {
    expect(fromGa4("add_to_cart", { currency: "EUR", value: "much", items: [null, { item_id: {}, price: "cheap", quantity: -1 }] as never })).toMatchObject({
      kind: "add", value: undefined, items: [{ id: "", price: undefined, quantity: undefined }],
    });
    expect(fromGa4("add_to_cart", { items: Array.from({ length: 500 }, (_, n) => ({ item_id: n })) })!.items).toHaveLength(200);
  });
});
