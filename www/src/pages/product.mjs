// One product.

import { slotRow } from "../cards.mjs";
import { money } from "../catalogue.mjs";
import { html, jsonScript, safeUrl } from "../html.mjs";
import { icon } from "../icons.mjs";
import { layout } from "../layout.mjs";

/** What search engines read, and wellmet on pages that say nothing else. */
function productData(product, origin) {
  const digits = new Intl.NumberFormat("en-US", { style: "currency", currency: product.currency })
    .resolvedOptions().maximumFractionDigits;
  return {
    "@context": "https://schema.org",
    "@type": "Product",
    sku: product.id,
    name: product.title,
    category: `${product.category} > ${product.subcategory}`,
    image: new URL(safeUrl(product.image) || "/img/mark.svg", origin).href,
    offers: {
      "@type": "Offer",
      price: (product.price / 10 ** digits).toFixed(digits),
      priceCurrency: product.currency,
      availability: `https://schema.org/${product.inStock ? "InStock" : "OutOfStock"}`,
      url: new URL(safeUrl(product.link) || "/", origin).href,
    },
  };
}

/** The finish that the cards of this article have too: by the last digit of its number. */
function finish(id) {
  const digit = /\d$/.exec(id)?.[0];
  return digit ? `finish-${digit % 5}` : "finish-0";
}

function buy(product, sdk) {
  if (!product.inStock) return html`<p class="buy-note">Out of stock at the moment.</p>`;
  if (!sdk) return html`<p class="buy-note">The cart is switched off in this shop at the moment.</p>`;
  // Without script the form leads to the cart page, which says what it needs.
  return html`<form class="buy" action="/cart">
  <label class="buy-quantity"><span class="hidden">Quantity</span><input type="number" inputmode="numeric" min="1" max="999" value="1" data-wm-quantity></label>
  <button class="button" type="submit" data-wm-action="add" data-wm-item="${product.id}"><span data-label>Add to cart</span></button>
</form>`;
}

export function product(context, item) {
  const { catalogue, sdk, origin } = context;
  const shelf = catalogue.shelves.get(slugOf(catalogue, item));
  const alike = catalogue.alike(item, 4);
  const others = catalogue.oneOfEach(4, new Set([item.id, ...alike.map((p) => p.id)]));
  return layout(
    { ...context },
    {
      title: item.title,
      style: "product",
      kind: "product",
      item: item.id,
      category: `${item.category} > ${item.subcategory}`,
      head: html`<script type="application/ld+json">${jsonScript(productData(item, origin))}</script>`,
      main: html`<nav class="crumbs" aria-label="You are here"><ol><li><a href="/">Home</a></li><li><a href="/c/${shelf.department.slug}">${item.category}</a></li><li><a href="/c/${shelf.slug}">${item.subcategory}</a></li></ol></nav>
<article class="product ${finish(item.id)}">
  <div class="tile"><img src="${safeUrl(item.image)}" alt="Illustration: ${item.subcategory}" width="320" height="320" fetchpriority="high"></div>
  <div class="product-words">
    <h1>${item.title}</h1>
    <p class="product-price">${money(item.price, item.currency)}</p>
    ${buy(item, sdk)}
    <ul class="promises">
      <li>${icon("check")}${item.inStock ? "In stock, sent today" : "Expected back within two weeks"}</li>
      <li>${icon("check")}Thirty days to change your mind</li>
      <li>${icon("check")}Free delivery from $75</li>
    </ul>
    <dl class="facts">
      <div><dt>Shelf</dt><dd><a href="/c/${shelf.slug}">${item.subcategory}</a></dd></div>
      <div><dt>Article</dt><dd>${item.id}</dd></div>
    </dl>
  </div>
</article>
${slotRow({ slot: "similar", when: "alike", title: `More ${item.subcategory.toLowerCase()}`, known: "Much like this one", products: alike, why: "From the same shelf" })}
${slotRow({ slot: "with-cart", when: "goes", title: "Small things that help", known: "Goes with it", products: others, why: "Best of its shelf" })}
${slotRow({ slot: "recent", when: "seen", title: "What other desks ordered", known: "Where you were", products: catalogue.popular(4, new Set([item.id, ...alike.map((p) => p.id), ...others.map((p) => p.id)])), why: "Ordered often" })}`,
    },
  );
}

function slugOf(catalogue, item) {
  for (const department of catalogue.departments) {
    if (department.name !== item.category) continue;
    return department.shelves.find((shelf) => shelf.name === item.subcategory).slug;
  }
  return undefined;
}
