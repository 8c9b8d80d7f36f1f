/**
 * The cart: its lines with steppers, removing with undo, the total, and whether it is safe.
 *
 * Prices and names are the book's, read at display; a line whose price has changed since she added it says so. What is
 * shown is display: what counts is decided by the shop's checkout.
 *
 * @tag wm-cart
 * @summary The cart with steppers, undo and totals
 * @attr {number} max - most pieces of one line, 999 unless told otherwise
 * @attr {string} checkout-href - address of the checkout; without it there is no such button
 * @slot - shown until the cart is known, and wherever it cannot be
 * @slot empty - shown while the cart is empty
 * @slot note - between total and buttons, for taxes and delivery
 * @slot actions - beside the checkout button
 * @event {CustomEvent<{ line: string, item: string, quantity: number, was: number }>} wm-change - a quantity was changed
 * @event {CustomEvent<{ line: string, item: string, quantity: number }>} wm-remove - a line was removed
 * @event {CustomEvent<{ line: string, item: string, quantity: number }>} wm-undo - a removed line was put back
 * @event {CustomEvent<{ count: number, total: number, currency: string }>} wm-checkout - the checkout button; may be prevented
 * @csspart base - around everything
 * @csspart lines - the list
 * @csspart line - one line
 * @csspart image - its picture
 * @csspart title - its name
 * @csspart options - what was chosen
 * @csspart price - price of one piece
 * @csspart was - the notice of a changed price
 * @csspart stepper - around quantity and its buttons
 * @csspart button - any button
 * @csspart quantity - the field
 * @csspart sum - price of the line
 * @csspart undo - the notice of a removed line
 * @csspart total - count and total
 * @csspart saved - whether the cart is safe
 * @csspart empty - around what an empty cart shows
 * @csspart checkout - the checkout button
 * @cssproperty [--wm-cart-image=4.5rem] - width of a line's picture
 */
import type { CartLine } from "../engine.js";
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./cart.css?inline";
import { words } from "./cart.words.js";

/** `<wm-cart>` */
export class WmCart extends WmElement {
  static override polite = false;
  static override make: Make = { css, words, attributes: { max: "number", "checkout-href": "text" } };

  declare max: number | undefined;
  declare checkoutHref: string;

  #removed: CartLine | undefined;

  protected render(scene: Stage): Kid[] | null {
    const { lines, count, total, needs } = scene.cart();
    // Names and pictures are on their way: she would see it grow.
    if (needs.length && !this.shown) return null;
    const removed = this.#removed;
    const undo =
      removed &&
      h("div", { key: "undo", class: "undo row", part: "undo" },
        h("span", {}, this.word("removed", { title: titleOf(removed) })),
        h("button", { class: "back", part: "button", type: "button", onclick: () => this.#putBack(removed) }, this.word("undo")),
      );
    if (!count) {
      return [undo, h("div", { part: "empty" }, h("slot", { name: "empty" }, h("p", {}, this.word("empty"))))];
    }
    const saved = scene.savedAt();
    return [
      h("div", { class: "frame" },
        undo,
        h("ul", { class: "lines", part: "lines", "aria-label": this.word("label") }, lines.map((line) => this.#line(line))),
        h("p", { class: "total row", part: "total" }, h("span", {}, this.word("count", { count })), h("b", {}, this.money(total))),
        h("slot", { name: "note" }),
        h("div", { class: "foot row" },
          h("p", { class: "saved soft", part: "saved" },
            saved === "hub" || saved === "device"
              ? h("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, h("path", { d: "m2.5 8.5 4 4 7-9" }))
              : null,
            saved && this.word(saved),
          ),
          h("div", { class: "row" },
            h("slot", { name: "actions" }),
            this.checkoutHref &&
              h("a", { class: "button main", part: "checkout", href: this.checkoutHref, onclick: (event: Event) => this.#checkout(event) },
                this.word("checkout"),
              ),
          ),
        ),
      ),
    ];
  }

  #line(line: CartLine): Kid {
    const { key, quantity, price, seenPrice, link, image } = line;
    const title = titleOf(line);
    const most = this.max ?? 999;
    const options = [...new URLSearchParams(line.options).values()].filter(Boolean).join(", ");
    const step = (by: number) => () => this.#set(line, quantity + by);
    return h("li", { key, class: "line", part: "line" },
      image ? h("img", { class: "picture", part: "image", src: image, alt: "", width: 96, height: 96, loading: "lazy" }) : h("span", { class: "picture" }),
      h("div", { class: "words" },
        h("p", { class: "title", part: "title" }, link ? h("a", { href: link }, h("bdi", {}, title)) : h("bdi", {}, title)),
        h("p", { class: "soft" },
          options && h("span", { part: "options" }, h("bdi", {}, options)),
          options && price != null && " · ",
          price != null && h("span", { part: "price" }, this.word("each", { price: this.money(price) })),
        ),
        seenPrice != null && h("p", { class: "soft", part: "was" }, this.word("was", { was: this.money(seenPrice) })),
      ),
      h("div", { class: "acts" },
        h("div", { class: "stepper", part: "stepper" },
          h("button", { part: "button", type: "button", disabled: quantity < 2, "aria-label": this.word("fewer", { title }), onclick: step(-1) }, "−"),
        h("input", {
          part: "quantity", name: key, type: "number", inputmode: "numeric", min: 0, max: most, ".value": String(quantity),
          "aria-label": this.word("quantity", { title }),
          onchange: (event: Event) => this.#typed(line, event.target as HTMLInputElement),
        }),
        h("button", { part: "button", type: "button", disabled: quantity >= most, "aria-label": this.word("more", { title }), onclick: step(1) }, "+"),
        ),
        h("button", { class: "plain", part: "button", type: "button", "aria-label": this.word("remove-label", { title }), onclick: () => this.#remove(line) },
          this.word("remove"),
        ),
      ),
      h("p", { class: "sum", part: "sum" }, price != null && this.money(price * quantity)),
    );
  }

  #set(line: CartLine, quantity: number): void {
    this.#removed = undefined;
    this.emit("change", { line: line.key, item: line.item, quantity, was: line.quantity });
    void this.scene.shop.setQuantity(line.key, quantity).then(() => this.#spoken());
  }

  #typed(line: CartLine, field: HTMLInputElement): void {
    const wanted = Math.min(parseInt(field.value, 10), this.max ?? 999);
    if (wanted === 0) return this.#remove(line);
    // What is no quantity leaves the one that holds.
    field.value = String(wanted > 0 ? wanted : line.quantity);
    if (wanted > 0 && wanted !== line.quantity) this.#set(line, wanted);
  }

  #remove(line: CartLine): void {
    const { key, item, quantity } = line;
    this.#removed = line;
    this.emit("remove", { line: key, item, quantity });
    void this.scene.shop.remove(key);
    this.say(this.word("removed", { title: titleOf(line) }));
    // Her button is gone with the line.
    this.focusOn(".back");
  }

  #putBack(line: CartLine): void {
    const { key, item, quantity } = line;
    this.#removed = undefined;
    this.emit("undo", { line: key, item, quantity });
    void this.scene.backstage.act((session) => session.putBack(key, quantity));
    this.say(this.word("undone", { title: titleOf(line) }));
    this.focusOn(`[name="${CSS.escape(key)}"]`);
  }

  #checkout(event: Event): void {
    const { count, total, currency } = this.scene.cart();
    if (!this.emit("checkout", { count, total, currency })) event.preventDefault();
  }

  /** Unless the page says it itself. */
  #spoken(): void {
    const cart = this.scene?.cart();
    if (!cart || document.querySelector("[data-wm-cart][data-wm-announce]")) return;
    this.say(this.word("changed", { count: cart.count, total: this.money(cart.total) }));
  }
}

const titleOf = ({ title, item, configuration }: CartLine): string => title || item || configuration || "";

define("wm-cart", WmCart);
