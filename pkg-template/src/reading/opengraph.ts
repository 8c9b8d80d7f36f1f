/** Open Graph: one product in the page's head. */
import { all } from "../dom.js";
import type { Tell } from "../events.js";
import { productOf, type Found } from "./product.js";

/** Reads `og:` and `product:`; `og:type` says whether there is a product. */
export function fromOpenGraph(tell: Tell): Found {
  const said = new Map<string, string>();
  for (const meta of all<HTMLMetaElement>("meta[property][content],meta[name][content]")) {
    const name = meta.getAttribute("property") ?? meta.name;
    if (/^(og|product):/.test(name) && !said.has(name)) said.set(name, meta.content);
  }
  const of = (...names: string[]): string | undefined => names.map((name) => said.get(name)).find(Boolean);
  if (!/^(og:)?product(\.item)?$/.test(of("og:type") ?? "")) return { products: [] };
  const main = productOf(
    {
      sku: of("product:retailer_item_id", "product:sku"),
      name: of("og:title"),
      url: of("og:url"),
      image: of("og:image:secure_url", "og:image"),
      category: of("product:category"),
      brand: of("product:brand"),
      productGroupID: of("product:item_group_id"),
      offers: {
        price: of("product:sale_price:amount", "product:price:amount", "og:price:amount"),
        priceCurrency: of("product:sale_price:currency", "product:price:currency", "og:price:currency"),
        availability: of("product:availability", "og:availability"),
      },
    },
    tell,
  );
  return { kind: "product", main, products: main.id ? [main] : [] };
}
