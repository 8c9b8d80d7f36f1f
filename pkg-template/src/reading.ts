/**
 * Reading the page: which products it is about, from what the shop has written for search engines and other tools.
 *
 * In this order: the shop's own attributes, JSON-LD, microdata, Open Graph, the data layer. The first one that names a
 * product decides which it is; later ones add what is missing, and only about the same product. What cannot be read,
 * or could mean two things, is told and left out: a wrong price would be worse than none.
 */
import type { Page } from "./api.js";
import { all } from "./dom.js";
import type { Tell } from "./events.js";
import { fromDataLayer } from "./reading/datalayer.js";
import { fromJsonLd } from "./reading/jsonld.js";
import { fromMicrodata } from "./reading/microdata.js";
import { fromOpenGraph } from "./reading/opengraph.js";
import { complete, type Found, type Product } from "./reading/product.js";
import { minorUnits } from "./price.js";

export type { Product } from "./reading/product.js";

/** What a page says of itself. */
export interface Reading {
  page: Page;
  /** The article that the page is about; on other pages none. */
  product?: Product;
  /** Every product that the page tells of, by id. */
  products: Map<string, Product>;
}

/** `data-wm-item` with `data-wm-item-title`, `-price`, `-currency`, `-image`, `-link` beside it. */
function fromAttributes(tell: Tell): Found {
  const marked = all("[data-wm-page]")[0]?.dataset;
  const products = all("[data-wm-item-title],[data-wm-item-price]").map(({ dataset }): Product => {
    const { wmItem = "", wmItemTitle, wmItemPrice, wmItemCurrency = "", wmItemImage, wmItemLink, wmCategory } = dataset;
    const price = minorUnits(wmItemPrice, wmItemCurrency);
    if (wmItemPrice != null && (price == null || !wmItemCurrency)) {
      tell("WM-READ-003", `${wmItem}: the price "${wmItemPrice}" was not read`, 'data-wm-item-price="19.99" data-wm-item-currency="EUR"');
    }
    return {
      id: wmItem,
      ...(wmItemTitle && { title: wmItemTitle }),
      ...(price != null && wmItemCurrency && { price, currency: wmItemCurrency }),
      ...(wmItemImage && { image: wmItemImage }),
      ...(wmItemLink && { link: wmItemLink }),
      ...(wmCategory && { category: wmCategory }),
    };
  });
  const main = marked?.wmItem
    ? (products.find(({ id }) => id === marked.wmItem) ?? { id: marked.wmItem, ...(marked.wmCategory && { category: marked.wmCategory }) })
    : undefined;
  return { ...(marked?.wmPage && { kind: marked.wmPage }), main, products };
}

/** Reads the document as it is now. */
export function readDocument(tell: Tell): Reading {
  const sources = [
    fromAttributes(tell),
    fromJsonLd(tell),
    fromMicrodata(tell),
    fromOpenGraph(tell),
    fromDataLayer(tell),
  ];
  const products = new Map<string, Product>();
  let product: Product | undefined;
  let kind: string | undefined;
  let category: string | undefined;
  for (const found of sources) {
    kind ??= found.kind;
    category ??= found.category;
    for (const one of found.products) if (one.id) products.set(one.id, complete(products.get(one.id) ?? one, one));
    const { main } = found;
    if (!main) continue;
    if (!product?.id) product = product ? complete({ ...main, ...product, id: main.id }, main) : main;
    // A source without an id of its own speaks of the one product that the page is about.
    else if (!main.id || main.id === product.id) product = complete(product, main);
  }
  if (product && !product.id) {
    tell(
      "WM-READ-002",
      `${product.title ?? "the product"} has no id`,
      'add "sku" to its JSON-LD, or data-wm-item to the element with data-wm-page',
    );
    product = undefined;
  }
  if (product) products.set(product.id, (product = complete(products.get(product.id) ?? product, product)));
  kind ??= product ? "product" : "other";
  category ??= product?.category;
  // A list page may tell of products, too, but is about none of them.
  const about = kind === "product" ? product : undefined;
  if (kind === "product" && !about) {
    tell("WM-READ-001", "a product page that names no product", 'add JSON-LD of type Product with "sku", or data-wm-item');
  }
  return {
    page: { kind, ...(about && { item: about.id }), ...(category && { category }) },
    ...(about && { product: about }),
    products,
  };
}
