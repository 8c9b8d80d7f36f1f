/** A product as a page describes it, whatever the page writes it in. */
import type { Tell } from "../events.js";
import { minorUnits } from "../price.js";

/** What a page says of one product. */
export interface Product {
  /** The shop's own number; empty where the page does not say it. */
  id: string;
  title?: string;
  link?: string;
  image?: string;
  /** Levels joined by ` > `, as in the book. */
  category?: string;
  brand?: string;
  /** Minor units; the lowest of an offer with several. */
  price?: number;
  /** The highest, where there are several. */
  priceHigh?: number;
  /** The struck-through or list price. */
  was?: number;
  /** ISO 4217; always there with a price. */
  currency?: string;
  stock?: "in" | "out" | "later";
  /** Until when the price holds, ms since the epoch. */
  until?: number;
  /** What the variants have in common. */
  group?: string;
  variants?: Product[];
  /** Ids that the shop itself relates: accessories, similar ones, what is consumed with it. */
  with?: string[];
  like?: string[];
}

/** What one source found. */
export interface Found {
  kind?: string;
  category?: string | undefined;
  /** The one product that the page is about. */
  main?: Product | undefined;
  products: Product[];
}

/** `one` with what only `other` knows. A price and its currency come from the same place. */
export function complete(one: Product, other: Product): Product {
  const { price, priceHigh, was, currency, until, ...rest } = other;
  const priced = { price, priceHigh, was, currency, until };
  return { ...rest, ...(one.price == null ? priced : {}), ...defined(one) };
}

/** Without what is absent. */
export const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one != null && one !== "")) as T;

/** A node of schema.org, from JSON-LD or microdata. */
export type Node = { [name: string]: unknown };

/** What is there once or several times, as a list. */
export const many = (value: unknown): unknown[] => (value == null ? [] : Array.isArray(value) ? value.flat() : [value]);

export const isNode = (value: unknown): value is Node => !!value && typeof value === "object" && !Array.isArray(value);

/** The types of a node, without `https://schema.org/`. */
export const typesOf = (node: Node): string[] =>
  many(node["@type"]).map((type) => String(type).replace(/^(https?:\/\/schema\.org\/|schema:)/, ""));

export const isA = (value: unknown, ...types: string[]): boolean =>
  isNode(value) && typesOf(value).some((type) => types.includes(type));

/** The first value that is text, or a number as text. */
export function text(value: unknown, name = "name"): string | undefined {
  for (const one of many(value)) {
    if (typeof one === "string" && one.trim()) return one.trim();
    if (typeof one === "number") return String(one);
    if (isNode(one)) {
      const inner = text(one[name]) ?? text(one["@value"]);
      if (inner) return inner;
    }
  }
  return;
}

const address = (value: unknown): string | undefined =>
  text(value, "url") ?? text(many(value).filter(isNode).map((node) => node.contentUrl ?? node["@id"]));

/** `A > B` of `A/B`, `A > B`, `["A", "B"]` is what the shop wrote, levels trimmed. */
const category = (value: unknown): string | undefined => {
  const levels = many(value).length > 1 ? many(value).map((one) => text(one)) : text(value)?.split(/\s*[>›»]\s*|\s*\/\s+/);
  return levels?.filter(Boolean).join(" > ") || undefined;
};

const STOCK: Record<string, Product["stock"]> = {
  instock: "in",
  limitedavailability: "in",
  onlineonly: "in",
  instoreonly: "in",
  outofstock: "out",
  soldout: "out",
  discontinued: "out",
  oos: "out",
  preorder: "later",
  presale: "later",
  backorder: "later",
  madetoorder: "later",
  pending: "later",
  availablefororder: "later",
};

/** `https://schema.org/InStock`, `in stock`, `instock`. */
export const stock = (value: unknown): Product["stock"] =>
  STOCK[text(value)?.split("/").pop()?.toLowerCase().replace(/[^a-z]/g, "") ?? ""];

/** Whatever names this product for the shop. */
export const idOf = (node: Node): string =>
  text(node.sku) ??
  text(node.productID)?.replace(/^sku:/i, "") ??
  text(node.mpn) ??
  text(node.gtin13 ?? node.gtin ?? node.gtin12 ?? node.gtin14 ?? node.gtin8) ??
  "";

const NOT_HERS = /(StrikethroughPrice|ListPrice|MSRP|SRP|MinimumAdvertisedPrice|InvoicePrice|RegularPrice)$/;

interface Amounts {
  low?: number;
  high?: number;
  was?: number;
  currency?: string;
}

/** What an offer asks, in minor units. Prices for members are not everybody's. */
function amounts(offer: Node, name: string, tell: Tell): Amounts {
  const out: Amounts = {};
  let said: unknown;
  const take = (value: unknown, currency: unknown): void => {
    const code = text(currency)?.toUpperCase() ?? "";
    const raw = text(value);
    if (raw == null) return;
    said = raw;
    if (!/^[A-Z]{3}$/.test(code)) {
      return tell("WM-READ-003", `${name}: the price "${raw}" has no currency`, 'add "priceCurrency": "EUR" to the offer');
    }
    const minor = minorUnits(typeof value === "number" ? value : raw, code);
    if (minor == null) {
      return tell("WM-READ-004", `${name}: "${raw}" ${code} can be read in more than one way`, 'write it as "1234.56"');
    }
    // Two currencies are not comparable: the first one it is.
    if (out.currency && out.currency !== code) return;
    out.currency = code;
    out.low = Math.min(out.low ?? minor, minor);
    out.high = Math.max(out.high ?? minor, minor);
  };
  if (isA(offer, "AggregateOffer") || offer.lowPrice != null) {
    take(offer.lowPrice ?? offer.price, offer.priceCurrency);
    take(offer.highPrice, offer.priceCurrency);
  } else take(offer.price, offer.priceCurrency);
  for (const spec of many(offer.priceSpecification).filter(isNode)) {
    const currency = text(spec.priceCurrency ?? offer.priceCurrency)?.toUpperCase() ?? "";
    if (NOT_HERS.test(text(spec.priceType) ?? "")) {
      const was = minorUnits(text(spec.price), currency);
      if (was != null) out.was = was;
    } else if (said == null && spec.validForMemberTier == null) {
      take(spec.price ?? spec.minPrice, currency);
    }
  }
  return out;
}

/** A product of schema.org. */
export function productOf(node: Node, tell: Tell): Product {
  const title = text(node.name);
  const id = idOf(node);
  const name = title ?? (id || "a product");
  const offers = many(node.offers).filter(isNode);
  const all = offers.flatMap((offer) => [offer, ...many(offer.offers).filter(isNode)]);
  const whole = all.find((offer) => isA(offer, "AggregateOffer"));
  // An offer that names another article is not this one's; what is sold out has no price to compare.
  const own = all.filter((offer) => !isA(offer, "AggregateOffer") && (!id || offer.sku == null || text(offer.sku) === id));
  const stocks = all.map((offer) => stock(offer.availability));
  const inStock = own.filter((offer) => stock(offer.availability) !== "out");
  const asked = (whole && (whole.lowPrice != null || whole.price != null) ? [whole] : inStock.length ? inStock : own).map((offer) =>
    amounts(offer, name, tell),
  );
  const currency = asked.find((one) => one.currency)?.currency;
  const same = asked.filter((one) => one.currency === currency && one.low != null);
  const price = same.length ? Math.min(...same.map(({ low }) => low!)) : undefined;
  const high = same.length ? Math.max(...same.map(({ high }) => high!)) : undefined;
  const until = Date.parse(text(all[0]?.priceValidUntil ?? all[0]?.validThrough) ?? "");
  const ids = (...lists: unknown[]): string[] | undefined => {
    const found = lists.flatMap(many).filter(isNode).map(idOf).filter(Boolean);
    return found.length ? found : undefined;
  };
  const isGroup = isA(node, "ProductGroup");
  const variants = many(node.hasVariant).filter(isNode).map((variant) => {
    const made = productOf(variant, tell);
    return { ...made, title: made.title ?? title, group: text(node.productGroupID) } as Product;
  });
  const product = defined<Product>({
    id: id || (isGroup ? (text(node.productGroupID) ?? "") : ""),
    title,
    link: address(node.url) ?? address(all[0]?.url),
    image: address(node.image),
    category: category(node.category),
    brand: text(node.brand),
    price,
    priceHigh: high !== price ? high : undefined,
    was: same.find(({ was }) => was != null && was > (price ?? 0))?.was,
    currency: price == null ? undefined : currency,
    stock: stocks.includes("in") ? "in" : stocks.find(Boolean),
    until: isNaN(until) ? undefined : until,
    group: text(node.productGroupID ?? node.inProductGroupWithID) ?? text(many(node.isVariantOf).filter(isNode).map((group) => group.productGroupID)),
    variants: variants.length ? variants.map(defined) : undefined,
    with: ids(node.isAccessoryOrSparePartFor, node.isConsumableFor, node.isRelatedTo),
    like: ids(node.isSimilarTo),
  } as Product);
  return { ...product, id: product.id ?? "" };
}
