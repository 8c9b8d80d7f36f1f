/** The data layer: the last thing that the page told its measuring tools of what is looked at. */
import { minorUnits } from "../price.js";
import type { Tell } from "../events.js";
import { commandOf, type Ga4Item } from "../names.js";
import { defined, type Found, type Product } from "./product.js";

const KINDS: Record<string, string> = {
  view_item: "product",
  view_item_list: "list",
  view_search_results: "list",
  view_cart: "cart",
  begin_checkout: "checkout",
  add_shipping_info: "checkout",
  add_payment_info: "checkout",
};

/** A product of a GA4 `items[]` entry. */
export function productOfItem(item: Ga4Item, currency: string): Product {
  const { item_id, item_name, item_brand, price } = item;
  const levels = ["", 2, 3, 4, 5].map((n) => item[`item_category${n}` as "item_category"]).filter(Boolean);
  const minor = minorUnits(price, currency);
  return {
    id: String(item_id ?? ""),
    ...defined({
      title: item_name && String(item_name),
      brand: item_brand && String(item_brand),
      category: levels.join(" > "),
      price: currency ? minor : undefined,
      currency: minor == null ? undefined : currency,
    } as Partial<Product>),
  };
}

/** Reads `dataLayer` as it is now. */
export function fromDataLayer(tell: Tell): Found {
  const layer = (globalThis as { dataLayer?: unknown[] }).dataLayer;
  const found: Found = { products: [] };
  if (!Array.isArray(layer)) return found;
  for (const entry of layer.slice(-200)) {
    const command = commandOf(entry);
    const kind = command && Object.hasOwn(KINDS, command.event) ? KINDS[command.event] : undefined;
    if (!command || !kind) continue;
    const { items, currency = "" } = command.params;
    const products = (Array.isArray(items) ? items : []).map((item) => productOfItem(item, String(item?.currency ?? currency)));
    found.kind = kind;
    found.main = kind === "product" ? products[0] : undefined;
    found.products.push(...products);
    if (found.main && !found.main.id) tell("WM-READ-002", "view_item without item_id", "add item_id to the entry in the data layer");
  }
  return found;
}
