// Every element of the package in the states that a page can put it into, in this shop's clothes.

import { html } from "../html.mjs";
import { layout } from "../layout.mjs";

const HOUR = 3_600_000;

/** A specimen: what it is, and the element itself. */
function shown(title, element, { wide = false } = {}) {
  return html`<section class="specimen${wide ? html` specimen-wide` : ""}"><h3>${title}</h3>${element}</section>`;
}

export function elements(context) {
  const at = (hours) => new Date(Math.ceil(context.now / HOUR) * HOUR + hours * HOUR).toISOString();
  const hours = 'Mo-Fr 09:30-17:00, Sa 10:00-14:00';
  const inner = html`<h4>Three chairs for the price of two</h4><p>All week, in every colour.</p>`;
  return layout(
    { ...context, here: "/elements" },
    {
      title: "The elements",
      style: "elements",
      kind: "other",
      main: html`<h1>The elements</h1>
<p class="elements-lead">What wellmet brings besides the swap: small custom elements, loaded when their tag is on a page. The shop’s
  colours come through <code>--wm-</code> properties; anything can be styled by its parts.</p>

<h2>A person to turn to</h2>
<div class="specimens">
${shown("Decided for you", html`<wm-contact data-wm-slot="contact"><p><b>Half Past Nine</b></p><p>Write to hello@half-past-nine.example.</p></wm-contact>`)}
${shown("Said by the page", html`<wm-contact name="Mira Lang" job="Knows every chair" image="/img/chairs.svg" phone="+1 555 0110" mail="mira@half-past-nine.example" chat="#" hours="${hours}" zone="Europe/Vienna"></wm-contact>`)}
${shown("In Arabic", html`<wm-contact lang="ar" dir="rtl" name="أحمد علي" job="يعرف كل كرسي" phone="+971 4 555 0110" mail="ahmad@half-past-nine.example" hours="${hours}"></wm-contact>`)}
</div>

<h2>Offers for a time</h2>
<div class="specimens">
${shown("Days away", html`<wm-offer ends="${at(75)}" code="NINE">${inner}</wm-offer>`)}
${shown("Short, and why", html`<wm-offer ends="${at(3)}" essential="The van leaves then; what is packed by four goes along.">${inner}</wm-offer>`)}
${shown("Short, with more time", html`<wm-offer ends="${at(2)}" extend="30">${inner}</wm-offer>`)}
${shown("Short, without a reason", html`<wm-offer ends="${at(1)}">${inner}</wm-offer>`)}
${shown("Over", html`<wm-offer ends="${at(-2)}">${inner}</wm-offer>`)}
</div>

<h2>Prices</h2>
<div class="specimens">
${shown("A price", html`<wm-price amount="24900">$249.00</wm-price>`)}
${shown("Reduced for everybody", html`<wm-price amount="19900" was="24900" prior="22900" announced="public">$249.00</wm-price>`)}
${shown("Yours", html`<wm-price amount="21900" was="24900" personal>$249.00</wm-price>`)}
${shown("Yours, in New York", html`<wm-price amount="21900" personal law="us-ny">$249.00</wm-price>`)}
</div>

<h2>Questions</h2>
<div class="specimens">
${shown("Five faces", html`<wm-survey name="showroom" question="How do you like these elements?"></wm-survey>`)}
${shown("Zero to ten", html`<wm-survey name="showroom-nps" answer="nps" question="Would you recommend this shop?"></wm-survey>`)}
${shown("Stars, in German", html`<wm-survey lang="de" name="showroom-stars" answer="stars" question="Wie war die Lieferung?"></wm-survey>`)}
</div>

<h2>Why this?</h2>
<section class="row" data-wm-slot="for-you" data-wm-limit="2"><p>What everybody sees needs no reason.</p>
  <template data-wm-when="picks"><p>Picked for you: <b data-wm-text="reason"></b></p></template></section>
<wm-why for="for-you" memory-href="/privacy"></wm-why>

<h2>Told by the hub</h2>
<div class="specimens">
${shown("Stock", html`<wm-stock item="FUR-CH-10002647"><p>Ask us whether it is there.</p></wm-stock>`)}
${shown("Messages", html`<wm-messages><p>Nothing new.</p></wm-messages>`)}
</div>

<h2>Cart</h2>
<wm-cart checkout-href="/cart"><p>Fetching your cart…</p><p slot="note" class="elements-note">Taxes included. Delivery is free from $75.</p></wm-cart>

<h2>Made to order</h2>
<wm-configurator model="desk"><p>A desk, made to order.</p></wm-configurator>

<h2>Orders</h2>
<wm-history limit="3"><p>Sign in to see your orders.</p></wm-history>

<h2>Memory</h2>
<wm-memory limit="3" correct-href="/account"><p>What this shop knows of you.</p></wm-memory>`,
    },
  );
}
