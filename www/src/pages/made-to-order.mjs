// The configurable desk. The form works as a form; wellmet keeps the choice, over visits and devices,
// prices it and says what does not go together. The drawing follows the form by style sheet alone.

import { money } from "../catalogue.mjs";
import { DESK } from "../desk.mjs";
import { Html, html } from "../html.mjs";
import { layout } from "../layout.mjs";

// Widths differ in the drawing; colours come from the style sheet.
const DRAWING = new Html(`<svg class="desk" viewBox="0 0 640 420" role="img" aria-label="Your desk as chosen">
<g class="desk-shadow"><path d="M60 150h520v18H60zM96 168h16v202H96zM528 168h16v202h-16z" transform="matrix(1 0 -.5 .45 185 203.500)"/></g>
<g class="desk-stretch">
  <g class="legs trestle"><path class="wood-deep" d="M150 172h14l-8 176h-11zM476 172h14l5 176h-11z"/><path class="wood-shade" d="M136 276h368v12H136z"/><path class="wood" d="M104 172h22L104 372H88zM514 172h22l16 200h-16z"/><path class="wood-light" d="M104 172h7L95 372h-7zM514 172h7l20 200h-5z"/></g>
  <g class="legs steel"><path class="metal-deep" d="M142 172h10v176h-10zM488 172h10v176h-10z"/><path class="metal" d="M92 172h14v200H92zM534 172h14v200h-14zM92 358h62v14H92zM486 358h62v14h-62z"/><path class="metal-light" d="M92 172h5v200h-5zM534 172h5v200h-5z"/></g>
  <g class="legs lift"><path class="metal-light" d="M124 172h26v96h-26zM490 172h26v96h-26z"/><path class="metal" d="M118 262h38v104h-38zM484 262h38v104h-38z"/><path class="metal-deep" d="M144 262h12v104h-12zM510 262h12v104h-12z"/><path class="metal" d="M78 362h118a6 6 0 0 1 6 6v4H72v-4a6 6 0 0 1 6-6zM444 362h118a6 6 0 0 1 6 6v4H438v-4a6 6 0 0 1 6-6z"/><path class="metal-deep" d="M150 176h340v8H150z"/></g>
  <path class="wood-shade" d="M84 168h472v14H84z"/><path class="wood-deep" d="M84 168h472v4H84z"/>
  <path class="wood" d="M60 148h520v20H60z"/><path class="wood-light" d="M60 148h520v6H60z"/><path class="wood-shade" d="M60 164h520v4H60z"/>
  <path class="wood-grain" d="M92 158h150m30 2h96m24-3h140M130 161h60m230 1h70"/>
  <g class="legs lift"><rect class="metal" x="392" y="168" width="52" height="12" rx="4"/><circle cx="406" cy="174" r="2.500" class="lamp"/><circle cx="418" cy="174" r="2.500" class="lamp"/></g>
</g>
<g class="desk-things"><path fill="#f4f1e8" d="M214 122h28v18c0 5-3 8-8 8h-12c-5 0-8-3-8-8z"/><path fill="#d5cfbf" d="M234 122h8v18c0 5-3 8-8 8h-3c3-4 3-14 3-26z"/><path fill="none" stroke="#f4f1e8" stroke-width="4" d="M242 127h4a7 7 0 0 1 0 14h-4"/><path fill="#26303a" d="M282 142h92v6h-92z"/><path fill="#26303a" d="m288 84 86 0a5 5 0 0 1 5 5v53H283V89a5 5 0 0 1 5-5z"/><path fill="#b9dccd" d="M290 90h82v46h-82z"/><path fill="#26303a" opacity=".5" d="M298 99h40v4h-40zm0 10h58v4h-58zm0 10h30v4h-30z"/><path fill="#e9a63a" d="M346 118h18v9h-18z"/><path fill="#3d7ea6" d="M404 138h48v10h-48z"/><path fill="#c8553d" d="M408 129h42v9h-42z"/><path fill="#fbfaf5" d="M402 121h44v8h-44z"/></g>
</svg>`.replaceAll(".500", ".5"));

function group({ id, label, values }) {
  return html`<fieldset class="choice choice-${id}">
  <legend>${label}</legend>
  <div class="choice-values">${values.map(
    (value, index) => html`<label class="pick">
    <input type="radio" name="${id}" value="${value.id}" data-wm-group="${id}"${index === 0 ? html` checked` : ""}>
    <span class="pick-box"><span class="swatch swatch-${value.id}" aria-hidden="true"></span>
      <span><b>${value.label}</b><small>${value.note}</small></span>
      <span class="pick-price">${value.price ? html`+<span data-wm-money="surcharge">${money(value.price, DESK.currency)}</span>` : "included"}</span></span>
  </label>`,
  )}</div>
</fieldset>`;
}

export function madeToOrder(context) {
  const { sdk } = context;
  return layout(
    { ...context, here: "/made-to-order" },
    {
      title: "A desk, made to order",
      style: "order",
      kind: "other",
      main: html`<form class="order" action="/cart" data-wm-configurator="${DESK.model}">
  <div class="order-view">${DRAWING}</div>
  <div class="order-words">
    <h1>A desk, made to order</h1>
    <p class="order-lead">Solid wood, planed and oiled by hand. Made in three weeks.${sdk ? " Your choice is kept while you think about it." : ""}</p>
    ${DESK.groups.map(group)}
    <p class="conflicts" role="alert" data-wm-conflicts hidden></p>
    <p class="order-sum"><span class="hidden">Price </span><b data-wm-money="price">${money(DESK.price, DESK.currency)}</b>
    ${
      sdk
        ? html`<button class="button" type="submit" data-wm-action="add"><span data-label>Add to cart</span></button>`
        : html`<span class="buy-note">The cart is switched off in this shop at the moment.</span>`
    }</p>
  </div>
</form>`,
    },
  );
}
