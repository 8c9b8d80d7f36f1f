// The frame around every page: the head with the two lines that bring wellmet, header, footer, and the bars at the edges.

import { CHOICES, consentBar } from "./consent.mjs";
import { devBar } from "./devbar.mjs";
import { Html, html, jsonScript } from "./html.mjs";
import { icon } from "./icons.mjs";

export const SHOP = "Half Past Nine";

/** The two lines. Everything else that wellmet does on a page is said by `data-wm-` attributes. */
function wellmetLines({ sdk, hub, nonce }) {
  if (!sdk) return "";
  return html`<script nonce="${nonce}">${new Html(sdk.stub)}</script>
<script type="module" async src="/sdk/wellmet.js" nonce="${nonce}" integrity="${sdk.integrity}" crossorigin="anonymous" data-book="/book/"${hub ? html` data-hub="/wellmet"` : ""}></script>`;
}

/** What the shop's attributes are called, for the element that shows them. */
const TEXTS = {
  en: {
    "memory.fact.segment": "Kind of customer",
    "memory.fact.region": "Region",
    "memory.fact.birthday": "Birthday",
    "memory.fact.city": "City",
    "memory.fact.state": "State",
    "memory.fact.country": "Country",
  },
};

/** What a screen reader hears after each change of the cart, in wellmet's message format. */
const CART_SPOKEN =
  "{count, plural, =0 {Your cart is empty.} one {# thing in the cart, {total, money}.} other {# things in the cart, {total, money}.}}";

function header({ catalogue, customer, query, here }) {
  const current = (href) => (here === href ? html` aria-current="page"` : "");
  return html`<header class="top">
  <div class="top-row wrap">
    <a class="brand" href="/"${current("/")}><img src="/img/mark.svg" alt="" width="36" height="36"><span>${SHOP}</span></a>
    <form class="find" action="/search" role="search">
      <label class="hidden" for="q">Search the shop</label>
      <input id="q" name="q" type="search" placeholder="Search 1,800 good things" autocomplete="off" enterkeyhint="search" value="${query ?? ""}">
      <button type="submit" aria-label="Search">${icon("search")}</button>
    </form>
    <nav class="own" aria-label="You">
      <a href="/account"${current("/account")}>${icon("person")}<span data-account-label>${customer ? "Account" : "Sign in"}</span></a>
      <a href="/cart"${current("/cart")}>${icon("bag")}<span>Cart</span><b class="count" data-wm-cart="count" data-wm-announce="${CART_SPOKEN}"></b></a>
    </nav>
  </div>
  <nav class="departments wrap" aria-label="Departments">
    <ul>
      ${catalogue.departments.map((d) => html`<li><a href="/c/${d.slug}"${current(`/c/${d.slug}`)}>${d.name}</a></li>`)}
      <li><a href="/made-to-order"${current("/made-to-order")}>Made to order</a></li>
    </ul>
  </nav>
</header>`;
}

/** Whether the cart is safe, and where; filled by the page's script. Keeps its place while it is empty. */
export const savedState = html`<p class="saved" data-saved>${icon("check")}<span data-saved-text></span></p>`;

function footer({ sdk }) {
  return html`<footer class="foot">
  <div class="wrap">
    <p class="foot-name"><img src="/img/mark.svg" alt="" width="28" height="28">${SHOP}</p>
    <p class="foot-note">A demonstration shop for <strong>wellmet</strong>. The products and customers are those of the
      well-known Superstore sample; nothing here is for sale and nothing will be delivered.</p>
    <ul class="foot-links">
      <li><a href="/privacy">Privacy choices</a></li>
      <li><a href="/account">Account</a></li>
      <li><a href="/cart">Cart</a></li>
      ${sdk ? html`<li><a href="/elements">The elements</a></li>` : ""}
    </ul>
    ${sdk ? savedState : ""}
  </div>
</footer>`;
}

/**
 * A whole page.
 *
 * @param {object} context what the server knows of this request (catalogue, customer, nonce, sdk, …)
 * @param {{ title: string, style: string, kind: string, item?: string, category?: string, main: Html, head?: Html }} page
 *   `style` is the page's own style sheet, `kind` its kind in wellmet's words: home, list, product, cart or other.
 */
export function layout(context, { title, style, kind, item, category, main, head }) {
  const { nonce, sdk, dev } = context;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === SHOP ? `${SHOP}: furniture, paper and machines for a good working day` : `${title} · ${SHOP}`}</title>
<meta name="description" content="Furniture, office supplies and technology for a good working day.">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/img/mark.svg" type="image/svg+xml">
${context.font ? html`<link rel="preload" href="/font/bricolage.woff2" as="font" type="font/woff2" crossorigin>` : ""}
${["base", "frame", "cards", style].map((name) => html`<link rel="stylesheet" href="/css/${name}.css">`)}
${sdk ? html`<link rel="stylesheet" href="/sdk/elements.css">` : ""}
${dev ? html`<link rel="stylesheet" href="/css/dev.css">` : ""}
${wellmetLines(context)}
${sdk ? html`<script type="application/json" data-wm-texts>${jsonScript(TEXTS)}</script>` : ""}
${sdk ? html`<script type="module" src="/js/shop.js" nonce="${nonce}"></script>` : ""}
${sdk && dev ? html`<script type="module" src="/js/dev.js" nonce="${nonce}"></script>` : ""}
${head ?? ""}
</head>
<body data-wm-page="${kind}"${item ? html` data-wm-item="${item}"` : ""}${category ? html` data-wm-category="${category}"` : ""}${context.customer ? html` data-customer="${context.customer.id}"` : ""}${context.choice ? html` data-choice="${CHOICES[context.choice]}"` : ""}>
<a class="skip" href="#main">Skip to the content</a>
${header(context)}
<main id="main" class="wrap" tabindex="-1">
${main}
</main>
${footer(context)}
${sdk ? consentBar(context) : ""}
${dev ? devBar(context) : ""}
</body>
</html>
`;
}
