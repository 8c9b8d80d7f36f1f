// The cart. wellmet keeps it: in this browser, over tabs, and with a sign-in over devices.

import { slotRow } from "../cards.mjs";
import { html } from "../html.mjs";
import { icon } from "../icons.mjs";
import { layout, savedState } from "../layout.mjs";

function empty(words) {
  return html`<div class="cart-empty">
  <img src="/img/storage.svg" alt="" width="160" height="160">
  <p>${words}</p>
  <p><a class="button" href="/c/office-supplies">Find something to fill it</a></p>
</div>`;
}

const line = html`<template data-wm-each="lines"><li class="line">
  <a class="tile line-tile" data-wm-href="link" tabindex="-1" aria-hidden="true"><img data-wm-src="image" alt="" width="96" height="96"></a>
  <div class="line-words">
    <p class="line-title"><a data-wm-href="link" data-wm-text="title"></a></p>
    <p class="line-more"><span class="line-options" data-wm-text="options"></span> <span data-wm-money="price"></span> each
      <span class="line-was" data-wm-if="was">was <s data-wm-money="was"></s> when you added it</span></p>
  </div>
  <div class="stepper">
    <button type="button" data-wm-action="decrease" aria-label="One fewer">${icon("minus")}</button>
    <input type="number" inputmode="numeric" min="0" max="999" aria-label="Quantity" data-wm-quantity data-wm-value="quantity">
    <button type="button" data-wm-action="increase" aria-label="One more">${icon("plus")}</button>
  </div>
  <p class="line-sum" data-wm-money="sum"></p>
  <p class="line-acts">
    <button class="text-button" type="button" data-wm-action="save">Save for later</button>
    <button class="text-button" type="button" data-wm-action="remove">Remove</button>
  </p>
</li></template>`;

/** What she put aside herself, and the account's lines that a login at the checkout kept out of the order. */
const aside = html`<section class="aside" aria-labelledby="aside" data-wm-if="saved">
  <h2 id="aside">Saved for later</h2>
  <ul class="lines"><template data-wm-each="saved"><li class="line">
    <a class="tile line-tile" data-wm-href="link" tabindex="-1" aria-hidden="true"><img data-wm-src="image" alt="" width="96" height="96"></a>
    <div class="line-words">
      <p class="line-title"><a data-wm-href="link" data-wm-text="title"></a></p>
      <p class="line-more"><span class="line-options" data-wm-text="options"></span> <span data-wm-text="quantity"></span> × <span data-wm-money="price"></span></p>
    </div>
    <p class="line-acts">
      <button class="text-button" type="button" data-wm-action="unsave">Move to the cart</button>
      <button class="text-button" type="button" data-wm-action="unsave-remove">Remove</button>
    </p>
  </li></template></ul>
</section>`;

export function cart(context) {
  const { catalogue, sdk } = context;
  const waiting = sdk
    ? html`<div class="cart-wait"><p data-cart-wait>Fetching your cart…</p>
  <noscript><p>The cart is kept by your own browser and needs JavaScript for that. Everything else in this shop works without it.</p></noscript></div>`
    : html`<div class="cart-plain">${empty("The cart is switched off in this shop at the moment.")}</div>`;
  return layout(
    { ...context, here: "/cart" },
    {
      title: "Cart",
      style: "cart",
      kind: "cart",
      main: html`<div class="cart-head"><h1>Your cart</h1>${sdk ? savedState : ""}</div>
<section class="cart" aria-label="Your cart" data-wm-cart="lines">
  ${waiting}
  <template data-wm-when="empty">${empty("Nothing in it yet.")}</template>
  <template data-wm-when="filled">
    <div><ul class="lines">${line}</ul>${aside}</div>
    <div class="total" data-wm-if="lines">
      <p class="total-sum"><span><span data-wm-text="count"></span> in all</span> <b data-wm-money="total"></b></p>
      <p class="total-note">Taxes included. Delivery is free from $75.</p>
      <button class="button" type="button" data-order aria-describedby="order-note">Place the order</button>
      <p class="total-note" id="order-note">This is a demonstration: no order will be sent and nothing is charged.</p>
      <p class="total-told" role="status" data-order-told></p>
      <button class="text-button" type="button" data-wm-action="clear">Empty the cart</button>
    </div>
  </template>
</section>
${slotRow({ slot: "with-cart", when: "goes", title: "Small things that help", known: "Goes with your cart", products: catalogue.oneOfEach(4), why: "Best of its shelf" })}`,
    },
  );
}
