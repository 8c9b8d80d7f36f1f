// Product cards, by the server for everyone and as a `<template>` for wellmet: the same markup twice,
// so that a swapped card fills exactly the box of the one it replaces.

import { money } from "./catalogue.mjs";
import { html, safeUrl } from "./html.mjs";

/** A card in a list. `why` is the small line below the price. */
export function card(product, { why = "", lazy = true } = {}) {
  return html`<li class="card"><a class="card-link" href="${safeUrl(product.link)}">
  <span class="tile"><img src="${safeUrl(product.image)}" alt="" width="320" height="320"${lazy ? html` loading="lazy"` : ""} decoding="async"></span>
  <span class="card-title">${product.title}</span>
  <span class="card-price">${money(product.price, product.currency)}</span>
  <small class="card-why">${product.inStock ? why : "Out of stock at the moment"}</small>
</a></li>`;
}

/** The same card as a template that wellmet clones, once for each item. */
export const cardTemplate = html`<template data-wm-each="items"><li class="card"><a class="card-link" data-wm-href="link">
  <span class="tile"><img data-wm-src="image" alt="" width="320" height="320" decoding="async"></span>
  <span class="card-title" data-wm-text="title"></span>
  <span class="card-price" data-wm-money="price"></span>
  <small class="card-why" data-wm-text="reason"></small>
</a></li></template>`;

/**
 * A row of recommendations: a slot with the shop's own picks in it. When wellmet has something better,
 * the heading and the cards are exchanged together.
 *
 * @param {{ slot: string, when: string, title: string, known: string, products: object[], why: string, level?: number }} row
 *   `title` stands above the shop's own picks, `known` above those that wellmet chose.
 */
export function slotRow({ slot, when, title, known, products, why, limit = 4 }) {
  // The same box with and without a reason to ask for.
  const head = (words) => html`<div class="row-head"><h2>${words}</h2><wm-why for="${slot}" memory-href="/privacy"></wm-why></div>`;
  return html`<section class="row" data-wm-slot="${slot}" data-wm-limit="${limit}">
  ${head(title)}
  <ul class="strip">${products.map((product) => card(product, { why }))}</ul>
  <template data-wm-when="${when}">
    ${head(known)}
    <ul class="strip">${cardTemplate}</ul>
  </template>
</section>`;
}
