/** JSON-LD: `Product`, `ProductGroup`, lists, bread crumbs, in `@graph`, arrays, and across blocks. */
import { all } from "../dom.js";
import type { Tell } from "../events.js";
import { isA, isNode, many, productOf, text, type Found, type Node, type Product } from "./product.js";

const PRODUCT = ["Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Book"];
/** Parts that are about something else than the page. */
const ELSEWHERE = /^(isRelatedTo|isSimilarTo|isAccessoryOrSparePartFor|isConsumableFor|hasVariant|isVariantOf|review|itemOffered)$/;
const DEEPEST = 12;

const KINDS: [RegExp, string][] = [
  [/^CheckoutPage$/, "checkout"],
  [/^(CollectionPage|SearchResultsPage|OfferCatalog)$/, "list"],
  [/^ItemPage$/, "product"],
];

/** The nodes of a block, those of its `@graph` included. */
const roots = (value: unknown): Node[] =>
  many(value).filter(isNode).flatMap((node) => (node["@graph"] ? [node, ...roots(node["@graph"])] : [node]));

/** Whether this address is the page's own. */
export function isHere(address: string | undefined): boolean {
  if (!address) return false;
  try {
    const { origin, pathname, search } = new URL(address, document.baseURI);
    return origin === location.origin && pathname === location.pathname && (!search || search === location.search);
  } catch {
    return false;
  }
}

/** What nodes of schema.org say of the page. */
export function fromNodes(nodes: Node[], tell: Tell): Found {
  const byId = new Map<string, Node>();
  const index = (value: unknown, depth = 0): void => {
    for (const node of many(value).filter(isNode)) {
      const id = node["@id"];
      // A mere reference is no description.
      if (typeof id === "string" && Object.keys(node).length > 1) byId.set(id, { ...byId.get(id), ...node });
      if (depth < DEEPEST) Object.values(node).forEach((inner) => index(inner, depth + 1));
    }
  };
  index(nodes);
  /** With its references followed, a level at a time. */
  const whole = (node: Node): Node => {
    const id = node["@id"];
    return typeof id === "string" ? { ...byId.get(id), ...node } : node;
  };
  const follow = (value: unknown, depth = 0): unknown =>
    Array.isArray(value)
      ? value.map((one) => follow(one, depth))
      : isNode(value) && depth < 4
        ? Object.fromEntries(Object.entries(whole(value)).map(([name, inner]) => [name, follow(inner, depth + 1)]))
        : value;

  const own: Product[] = [];
  const listed: Product[] = [];
  let kind: string | undefined;
  let crumbs: string[] = [];
  const seen = new Set<unknown>();
  const walk = (value: unknown, inList: boolean, depth = 0): void => {
    for (const raw of many(value).filter(isNode)) {
      const node = whole(raw);
      const mark = node["@id"] ?? raw;
      if (seen.has(mark) || depth > DEEPEST) continue;
      seen.add(mark);
      if (isA(node, ...PRODUCT)) {
        (inList ? listed : own).push(productOf(follow(node) as Node, tell));
        continue;
      }
      if (isA(node, "BreadcrumbList")) {
        const levels = many(node.itemListElement).filter(isNode).map((item) => text(item.name) ?? text(item.item));
        // The first is the shop.
        crumbs = levels.slice(1).filter((level): level is string => !!level);
        continue;
      }
      for (const [type, means] of KINDS) if (many(node["@type"]).some((one) => type.test(String(one)))) kind ??= means;
      const list = inList || isA(node, "ItemList", "OfferCatalog");
      if (isA(node, "ItemList") && !inList) kind ??= "list";
      for (const [name, inner] of Object.entries(node)) {
        if (!ELSEWHERE.test(name) && name !== "@graph") walk(inner, list, depth + 1);
      }
    }
  };
  walk(nodes, false);

  const unlike = [...new Map(own.map((product) => [product.id || product.title, product])).values()];
  let main = unlike.length === 1 ? unlike[0] : unlike.find(({ link }) => isHere(link));
  if (main) {
    // The variant whose address this is, else the only one.
    const { variants = [] } = main;
    const variant = variants.find(({ link }) => isHere(link)) ?? (variants.length === 1 ? variants[0] : undefined);
    if (variant?.id) main = { ...main, ...variant };
    // Bread crumbs end with the product itself.
    if (!main.category && crumbs.length > 1) main = { ...main, category: crumbs.slice(0, -1).join(" > ") };
  } else if (unlike.length > 1 && kind !== "list") {
    tell("WM-READ-005", `${unlike.length} products, and none has this page's address`, 'add "url" to the one that the page is about');
  }
  const everything = [...unlike, ...listed].flatMap((product) => [product, ...(product.variants ?? [])]);
  if (main) kind = "product";
  const category = main?.category ?? (crumbs.join(" > ") || undefined);
  return { ...(kind && { kind }), category, main, products: everything };
}

/** Reads all blocks of the document. */
export function fromJsonLd(tell: Tell): Found {
  const nodes = all<HTMLScriptElement>('script[type="application/ld+json" i]').flatMap((block) => {
    try {
      return roots(JSON.parse(block.textContent!));
    } catch (error) {
      tell("WM-READ-006", `a JSON-LD block cannot be read: ${(error as Error).message.slice(0, 100)}`, "check it with a JSON validator");
      return [];
    }
  });
  return nodes.length ? fromNodes(nodes, tell) : { products: [] };
}
