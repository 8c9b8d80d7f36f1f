import { afterEach, describe, expect, it } from "vitest";
import { readDocument, type Product } from "../src/reading.js";

interface Vector {
  name: string;
  head?: string;
  body?: string;
  ld?: unknown[];
  layer?: unknown[];
  path?: string;
  /** What must be there. */
  kind?: string;
  category?: string;
  product?: Partial<Product> | null;
  products?: string[];
  problems?: string[];
}

const offer = { "@type": "Offer", price: "19.99", priceCurrency: "EUR", availability: "https://schema.org/InStock" };
const chair = { "@context": "https://schema.org", "@type": "Product", sku: "CH-1", name: "Chair", offers: offer };

const VECTORS: Vector[] = [
  { name: "an empty page", kind: "other", product: null, problems: [] },
  {
    name: "a product in JSON-LD",
    ld: [{ ...chair, image: ["/a.jpg", "/b.jpg"], brand: { "@type": "Brand", name: "Holz" }, category: "Furniture > Chairs", url: "/chair" }],
    kind: "product",
    category: "Furniture > Chairs",
    product: { id: "CH-1", title: "Chair", price: 1999, currency: "EUR", stock: "in", image: "/a.jpg", brand: "Holz", link: "/chair" },
    problems: [],
  },
  { name: "in an array", ld: [[{ "@type": "Organization", name: "Shop" }, chair]], product: { id: "CH-1" }, problems: [] },
  { name: "in a graph", ld: [{ "@context": "https://schema.org", "@graph": [{ "@type": "WebPage" }, chair] }], product: { id: "CH-1" } },
  { name: "in a second block", ld: [{ "@type": "Organization" }, chair], product: { id: "CH-1" } },
  { name: "as the main entity", ld: [{ "@type": "ItemPage", mainEntity: chair }], kind: "product", product: { id: "CH-1" } },
  { name: "with a full type address", ld: [{ ...chair, "@type": ["http://schema.org/Product", "Thing"] }], product: { id: "CH-1" } },
  {
    name: "by references from one node to another",
    ld: [{ "@graph": [{ "@type": "Product", "@id": "#p", sku: "CH-1", name: "Chair", offers: { "@id": "#o" } }, { ...offer, "@id": "#o" }] }],
    product: { id: "CH-1", price: 1999 },
  },
  { name: "a comma decimal", ld: [{ ...chair, offers: { ...offer, price: "1.299,00" } }], product: { price: 129900 }, problems: [] },
  {
    name: "an ambiguous price is told and left out",
    ld: [{ ...chair, offers: { ...offer, price: "1,299" } }],
    product: { id: "CH-1", price: undefined, currency: undefined },
    problems: ["WM-READ-004"],
  },
  {
    name: "a price without a currency is told and left out",
    ld: [{ ...chair, offers: { "@type": "Offer", price: 5 } }],
    product: { id: "CH-1", price: undefined },
    problems: ["WM-READ-003"],
  },
  { name: "yen have no minor digits", ld: [{ ...chair, offers: { ...offer, price: "1,980", priceCurrency: "JPY" } }], product: { price: 1980, currency: "JPY" } },
  { name: "dinars have three", ld: [{ ...chair, offers: { ...offer, price: "1.980", priceCurrency: "KWD" } }], product: { price: 1980 } },
  {
    name: "an aggregate offer",
    ld: [{ ...chair, offers: { "@type": "AggregateOffer", lowPrice: "19.99", highPrice: 29, priceCurrency: "EUR", offerCount: 3 } }],
    product: { price: 1999, priceHigh: 2900 },
    problems: [],
  },
  {
    name: "several offers: the lowest that can be bought",
    ld: [{ ...chair, offers: [{ ...offer, price: 5, availability: "OutOfStock" }, { ...offer, price: 30 }, { ...offer, price: 20 }] }],
    product: { price: 2000, priceHigh: 3000, stock: "in" },
  },
  {
    name: "a struck-through price is the one before, a member's price is not everybody's",
    ld: [
      {
        ...chair,
        offers: {
          "@type": "Offer",
          priceSpecification: [
            { price: 15, priceCurrency: "EUR" },
            { price: 20, priceCurrency: "EUR", priceType: "https://schema.org/StrikethroughPrice" },
            { price: 10, priceCurrency: "EUR", validForMemberTier: { "@id": "#gold" } },
          ],
        },
      },
    ],
    product: { price: 1500, was: 2000, priceHigh: undefined },
  },
  {
    name: "a product group: the variant that this page is about",
    path: "/shirt?size=m",
    ld: [
      {
        "@type": "ProductGroup",
        productGroupID: "SHIRT",
        name: "Shirt",
        variesBy: ["https://schema.org/size"],
        hasVariant: [
          { "@type": "Product", sku: "S-S", name: "Shirt S", url: "https://shop.example/shirt?size=s", offers: offer },
          { "@type": "Product", sku: "S-M", name: "Shirt M", url: "https://shop.example/shirt?size=m", offers: { ...offer, price: 21 } },
        ],
      },
    ],
    product: { id: "S-M", title: "Shirt M", price: 2100, group: "SHIRT" },
    products: ["S-M", "S-S", "SHIRT"],
  },
  {
    name: "a product group without an address of its variants is itself",
    ld: [{ "@type": "ProductGroup", productGroupID: "SHIRT", name: "Shirt", hasVariant: [{ "@type": "Product", sku: "S-S" }, { "@type": "Product", sku: "S-M" }] }],
    product: { id: "SHIRT", title: "Shirt" },
    products: ["S-M", "S-S", "SHIRT"],
  },
  { name: "a number of the trade", ld: [{ ...chair, sku: undefined, gtin13: "4006381333931" }], product: { id: "4006381333931" } },
  {
    name: "a product without any number is told",
    ld: [{ "@type": "Product", name: "Chair" }],
    kind: "product",
    product: null,
    problems: ["WM-READ-001", "WM-READ-002"],
  },
  {
    name: "two products: the one with this page's address",
    path: "/chair",
    ld: [{ ...chair, url: "https://shop.example/chair" }, { ...chair, sku: "CH-2", url: "https://shop.example/other" }],
    product: { id: "CH-1" },
  },
  {
    name: "two products without addresses: none is guessed",
    ld: [chair, { ...chair, sku: "CH-2" }],
    kind: "other",
    product: null,
    products: ["CH-1", "CH-2"],
    problems: ["WM-READ-005"],
  },
  {
    name: "related products are not the page's, and free cross-selling",
    ld: [{ ...chair, isRelatedTo: { "@type": "Product", sku: "T-1" }, isSimilarTo: [{ "@type": "Product", sku: "CH-9" }] }],
    product: { id: "CH-1", with: ["T-1"], like: ["CH-9"] },
    products: ["CH-1"],
  },
  {
    name: "a list page",
    ld: [
      { "@type": "CollectionPage", mainEntity: { "@type": "ItemList", itemListElement: [{ "@type": "ListItem", position: 1, item: chair }, { "@type": "ListItem", item: { ...chair, sku: "CH-2" } }] } },
      { "@type": "BreadcrumbList", itemListElement: [{ name: "Home" }, { name: "Furniture" }, { name: "Chairs" }] },
    ],
    kind: "list",
    category: "Furniture > Chairs",
    product: null,
    products: ["CH-1", "CH-2"],
  },
  {
    name: "a category from bread crumbs",
    ld: [chair, { "@type": "BreadcrumbList", itemListElement: [{ item: { name: "Home" } }, { item: { name: "Furniture" } }, { item: { name: "Chair" } }] }],
    category: "Furniture",
    product: { id: "CH-1" },
  },
  { name: "a broken block is told, the others are read", head: '<script type="application/ld+json">{"@type": </script>', ld: [chair], product: { id: "CH-1" }, problems: ["WM-READ-006"] },
  {
    name: "microdata",
    body: `<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Lamp</h1><meta itemprop="sku" content="L-1"><img itemprop="image" src="/l.png">
      <div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price" content="49,90">49,90 €</span><meta itemprop="priceCurrency" content="EUR">
      <link itemprop="availability" href="https://schema.org/OutOfStock"></div>
      <div itemprop="isRelatedTo" itemscope itemtype="https://schema.org/Product"><span itemprop="name">Bulb</span><meta itemprop="sku" content="B-1"></div></div>`,
    kind: "product",
    product: { id: "L-1", title: "Lamp", price: 4990, currency: "EUR", stock: "out", image: "/l.png", with: ["B-1"] },
    problems: [],
  },
  {
    name: "microdata by reference",
    body: `<div itemscope itemtype="https://schema.org/Product" itemref="more"><meta itemprop="sku" content="L-1"></div><p id="more"><b itemprop="name">Lamp</b></p>`,
    product: { id: "L-1", title: "Lamp" },
  },
  {
    name: "Open Graph",
    head: `<meta property="og:type" content="product"><meta property="og:title" content="Rug"><meta property="product:retailer_item_id" content="R-1">
      <meta property="product:price:amount" content="120.00"><meta property="product:price:currency" content="USD"><meta property="product:availability" content="in stock">`,
    product: { id: "R-1", title: "Rug", price: 12000, currency: "USD", stock: "in" },
  },
  { name: "Open Graph of an article is no product", head: `<meta property="og:type" content="article"><meta property="og:title" content="News">`, kind: "other", product: null },
  {
    name: "the data layer, pushed as an object",
    layer: [{ event: "view_item", ecommerce: { currency: "EUR", items: [{ item_id: "V-1", item_name: "Vase", item_category: "Home", item_category2: "Vases", price: 12.5 }] } }],
    kind: "product",
    category: "Home > Vases",
    product: { id: "V-1", title: "Vase", price: 1250 },
  },
  {
    name: "the data layer, by gtag",
    layer: [Object.assign({ length: 3 }, ["event", "view_item", { currency: "EUR", items: [{ item_id: 7, price: "9,90" }] }])],
    product: { id: "7", price: 990 },
  },
  { name: "a cart page in the data layer", layer: [{ event: "view_cart", ecommerce: { items: [] } }], kind: "cart", product: null },
  {
    name: "attributes come first, and later sources add what is missing",
    body: `<main data-wm-page="product" data-wm-item="CH-1" data-wm-category="Stools"></main>`,
    ld: [chair],
    kind: "product",
    category: "Stools",
    product: { id: "CH-1", title: "Chair", price: 1999, category: "Stools" },
    problems: [],
  },
  {
    name: "an article by attributes alone",
    body: `<main data-wm-page="product" data-wm-item="A" data-wm-item-title="Apple" data-wm-item-price="0.49" data-wm-item-currency="EUR"></main>`,
    product: { id: "A", title: "Apple", price: 49, currency: "EUR" },
  },
  {
    name: "another product's words are not mixed in",
    body: `<main data-wm-page="product" data-wm-item="OTHER"></main>`,
    ld: [chair],
    product: { id: "OTHER", title: undefined, price: undefined },
  },
  {
    name: "Open Graph without a number speaks of the page's one product",
    ld: [{ "@type": "Product", sku: "CH-1", name: "Chair" }],
    head: `<meta property="og:type" content="product"><meta property="og:image" content="/og.png"><meta property="product:price:amount" content="5"><meta property="product:price:currency" content="EUR">`,
    product: { id: "CH-1", image: "/og.png", price: 500 },
  },
  { name: "a marked product page that names nothing is told", body: `<main data-wm-page="product"></main>`, kind: "product", product: null, problems: ["WM-READ-001"] },
  { name: "a circle of references ends", ld: [{ "@graph": [{ "@type": "Product", "@id": "#a", sku: "A", isVariantOf: { "@id": "#b" } }, { "@type": "ProductGroup", "@id": "#b", productGroupID: "G", hasVariant: { "@id": "#a" } }] }] },
  { name: "null, numbers and text where objects belong", ld: [null, 7, "x", { "@type": "Product", sku: "A", offers: "free", image: null, brand: 3, hasVariant: "x" }], product: { id: "A" } },
];

afterEach(() => {
  document.head.innerHTML = document.body.innerHTML = "";
  delete (globalThis as { dataLayer?: unknown }).dataLayer;
  history.replaceState(null, "", "/");
});

describe("reading the page", () => {
  it.each(VECTORS.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    history.replaceState(null, "", vector.path ?? "/page");
    document.head.innerHTML = vector.head ?? "";
    document.body.innerHTML = vector.body ?? "";
    for (const block of vector.ld ?? []) {
      const script = document.createElement("script");
      script.type = "application/ld+json";
      script.textContent = JSON.stringify(block);
      document.head.append(script);
    }
    if (vector.layer) (globalThis as { dataLayer?: unknown }).dataLayer = vector.layer;
    const problems = new Set<string>();
    const { page, product, products } = readDocument((code) => problems.add(code));
    if (vector.kind) expect(page.kind).toBe(vector.kind);
    if (vector.category) expect(page.category).toBe(vector.category);
    if (vector.product === null) expect(product).toBeUndefined();
    else if (vector.product) {
      for (const [name, value] of Object.entries(vector.product)) expect([name, product?.[name as "id"]]).toEqual([name, value]);
      expect(page.item).toBe(product?.id);
    }
    if (vector.products) expect([...products.keys()].sort()).toEqual(vector.products);
    if (vector.problems) expect([...problems].sort()).toEqual(vector.problems);
  });
});
