// The developer's bar of the demo: be another customer, move the clock, pull the plug, ask why.
// A tab at the edge of the window, closed until it is wanted. It lies above the page and moves nothing.

import { html } from "./html.mjs";
import { icon } from "./icons.mjs";

const HOUR = 3_600_000;
const MOVES = [
  [-24 * HOUR, "−1 day"],
  [HOUR, "+1 hour"],
  [24 * HOUR, "+1 day"],
  [7 * 24 * HOUR, "+1 week"],
  [30 * 24 * HOUR, "+30 days"],
];

/** Two weeks after the last order of all, when the shop has most to say; null when there is none. */
function afterLastOrder(customers) {
  const last = customers.reduce((latest, { last }) => (last > latest ? last : latest), "");
  if (!/^\d{4}-\d\d-\d\d$/.test(last)) return null;
  return `${new Date(Date.parse(last) + 14 * 24 * HOUR).toISOString().slice(0, 10)}T09:30`;
}

export function devBar({ customers, customer, offline, sdk, hub }) {
  const later = afterLastOrder(customers);
  return html`<aside class="dev-frame" aria-label="For developers"><details class="dev" data-dev>
  <summary>${icon("clock")}<span>Demo</span> <span class="dev-now" data-dev-now></span></summary>
  <div class="dev-body">
    ${sdk ? "" : html`<p>This server runs without the wellmet package: the pages show what everyone gets without it.</p>`}
    <fieldset><legend>Who</legend>
      <form method="post" action="/login" data-login>
        <label class="hidden" for="dev-customer">Customer</label>
        <select id="dev-customer" name="customer">${customers.map(
          (c) => html`<option value="${c.id}"${customer?.id === c.id ? html` selected` : ""}>${c.name} (${c.segment}, ${c.orders})</option>`,
        )}</select>
        <button class="button">Sign in</button>
      </form>
      <form method="post" action="/logout" data-logout><button class="button quiet"${customer ? "" : html` disabled`}>Sign out</button></form>
    </fieldset>
    ${
      sdk
        ? html`<fieldset><legend>When</legend>
      <p class="dev-moves">${MOVES.map(([ms, label]) => html`<button class="button quiet" type="button" data-dev-move="${ms}">${label}</button>`)}
        ${later ? html`<button class="button quiet" type="button" data-dev-at="${later}">Two weeks after the last order</button>` : ""}
        <button class="button quiet" type="button" data-dev-at="">Now</button></p>
    </fieldset>
    ${
      hub
        ? html`<fieldset><legend>Network</legend>
      <label class="dev-switch"><input type="checkbox" data-dev-offline${offline ? html` checked` : ""}> Hub out of reach for this browser</label>
    </fieldset>`
        : ""
    }
    <fieldset><legend>Why</legend>
      <p class="dev-saved">Cart: <b data-dev-saved>not told yet</b></p>
      <div class="dev-why" data-dev-why tabindex="0" role="region" aria-label="Decisions of this page"><p>No decision yet.</p></div>
    </fieldset>`
        : ""
    }
  </div>
</details><i hidden></i></aside>`;
}
