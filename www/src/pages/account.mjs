// Signing in as one of a few customers of the sample, and her orders.

import { html } from "../html.mjs";
import { icon } from "../icons.mjs";
import { SHOP, layout } from "../layout.mjs";

function initials(name) {
  return name.split(/\s+/).map((word) => word[0]).filter(Boolean).slice(0, 2).join("").toUpperCase();
}

function facts({ segment, orders, last }) {
  return [segment, orders && `${orders} ${orders === 1 ? "order" : "orders"}`, last && `last in ${last.slice(0, 4)}`]
    .filter(Boolean)
    .join(" · ");
}

function signIn(customers) {
  if (customers.length === 0) {
    return html`<h1>Sign in</h1><p class="empty">No sample customers were given to this server.</p>`;
  }
  return html`<h1>Sign in</h1>
<p class="account-lead">This is a demonstration: choose whom to be. There is no password; the shop’s backend signs a
  short-lived token for the chosen customer, as it would after a real sign-in.</p>
<form method="post" action="/login" data-login>
  <ul class="people">${customers.map(
    (c, index) => html`<li><button class="person" name="customer" value="${c.id}">
      <span class="face face-${index % 5}" aria-hidden="true">${initials(c.name)}</span>
      <span><b>${c.name}</b><small>${facts(c)}</small>${c.note ? html`<small class="person-note">${c.note}</small>` : ""}</span>
      ${icon("arrow")}
    </button></li>`,
  )}</ul>
</form>`;
}

function signedIn({ customer, sdk, hub }) {
  return html`<div class="account-head"><span class="face face-0" aria-hidden="true">${initials(customer.name)}</span>
  <div><h1><bdi>${customer.name}</bdi></h1><p>${facts(customer)}</p></div></div>
<form method="post" action="/logout" data-logout><button class="button quiet">Sign out</button></form>
<div class="account-more">
<section aria-labelledby="orders"><h2 id="orders">Your orders</h2>
  ${
    sdk && hub
      ? html`<wm-history limit="12"><p>Asking for your orders…</p><noscript><p>The list of orders needs JavaScript.</p></noscript></wm-history>`
      : html`<p>Orders are shown when the shop runs with a hub.</p>`
  }
</section>
<section class="account-help" aria-labelledby="help"><h2 id="help">Here for you</h2>
  <wm-contact data-wm-slot="contact"><p><b>${SHOP}</b></p><p>Write to <a href="mailto:hello@half-past-nine.example">hello@half-past-nine.example</a>.</p></wm-contact>
</section>
</div>`;
}

export function account(context) {
  return layout(
    { ...context, here: "/account" },
    { title: "Account", style: "text", kind: "other", main: context.customer ? signedIn(context) : signIn(context.customers) },
  );
}
