/**
 * What happens in a shop, in everybody's words: ours, GA4's, Segment's and Shopify's, in one table, read in both
 * directions. Shapes are translated here, too; amounts are minor units on our side and decimals on theirs.
 *
 * Names are those of `@types/gtag.js`, Segment's e-commerce specification v2 and Shopify's standard pixel events.
 */
import { exponent } from "./currency.js";
import { minorUnits } from "./price.js";

/** Ours, GA4, Segment, Shopify. The first row with a name is the one it is read as; `""`: no such name there. */
export const NAMES: readonly (readonly [ours: string, ga4: string, segment: string, shopify: string])[] = [
  ["list", "view_item_list", "Product List Viewed", "collection_viewed"],
  ["click", "select_item", "Product Clicked", ""],
  ["view", "view_item", "Product Viewed", "product_viewed"],
  ["search", "search", "Products Searched", "search_submitted"],
  ["results", "view_search_results", "", ""],
  ["add", "add_to_cart", "Product Added", "product_added_to_cart"],
  ["remove", "remove_from_cart", "Product Removed", "product_removed_from_cart"],
  ["cart", "view_cart", "Cart Viewed", "cart_viewed"],
  ["wish", "add_to_wishlist", "Product Added to Wishlist", ""],
  ["checkout", "begin_checkout", "Checkout Started", "checkout_started"],
  ["contact", "", "Checkout Step Viewed", "checkout_contact_info_submitted"],
  ["address", "", "", "checkout_address_info_submitted"],
  ["shipping", "add_shipping_info", "Checkout Step Completed", "checkout_shipping_info_submitted"],
  ["payment", "add_payment_info", "Payment Info Entered", "payment_info_submitted"],
  ["order", "purchase", "Order Completed", "checkout_completed"],
  ["order-updated", "", "Order Updated", ""],
  ["refund", "refund", "Order Refunded", ""],
  ["order-cancelled", "", "Order Cancelled", ""],
  ["offer", "view_promotion", "Promotion Viewed", ""],
  ["offer-click", "select_promotion", "Promotion Clicked", ""],
  ["coupon", "", "Coupon Entered", ""],
  ["coupon-applied", "", "Coupon Applied", ""],
  ["coupon-denied", "", "Coupon Denied", ""],
  ["coupon-removed", "", "Coupon Removed", ""],
  ["login", "login", "Signed In", ""],
  ["sign-up", "sign_up", "Signed Up", ""],
  ["join", "join_group", "", ""],
  ["points-earned", "earn_virtual_currency", "", ""],
  ["points-spent", "spend_virtual_currency", "", ""],
  ["achievement", "unlock_achievement", "", ""],
  ["level-up", "level_up", "", ""],
  ["share", "share", "Product Shared", ""],
  ["cart-shared", "", "Cart Shared", ""],
  ["review", "", "Product Reviewed", ""],
];

/** Whose words. */
export type Dialect = "ga4" | "segment" | "shopify";

const COLUMN = { ga4: 1, segment: 2, shopify: 3 } as const;

/** Our word for theirs. */
export const fromName = (name: string, dialect: Dialect): string | undefined =>
  name ? NAMES.find((row) => row[COLUMN[dialect]] === name)?.[0] : undefined;

/** Their word for ours; nothing where they have none. */
export const toName = (ours: string, dialect: Dialect): string | undefined =>
  NAMES.find(([name]) => name === ours)?.[COLUMN[dialect]] || undefined;

/** One article in an act. Amounts in minor units. */
export interface ActItem {
  id: string;
  title?: string | undefined;
  category?: string | undefined;
  brand?: string | undefined;
  variant?: string | undefined;
  price?: number | undefined;
  quantity?: number | undefined;
  index?: number | undefined;
  coupon?: string | undefined;
}

/** One thing that happened, in our words. */
export interface Act {
  /** The first column of {@link NAMES}. */
  kind: string;
  /** Tells it from every other one; the same in each tool that hears of it. */
  id?: string | undefined;
  items?: ActItem[] | undefined;
  /** Minor units. */
  value?: number | undefined;
  currency?: string | undefined;
  /** What was searched for. */
  term?: string | undefined;
  order?: string | undefined;
  coupon?: string | undefined;
  /** A list or promotion: the slot, and what was chosen for it. */
  slot?: string | undefined;
  choice?: string | undefined;
}

/** GA4's `items[]`. */
export interface Ga4Item {
  item_id?: string | number;
  item_name?: string;
  item_brand?: string;
  item_category?: string;
  item_category2?: string;
  item_category3?: string;
  item_category4?: string;
  item_category5?: string;
  item_variant?: string;
  price?: number | string;
  quantity?: number | string;
  currency?: string;
  index?: number;
  coupon?: string;
}

/** Parameters of a GA4 event, flat. */
export interface Ga4Params {
  event_id?: string;
  transaction_id?: string | number;
  value?: number | string;
  currency?: string;
  coupon?: string;
  search_term?: string;
  items?: Ga4Item[];
  [more: string]: unknown;
}

/** GA4 takes no more items in one event. */
const MOST_ITEMS = 200;

/**
 * An entry of the data layer as event and parameters: `gtag("event", …)` or `{ event, ecommerce }`. Nothing for
 * anything else.
 */
export function commandOf(entry: unknown): { event: string; params: Ga4Params } | undefined {
  if (!entry || typeof entry !== "object") return;
  if ("length" in entry) {
    const [command, event, params] = Array.from(entry as ArrayLike<unknown>);
    return command === "event" && typeof event === "string" ? { event, params: { ...(params as Ga4Params) } } : undefined;
  }
  const { event, ecommerce, ...rest } = entry as { event?: unknown; ecommerce?: object };
  return typeof event === "string" ? { event, params: { ...rest, ...ecommerce } as Ga4Params } : undefined;
}

const word = (value: unknown): string | undefined =>
  value == null || value === "" || typeof value === "object" ? undefined : String(value).slice(0, 1000);

const whole = (value: unknown): number | undefined => {
  const n = Number(value);
  return Number.isInteger(n) && n > 0 && n < 1e6 ? n : undefined;
};

const listOf = (value: unknown): Record<string, unknown>[] =>
  (Array.isArray(value) ? value : []).filter((one) => one && typeof one === "object").slice(0, MOST_ITEMS);

/** An act from a GA4 event; nothing for a name that is not in the table. */
export function fromGa4(event: string, params: Ga4Params): Act | undefined {
  const kind = fromName(event, "ga4");
  if (!kind) return;
  const currency = word(params.currency) ?? word(params.items?.[0]?.currency) ?? "";
  const items = listOf(params.items).map((item): ActItem => {
    const levels = ["", 2, 3, 4, 5].map((n) => word(item[`item_category${n}`])).filter(Boolean);
    return {
      id: word(item.item_id) ?? "",
      title: word(item.item_name),
      brand: word(item.item_brand),
      variant: word(item.item_variant),
      category: levels.join(" > ") || undefined,
      price: currency ? minorUnits(item.price, currency) : undefined,
      quantity: whole(item.quantity),
    };
  });
  return {
    kind,
    id: word(params.event_id),
    items,
    currency: currency || undefined,
    value: currency ? minorUnits(params.value, currency) : undefined,
    term: word(params.search_term),
    order: word(params.transaction_id),
    coupon: word(params.coupon),
  };
}

/** An act from a Segment `track` call. */
export function fromSegment(event: string, properties: Record<string, unknown>, id?: string): Act | undefined {
  const kind = fromName(event, "segment");
  if (!kind) return;
  const currency = word(properties.currency) ?? "";
  const one = (item: Record<string, unknown>): ActItem => ({
    id: word(item.product_id) ?? word(item.sku) ?? "",
    title: word(item.name),
    brand: word(item.brand),
    variant: word(item.variant),
    category: word(item.category),
    price: currency ? minorUnits(item.price, currency) : undefined,
    quantity: whole(item.quantity),
  });
  const items = listOf(properties.products).map(one);
  if (!items.length && (properties.product_id ?? properties.sku) != null) items.push(one(properties));
  const value = properties.total ?? properties.value ?? properties.revenue;
  return {
    kind,
    id,
    items,
    currency: currency || undefined,
    value: currency ? minorUnits(value, currency) : undefined,
    term: word(properties.query),
    order: word(properties.order_id),
    coupon: word(properties.coupon),
  };
}

interface ShopifyMoney {
  amount?: number | string;
  currencyCode?: string;
}

/** What {@link fromShopify} reads of a pixel event. */
export interface ShopifyEvent {
  id?: string;
  name: string;
  data?: Record<string, unknown>;
}

interface ShopifyVariant {
  id?: string;
  sku?: string;
  title?: string;
  price?: ShopifyMoney;
  product?: { id?: string; title?: string; vendor?: string; type?: string };
}

/** An act from a Shopify pixel event. */
export function fromShopify({ id, name, data = {} }: ShopifyEvent): Act | undefined {
  const kind = fromName(name, "shopify");
  if (!kind) return;
  let currency: string | undefined;
  const amount = (money?: ShopifyMoney): number | undefined => {
    const code = word(money?.currencyCode);
    currency ??= code;
    return code && code === currency ? minorUnits(money?.amount, code) : undefined;
  };
  const one = (variant?: ShopifyVariant, quantity?: unknown): ActItem => ({
    id: word(variant?.sku) ?? word(variant?.id) ?? "",
    title: word(variant?.product?.title) ?? word(variant?.title),
    brand: word(variant?.product?.vendor),
    variant: word(variant?.title),
    category: word(variant?.product?.type),
    price: amount(variant?.price),
    quantity: whole(quantity),
  });
  type Line = { merchandise?: ShopifyVariant; variant?: ShopifyVariant; quantity?: number };
  const { productVariant, cartLine, cart, collection, checkout, searchResult } = data as {
    productVariant?: ShopifyVariant;
    cartLine?: Line;
    cart?: { lines?: Line[]; cost?: { totalAmount?: ShopifyMoney } };
    collection?: { productVariants?: ShopifyVariant[] };
    checkout?: { lineItems?: Line[]; totalPrice?: ShopifyMoney; order?: { id?: string } };
    searchResult?: { query?: string; productVariants?: ShopifyVariant[] };
  };
  const lines = [...(cartLine ? [cartLine] : []), ...listOf(cart?.lines), ...listOf(checkout?.lineItems)] as Line[];
  const variants = [
    ...(productVariant ? [productVariant] : []),
    ...(listOf(collection?.productVariants ?? searchResult?.productVariants) as ShopifyVariant[]),
  ];
  const items = [...lines.map((line) => one(line.merchandise ?? line.variant, line.quantity)), ...variants.map((variant) => one(variant))];
  const value = amount(checkout?.totalPrice ?? cart?.cost?.totalAmount);
  return { kind, id, items, currency, value, term: word(searchResult?.query), order: word(checkout?.order?.id) };
}

const decimal = (minor: number | undefined, currency: string | undefined): number | undefined =>
  minor == null || !currency ? undefined : minor / 10 ** exponent(currency);

/** Without what is absent: tools send every key they are given. */
const said = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;

/** What an act adds up to, where nothing else is said. */
const sum = ({ value, items = [] }: Act): number | undefined =>
  value ?? (items.length && items.every(({ price }) => price != null)
    ? items.reduce((all, { price, quantity = 1 }) => all + price! * quantity, 0)
    : undefined);

/** The entry for the data layer; nothing where GA4 has no such event. */
export function toGa4(act: Act): ({ event: string; event_id?: string; ecommerce: Ga4Params } & Record<string, unknown>) | undefined {
  const event = toName(act.kind, "ga4");
  if (!event) return;
  const { currency, slot, choice, items } = act;
  const value = decimal(sum(act), currency);
  const promotion = act.kind.startsWith("offer");
  const ecommerce = said({
    // GA4 ignores a value without its currency.
    currency: value == null ? undefined : currency,
    value,
    transaction_id: act.order,
    coupon: act.coupon,
    ...(promotion
      ? { promotion_id: choice, promotion_name: choice, creative_slot: slot }
      : { item_list_id: slot, item_list_name: slot && choice }),
    items: items?.slice(0, MOST_ITEMS).map((item, index) => {
      const levels = item.category?.split(" > ") ?? [];
      return said({
        item_id: item.id,
        item_name: item.title,
        item_brand: item.brand,
        item_variant: item.variant,
        ...Object.fromEntries(levels.slice(0, 5).map((level, n) => [`item_category${n ? n + 1 : ""}`, level])),
        price: decimal(item.price, currency),
        quantity: item.quantity,
        coupon: item.coupon,
        index: item.index ?? (act.kind === "list" ? index : undefined),
      });
    }),
  });
  return said({ event, event_id: act.id, search_term: act.term, ecommerce }) as ReturnType<typeof toGa4>;
}

/** Name and properties for Segment's `track`. */
export function toSegment(act: Act): [event: string, properties: Record<string, unknown>] | undefined {
  const event = toName(act.kind, "segment");
  if (!event) return;
  const { currency, slot, choice, items = [] } = act;
  const products = items.map((item, index) =>
    said({
      product_id: item.id,
      sku: item.id,
      name: item.title,
      brand: item.brand,
      variant: item.variant,
      category: item.category,
      price: decimal(item.price, currency),
      quantity: item.quantity,
      coupon: item.coupon,
      position: item.index ?? index + 1,
    }),
  );
  const single = /^(view|click|add|remove|wish|review)$/.test(act.kind);
  const common = said({
    order_id: act.order,
    query: act.term,
    coupon: act.coupon,
    currency,
    value: decimal(sum(act), currency),
    ...(act.kind.startsWith("offer")
      ? { promotion_id: choice, creative: choice, name: choice, position: slot }
      : { list_id: slot, category: undefined }),
  });
  return [event, single ? { ...products[0], ...common } : { ...common, ...(products.length && { products }) }];
}
