// The shop window.

import { slotRow } from "../cards.mjs";
import { html } from "../html.mjs";
import { icon } from "../icons.mjs";
import { SHOP, layout } from "../layout.mjs";

const BLURBS = {
  furniture: "Chairs you can sit in all day, and tables that take a meeting.",
  "office-supplies": "Paper, pens, folders, and the thing that staples them.",
  technology: "Phones, printers and the cables that always go missing.",
};

function hero() {
  return html`<section class="hero" aria-labelledby="greeting">
  <div class="hero-words" data-wm-slot="greeting">
    <p class="hero-hour">${icon("clock")}Open all day, best before lunch</p>
    <h1 id="greeting">Good work starts at half past nine.</h1>
    <p class="hero-more">Furniture, paper and machines for rooms where things get done.</p>
    <p class="hero-do"><a class="button" href="/c/furniture">Start with a desk</a> <a class="button quiet" href="/c/office-supplies">Stock up</a></p>
    <template data-wm-when="known">
      <p class="hero-hour">${icon("clock")}Good to see you</p>
      <h1 id="greeting">Welcome back, <bdi data-wm-text="name"></bdi>.</h1>
      <p class="hero-more">We kept your things where you left them.</p>
      <p class="hero-do"><a class="button" href="/account">Your orders</a> <button class="button quiet" type="button" data-wm-action="not-you">Not you?</button></p>
    </template>
    <template data-wm-when="returning">
      <p class="hero-hour">${icon("clock")}Good to see you</p>
      <h1 id="greeting">Welcome back. All is as you left it.</h1>
      <p class="hero-more">What you looked at is further down; your cart is where it was.</p>
      <p class="hero-do"><a class="button" href="/cart">To the cart</a> <button class="button quiet" type="button" data-wm-action="not-you">Not you?</button></p>
    </template>
  </div>
  <img class="hero-art" src="/img/hero.svg" alt="" width="720" height="500">
</section>`;
}

function offer() {
  return html`<aside class="offer" aria-label="For you today" data-wm-slot="status-offer">
  <p><strong>Delivered by tomorrow, nine thirty.</strong> <span>Free from $75, and thirty days to change your mind.</span></p>
  <template data-wm-when="offer">
    <p><strong data-wm-text="title"></strong> <span data-wm-text="text"></span></p>
    <p class="offer-why" data-wm-text="reason"></p>
  </template>
</aside>`;
}

function departments(catalogue) {
  return html`<section class="row" aria-labelledby="departments">
  <h2 id="departments">Three rooms, seventeen shelves</h2>
  <ul class="rooms">
    ${catalogue.departments.map(
      (d, index) => html`<li class="room room-${index}">
      <h3><a href="/c/${d.slug}">${d.name}</a></h3>
      <p>${BLURBS[d.slug] ?? ""}</p>
      <ul>${d.shelves.map(
        (shelf) => html`<li><a href="/c/${shelf.slug}"><img src="/img/${shelf.slug}.svg" alt="" width="96" height="96" loading="lazy" decoding="async"><span>${shelf.name}</span></a></li>`,
      )}</ul>
    </li>`,
    )}
  </ul>
</section>`;
}

function workshop() {
  return html`<section class="workshop" aria-labelledby="workshop">
  <div><h2 id="workshop">A desk, cut to your morning.</h2>
  <p>Choose its size, its wood and its legs. We will remember it, on every device you sign in with.</p>
  <p><a class="button sun" href="/made-to-order">Design yours ${icon("arrow")}</a></p></div>
  <span class="tile"><img src="/img/tables.svg" alt="" width="320" height="320" loading="lazy" decoding="async"></span>
</section>`;
}

export function home(context) {
  const { catalogue } = context;
  const popular = catalogue.popular(4);
  const others = catalogue.oneOfEach(4, new Set(popular.map((p) => p.id)));
  return layout(context, {
    title: SHOP,
    style: "home",
    kind: "home",
    main: html`${hero()}
${offer()}
${slotRow({ slot: "for-you", when: "picks", title: "What other desks ordered", known: "Picked for you", products: popular, why: "Ordered often" })}
${departments(catalogue)}
${slotRow({ slot: "recent", when: "seen", title: "A good place to start", known: "Where you were", products: others, why: "Best of its shelf" })}
${workshop()}`,
  });
}
