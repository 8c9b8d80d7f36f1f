/**
 * The cart in the shop's own markup.
 *
 * `data-wm-cart="count"` and `"total"` are text. Any other `data-wm-cart` is a place with templates for `empty` and
 * `filled`, in which `data-wm-each="lines"` makes one clone for each line, `"saved"` for each put aside; without the first, an empty cart shows the
 * shop's own content. Each of them carries the attribute `data-wm-empty` while the cart is empty.
 */
import { all } from "./dom.js";
import type { CartLine, CartView } from "./engine.js";
import type { Tell } from "./events.js";
import { shown, type Shown, type Swap } from "./slot.js";
import type { Entry } from "./template.js";
import { money, number, type Voice } from "./text.js";

/** The cart of a shopper who has none. */
export const NO_CART: CartView = { lines: [], saved: [], count: 0, total: 0, currency: "", needs: [] };

const entry = (line: CartLine): Entry => {
  const { key, item, title, link, image, quantity, price, seenPrice, configuration } = line;
  const options = [...new URLSearchParams(line.options).values()].join(", ");
  const sum = price == null ? undefined : price * quantity;
  return {
    key,
    fields: { key, item, title: title || item || configuration, link, image, quantity, price, options, sum, was: seenPrice },
  };
};

/** Shows the cart everywhere on the page. */
export function cartShower(swap: Swap, tell: Tell) {
  const texts = new Map<Element, string | null>();
  return {
    show(cart: CartView, voice: Voice, now: boolean): void {
      const places = new Map<Element, Shown | null>();
      const { count, total } = cart;
      const scope = { fields: { count, total }, lists: { lines: cart.lines.map(entry), saved: cart.saved.map(entry) } };
      for (const element of all("[data-wm-cart]")) {
        const what = element.getAttribute("data-wm-cart");
        if (what === "count" || what === "total") {
          const text = what === "count" ? number(count, voice.locale) : money(total, voice);
          if (!texts.has(element)) texts.set(element, element.textContent);
          if (element.textContent !== text) element.textContent = text;
        } else places.set(element, shown(element, count || cart.saved.length ? "filled" : "empty", scope, voice, count || cart.saved.length ? tell : () => {}, true));
        element.toggleAttribute("data-wm-empty", !count);
      }
      // A page may replace its header a thousand times.
      if (texts.size > 99) for (const element of texts.keys()) if (!element.isConnected) texts.delete(element);
      // A cart that is not shown would be worse than one that moves things: the shop reserves its place.
      swap.show(places, { now, free: true });
    },
    destroy(): void {
      for (const [element, text] of texts) element.textContent = text;
      for (const element of all("[data-wm-cart]")) element.removeAttribute("data-wm-empty");
    },
  };
}
