/**
 * Her latest orders with date and pictures, and what she may want again.
 *
 * Only of a customer who is signed in: orders come with her record after a login, never for a cookie alone. What was
 * cancelled or fully returned is not in the record, so it is never shown as hers.
 *
 * @tag wm-history
 * @summary The latest orders, with buy again
 * @attr {number} limit - most orders shown, 4 unless told otherwise
 * @attr {string} order-href - address of an order's page, with `{id}` in it
 * @slot - shown while nobody is signed in
 * @slot empty - shown when she has not ordered yet
 * @event {CustomEvent<{ order: string, items: { item: string, quantity: number }[] }>} wm-buy-again - things go into the cart again; may be prevented
 * @csspart base - around everything
 * @csspart orders - the list
 * @csspart order - one order
 * @csspart image - a picture of what was in it
 * @csspart title - what was in it, in short
 * @csspart date - when it was placed, its number and sum
 * @csspart again - the button that buys all of it again
 * @csspart details - what was in it, in full
 * @csspart line - one article of it
 * @csspart button - the button that buys one article again
 * @csspart empty - around what is shown without orders
 * @cssproperty [--wm-history-image=4rem] - size of a picture
 * @cssproperty [--wm-history-tile] - what is behind a picture
 */
import type { Item } from "../engine.js";
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import { cardsOf } from "./cards.js";
import css from "./history.css?inline";
import { words } from "./history.words.js";
import { readRecord, type CustomerRecord, type Order, type OrderLine } from "./record.js";

/** `<wm-history>` */
export class WmHistory extends WmElement {
  static override make: Make = { css, words, attributes: { limit: "number", "order-href": "text" } };

  declare limit: number | undefined;
  declare orderHref: string;

  #bytes: Uint8Array | undefined;
  #record: CustomerRecord | undefined;
  /** Chunks of the book that were asked for. */
  readonly #asked = new Set<string>();

  protected render(scene: Stage): Kid[] | null {
    const bytes = scene.desk.customer ? scene.desk.record : undefined;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#record = readRecord(bytes);
    }
    const record = this.#record;
    if (!record) return null;
    const orders = record.orders.slice(0, this.limit ?? 4);
    if (!orders.length) {
      return [h("div", { part: "empty" }, h("slot", { name: "empty" }, h("p", {}, this.word("none"))))];
    }
    const ids = [...new Set(orders.flatMap(({ lines }) => lines.map(({ item }) => item)))];
    const cards = cardsOf(scene, ids, this.#asked, () => this.refresh());
    if (!cards) return null;
    return [
      h("div", { class: "frame" },
        h("ul", { part: "orders", "aria-label": this.word("label") }, orders.map((order) => this.#order(order, cards, record.currency))),
      ),
    ];
  }

  #order(order: Order, cards: Map<string, Item>, currency: string): Kid {
    const { id, lines } = order;
    const first = lines[0]?.title ?? "";
    const title = lines.length > 1 ? this.word("more", { title: first, n: lines.length - 1 }) : first;
    const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const sold = lines.filter(({ item }) => cards.has(item));
    const pictures = sold.flatMap(({ item }) => cards.get(item)!.image || []).slice(0, 3);
    const number = this.word("order", { id });
    return h("li", { key: id, class: "order", part: "order" },
      h("div", { class: "pictures", "aria-hidden": "true" },
        pictures.length
          ? pictures.map((src, i) => h("img", { key: i, class: "picture", part: "image", src, alt: "", width: 96, height: 96, loading: "lazy" }))
          : h("span", { class: "picture", part: "image" }),
      ),
      h("div", { class: "words" },
        h("p", { class: "title", part: "title" }, h("bdi", {}, title)),
        h("p", { class: "soft", part: "date" },
          h("time", { datetime: new Date(order.at).toISOString().slice(0, 10) }, this.date(order.at, "long")), " · ",
          this.orderHref ? h("a", { href: this.orderHref.replace("{id}", encodeURIComponent(id)) }, h("bdi", {}, number)) : h("bdi", {}, number), " · ",
          this.money(total, currency),
        ),
      ),
      h("div", { class: "acts row" },
        h("details", { part: "details" },
          h("summary", {}, this.word("what")),
          h("ul", { class: "lines" }, lines.map((line, i) => this.#line(order, line, i, cards.get(line.item), currency))),
        ),
        sold.length
          ? h("button", { part: "again", type: "button", "aria-label": this.word("again") + ": " + number, onclick: () => this.#again(id, sold) }, this.word("again"))
          : null,
      ),
    );
  }

  #line(order: Order, line: OrderLine, key: number, card: Item | undefined, currency: string): Kid {
    const title = h("bdi", {}, line.title);
    return h("li", { key, part: "line" },
      h("span", { class: "what" }, card?.link ? h("a", { href: card.link }, title) : title),
      h("span", { class: "soft" }, this.word("pieces", { n: line.quantity }), " · ", this.money(line.price * line.quantity, currency)),
      card
        ? h("button", { part: "button", type: "button", "aria-label": this.word("again") + ": " + line.title, onclick: () => this.#again(order.id, [line]) }, this.word("again"))
        : h("span", { class: "soft" }, this.word("gone")),
    );
  }

  #again(order: string, lines: OrderLine[]): void {
    const items = lines.map(({ item, quantity }) => ({ item, quantity }));
    const { shop } = this.scene;
    if (!this.emit("buy-again", { order, items })) return;
    for (const { item, quantity } of items) void shop.add(item, quantity);
    this.say(this.word("added", { n: items.reduce((sum, { quantity }) => sum + quantity, 0) }));
  }
}

define("wm-history", WmHistory);
