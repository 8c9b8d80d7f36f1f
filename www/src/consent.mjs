// The choice about being remembered. A shop has its own bar or a consent platform; wellmet only needs
// to be told. The bar is not modal and lies above the page's foot, so that it moves nothing and hides no focus.

import { html } from "./html.mjs";
import { cookies } from "./session.mjs";

const COOKIE = "hpn_choice";
const HALF_A_YEAR_S = 15_552_000;

/** What can be chosen, as wellmet's purposes. The cart is a service she asks for and is always kept. */
export const CHOICES = { cart: "cart", all: "cart personalization analytics" };

/** The choice of this browser: a key of {@link CHOICES}, or null when there is none yet. */
export function choiceOf(request) {
  const value = cookies(request).get(COOKIE);
  return Object.hasOwn(CHOICES, value) ? value : null;
}

/** The `Set-Cookie` value that keeps a choice. It names nobody. */
export function keepChoice(choice) {
  return `${COOKIE}=${choice}; Path=/; SameSite=Lax; Max-Age=${HALF_A_YEAR_S}`;
}

/** The `Set-Cookie` value that forgets it. */
export function dropChoice() {
  return `${COOKIE}=; Path=/; SameSite=Lax; Max-Age=0`;
}

/** The two buttons, of equal weight: a form for everyone, a click for wellmet. */
export function choiceButtons({ choice, no = "No, just the cart", yes = "Yes, remember me" }) {
  const button = (value, label) =>
    html`<button class="button" name="choice" value="${value}" data-wm-action="consent" data-wm-lanes="${CHOICES[value]}"${
      choice === undefined ? "" : html` aria-pressed="${choice === value ? "true" : "false"}"`
    }>${label}</button>`;
  return html`<form class="choose" method="post" action="/consent" data-choose>${button("cart", no)} ${button("all", yes)}</form>`;
}

/** The bar, until there is a choice. */
export function consentBar({ choice }) {
  if (choice) return "";
  return html`<section class="consent" data-consent-bar aria-labelledby="consent-title">
  <div>
    <h2 id="consent-title">May we remember you?</h2>
    <p>With your yes, this browser keeps what you looked at, so that the shop can greet you and pick for you.
      Your cart is kept either way. <a href="/privacy">More about this</a></p>
  </div>
  ${choiceButtons({})}
</section>`;
}
