/**
 * A price that keeps the law in view.
 *
 * A price that depends on who looks is shown with the notice that Art. 6(1)(ea) of Directive 2011/83/EU asks for, or not
 * at all: where the notice is not there to be seen, the price for everybody is. A reduction announced to the public
 * shows the lowest price of the last 30 days (Art. 6a of Directive 98/6/EC), or it is no reduction. Display: what is
 * charged is decided by the shop.
 *
 * @tag wm-price
 * @summary A price with the notices it needs
 * @attr {number} amount - the price, minor units
 * @attr {number} was - the price for everybody (a personal price), or the price before (a reduction), minor units
 * @attr {number} prior - lowest price of the last 30 days, minor units
 * @attr {string} currency - ISO 4217; the book's unless given
 * @attr {boolean} personal - the price depends on who looks
 * @attr {string} announced - `public` or `personal`: to whom the reduction is announced
 * @attr {string} law - `us-ny` adds New York's sentence
 * @slot - the price for everybody, shown until there is another one
 * @slot notice - the shop's own words for the notice
 * @event {CustomEvent<{ amount: number, personal: boolean }>} wm-price - another price is shown
 * @csspart base - around everything
 * @csspart price - the price
 * @csspart was - the price it takes the place of
 * @csspart prior - the lowest price of the last 30 days
 * @csspart notice - that the price is a personal one
 */
import { define, h, WmElement, type Kid, type Make } from "./base.js";
import css from "./price.css?inline";
import { NEW_YORK, words } from "./price.words.js";

/** `<wm-price>` */
export class WmPrice extends WmElement {
  static override make: Make = {
    css,
    words,
    attributes: { amount: "number", was: "number", prior: "number", currency: "text", personal: "flag", announced: "text", law: "text" },
  };

  declare amount: number | undefined;
  declare was: number | undefined;
  declare prior: number | undefined;
  declare currency: string;
  declare personal: boolean;
  declare announced: string;
  declare law: string;

  #what = { amount: NaN, personal: false };
  #told = "";
  /** The notice was there and could not be seen. */
  #veiled = false;

  #minor(name: string): number | undefined {
    const value = this.field(name);
    const minor = value === "" || value == null ? NaN : Number(value);
    return Number.isSafeInteger(minor) ? minor : undefined;
  }

  protected render(): Kid[] | null {
    const amount = this.#minor("amount") ?? this.#minor("price");
    if (amount == null) return null;
    const currency = this.textOf("currency") || this.voice.currency;
    // A currency that is not known is no price.
    if (!/^[A-Z]{3}$/.test(currency)) return null;
    const personal = this.personal || !!this.dataset.wmSlot;
    const announced = this.textOf("announced") || (personal ? "personal" : "public");
    const prior = this.#minor("prior");
    let was = this.#minor("was");
    if (was != null && was <= amount) was = undefined;
    if (personal && this.#veiled) return null;
    if (was != null && announced === "public" && prior == null) {
      this.tell("WM-PRICE-001", "<wm-price>: a public reduction without the lowest price of the last 30 days", 'prior="…" (minor units)');
      was = undefined;
    }
    const money = (minor: number): string => this.money(minor, currency);
    this.#what = { amount, personal };
    return [
      h("p", { class: "prices row" },
        was != null &&
          h("s", { part: "was" }, h("span", { class: "unseen" }, this.word(personal ? "was" : "before", { price: "" }), " "), money(was)),
        h("span", { class: "now", part: "price" }, personal && h("span", { class: "unseen" }, this.word("now", { price: "" }), " "), money(amount)),
      ),
      was != null && announced === "public" && h("p", { class: "soft", part: "prior" }, this.word("prior", { price: money(prior!) })),
      personal &&
        h("p", { class: "soft notice", part: "notice" },
          h("slot", { name: "notice" }, this.word("personal")),
          this.law === "us-ny" && h("span", { lang: "en" }, " ", NEW_YORK),
        ),
    ];
  }

  protected override drawn(): void {
    if (this.shown && this.#unseen()) {
      this.#veiled = true;
      this.tell("WM-PRICE-002", "<wm-price>: the notice of a personal price cannot be seen; the price for everybody is shown");
      return this.draw();
    }
    const what = JSON.stringify(this.#what);
    if (!this.shown || what === this.#told) return;
    this.#told = what;
    this.emit("price", this.#what);
  }

  /** Whether there is a notice that cannot be seen. */
  #unseen(): boolean {
    const notice = this.root.querySelector<HTMLElement>(".notice");
    if (!notice) return false;
    const own = this.querySelector('[slot="notice"]');
    const seen = visible(notice) && (!own || (visible(own) && !!own.textContent?.trim()));
    // Where the whole element is not on the screen, its notice need not be.
    return !seen && visible(this);
  }
}

const visible = (element: Element): boolean =>
  element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? element.getClientRects().length > 0;

define("wm-price", WmPrice);
