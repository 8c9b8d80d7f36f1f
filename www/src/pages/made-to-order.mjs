// Products made to order. The form works as a form; wellmet keeps the choice and the step, over visits and
// devices, prices it and says what does not go together. The drawings follow the form by style sheet alone.

import { money } from "../catalogue.mjs";
import { CURRENCY, MADE } from "../made.mjs";
import { Html, html } from "../html.mjs";
import { layout } from "../layout.mjs";

// Widths differ in the drawing; colours come from the style sheet.
const DESK = new Html(`<svg class="desk" viewBox="0 0 640 420" role="img" aria-label="Your desk as chosen">
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

const HUMIDOR = new Html(`<svg class="desk humidor" viewBox="0 0 640 420" role="img" aria-label="Your humidor as chosen">
<path class="desk-shadow" d="M110 352h420l-40 22H150z"/>
<g class="desk-stretch">
  <path class="wood-shade" d="M128 196h384v158H128z"/><path class="wood" d="M128 196h384v146H128z"/><path class="wood-light" d="M128 196h384v8H128z"/>
  <path class="wood-grain" d="M150 236h170m30 4h130M150 272h110m40 3h180M150 310h210m30-3h92"/>
  <path class="wood-deep" d="M120 116h400v80H120z"/><path class="wood" d="M120 116h400v68H120z"/><path class="wood-light" d="M120 116h400v7H120z"/>
  <path fill="#c9a14a" d="M300 184h40v26h-40zM150 184h34v8h-34zM456 184h34v8h-34z"/>
  <g class="gauge dial"><circle cx="440" cy="152" r="22" fill="#c9a14a"/><circle cx="440" cy="152" r="17" fill="#fbfaf5"/><path stroke="#26303a" stroke-width="2.5" d="m440 152 9-10"/></g>
  <g class="gauge digital"><path fill="#26303a" d="M408 136h64v32h-64z"/><path fill="#b9dccd" d="M414 142h52v20h-52z"/></g>
</g>
</svg>`);

const CIGAR = new Html(`<svg class="desk cigar" viewBox="0 0 640 420" role="img" aria-label="Your cigar as chosen">
<path class="desk-shadow" d="M80 272h480l-14 14H94z"/>
<g class="desk-stretch">
  <path class="leaf-shade" d="M92 204h430c30 0 44 16 44 34s-14 34-44 34H92c-10-22-10-46 0-68z"/><path class="leaf" d="M92 204h430c30 0 44 14 44 28s-14 28-44 28H92c-8-18-8-38 0-56z"/>
  <path class="leaf-light" d="M96 212h420c18 0 30 6 36 12H92z"/><path fill="#b9a58a" d="M92 204c-10 22-10 46 0 68-14-6-20-20-20-34s6-28 20-34z"/>
  <path fill="#c8553d" d="M380 203h66v70h-66z"/><path fill="#e9a63a" d="M380 203h66v8h-66zm0 62h66v8h-66z"/><circle cx="413" cy="238" r="17" fill="#fbfaf5"/>
</g>
</svg>`);

const DRAWINGS = { desk: DESK, humidor: HUMIDOR, cigar: CIGAR };

const surcharge = (price) => html`+<span data-wm-money="surcharge">${money(price, CURRENCY)}</span>`;

function group({ id, label, values, text }) {
  if (text) {
    return html`<fieldset class="choice choice-${id}" data-wm-step="${id}">
  <legend>${label}</legend>
  <label class="engrave"><input type="text" name="${id}" maxlength="${text.max}" pattern="${text.pattern}" autocomplete="off" spellcheck="false" aria-label="${label}" aria-describedby="about-${id}" data-wm-group="${id}">
  <span class="pick-price">+${money(text.price, CURRENCY)}</span></label>
  <p class="choice-note" id="about-${id}">${text.note} What is made with your letters cannot be sent back.</p>
</fieldset>`;
  }
  return html`<fieldset class="choice choice-${id}" data-wm-step="${id}">
  <legend>${label}</legend>
  <div class="choice-values">${values.map(
    (value, index) => html`<label class="pick">
    <input type="radio" name="${id}" value="${value.id}" data-wm-group="${id}"${index === 0 ? html` checked` : ""}>
    <span class="pick-box"><span class="swatch swatch-${value.id}" aria-hidden="true"></span>
      <span><b>${value.label}</b><small>${value.note}</small></span>
      <span class="pick-price">${value.price ? surcharge(value.price) : "included"}</span></span>
  </label>`,
  )}</div>
  <button class="text-button" type="button" data-wm-action="undo" data-wm-undo="${id}" hidden>Rather <span data-wm-text="other"></span>, as on your other device?</button>
</fieldset>`;
}

export function madeToOrder(context, made) {
  const { sdk } = context;
  const others = MADE.filter((one) => one !== made);
  return layout(
    { ...context, here: made.path },
    {
      title: made.title,
      style: "order",
      kind: "other",
      main: html`<form class="order" action="/cart" data-wm-configurator="${made.model}">
  <div class="order-view">${DRAWINGS[made.model]}</div>
  <div class="order-words">
    <h1>${made.title}</h1>
    <p class="order-lead">${made.lead}${sdk ? " Your choice is kept while you think about it." : ""}</p>
    ${made.groups.map(group)}
    <p class="conflicts" role="alert" data-wm-conflicts hidden></p>
    <p class="order-sum"><span class="hidden">Price </span><b data-wm-money="price">${money(made.price, CURRENCY)}</b>
    ${
      sdk
        ? html`<button class="button" type="submit" data-wm-action="add"><span data-label>Add to cart</span></button>`
        : html`<span class="buy-note">The cart is switched off in this shop at the moment.</span>`
    }</p>
    ${sdk ? html`<p class="order-share"><a data-wm-share>Link to this design</a>: whoever opens it gets a copy, and learns nothing about you.</p>` : ""}
    <p class="order-others">Also made to order: ${others.map(({ path, title }, at) => html`${at ? " · " : ""}<a href="${path}">${title}</a>`)}</p>
  </div>
</form>`,
    },
  );
}
