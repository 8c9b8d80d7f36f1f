/**
 * What works with no configuration at all: no shop file, no book, no marks in the page.
 *
 * The page is read ({@link readDocument}) for what it is about. Products that she looked at or put into her cart are kept
 * as small cards, so that three slots can be filled from what the shop's own pages have said: `greeting` (`known` by the
 * name she gave, `returning`), `recent` (`seen`: what she looked at last) and `resume` (`cart`: what is still in her
 * cart). A shop file that names one of these slots has the last word about it. Cards of what she looked at need the
 * personalization purpose and go with it, cards of her cart go with the cart.
 */
import { all, whenSeen } from "./dom.js";
import type { CartView, Decision, Item } from "./engine.js";
import { readDocument, type Product, type Reading } from "./reading.js";
import type { Scene } from "./wellmet.js";
import type { Store } from "./writing.js";

/** A product as it is remembered. */
interface Card {
  title: string;
  link: string;
  image: string;
  category: string;
  price?: number | undefined;
  currency?: string | undefined;
  /** When she looked at it, ms since the epoch; 0 when it is only in her cart. */
  seen: number;
}

/** What is kept, under one key of the store. */
interface Kept {
  cards: Record<string, Card>;
  /** Visits that were counted, and when the last page was seen. */
  visits: number;
  last: number;
}

const KEY = "cards";
const MOST_CARDS = 40;
const SILENCE_MS = 1_800_000;
const LONGEST = 300;
const SLOTS = ["greeting", "recent", "resume"];

const keptIn = (value: unknown): Kept => {
  const { cards, visits, last } = (value ?? {}) as Partial<Kept>;
  const good: Kept["cards"] = {};
  for (const [id, card] of Object.entries(cards && typeof cards === "object" ? cards : {})) {
    const { title = "", link = "", image = "", category = "", price, currency, seen } = (card ?? {}) as Partial<Card>;
    const texts = [title, link, image, category].every((text) => typeof text === "string");
    if (!texts || typeof seen !== "number") continue;
    good[id] = { title, link, image, category, seen, ...(typeof price === "number" && typeof currency === "string" && { price, currency }) };
  }
  return {
    cards: good,
    visits: Number(visits) || 0,
    last: Number(last) || 0,
  };
};

/** Whether this page has something for this file to do. */
export interface Alone {
  /** Reads the page when it says something else than before; true when it is known better now what page it is. */
  read(): boolean;
  /** Decisions for slots that the shop file does not know. */
  decide(decisions: Decision[], slots: string[]): Decision[];
  /** The cart with what the pages have said of its lines. */
  cart(cart: CartView): CartView;
  /** What amounts are in where there is no book: the currency of this page's product, else of the last one she saw. */
  currency(): string | undefined;
  /** Consent, identity or the cart are not what they were. */
  changed(): void;
  /** Somebody else is looking now. */
  forget(): void;
}

/** Begins with what is kept. */
export async function standAlone(scene: Scene, store: Store, read: (keys: string[]) => Promise<Record<string, unknown>>): Promise<Alone> {
  const { desk, tell } = scene;
  let kept = keptIn(desk.personal() || scene.cart().count ? (await read([KEY]))[KEY] : undefined);
  let reading: Reading | undefined;
  let saved = JSON.stringify(kept);
  const here = Date.now();
  let visits = 0;
  let signature = "";

  const cardOf = (product: Product, seen: number): Card => ({
    title: (product.title ?? product.id).slice(0, LONGEST),
    link: (product.link ?? location.href).slice(0, 2000),
    image: (product.image ?? "").slice(0, 2000),
    category: (product.category ?? "").slice(0, LONGEST),
    ...(product.price != null && { price: product.price, currency: product.currency }),
    seen,
  });

  /** What may be kept now: the newest looks with the purpose, and what lies in her cart. */
  function tidy(): void {
    const inCart = new Set(scene.cart().lines.map(({ item }) => item));
    const entries = Object.entries(kept.cards).sort(([, a], [, b]) => b.seen - a.seen);
    const personal = desk.personal();
    kept.cards = Object.fromEntries(
      entries.filter(([id], at) => inCart.has(id) || (personal && at < MOST_CARDS)).map(([id, card]) => [id, personal ? card : { ...card, seen: 0 }]),
    );
    if (!personal) Object.assign(kept, { visits: 0, last: 0 });
  }

  async function save(): Promise<void> {
    tidy();
    const empty = !Object.keys(kept.cards).length && !kept.visits;
    const text = JSON.stringify(kept);
    if (text === saved) return;
    saved = text;
    if (empty) return store.remove([KEY]);
    await store.change([KEY], (values) => {
      // Other tabs have looked at other things.
      const other = keptIn(values[KEY]);
      for (const [id, card] of Object.entries(other.cards)) {
        if (desk.personal() && card.seen > (kept.cards[id]?.seen ?? -1)) kept.cards[id] = card;
      }
      kept.visits = Math.max(kept.visits, other.visits);
      tidy();
      return { [KEY]: kept };
    });
  }

  /** A new visit after half an hour of silence, counted once in this page. */
  function visit(): void {
    if (!desk.personal() || visits) return;
    if (here - kept.last > SILENCE_MS) kept.visits++;
    visits = kept.visits;
    kept.last = here;
    void save();
  }

  function look(): void {
    const inCart = new Set(scene.cart().lines.map(({ item }) => item));
    const { product, products } = reading ?? {};
    for (const [id, one] of products ?? []) {
      if (inCart.has(id)) kept.cards[id] = { ...cardOf(one, kept.cards[id]?.seen ?? 0) };
    }
    if (product && desk.personal()) kept.cards[product.id] = cardOf(product, Date.now());
    void save();
  }

  const itemOf = (id: string, card: Card): Item => ({
    id,
    ...card,
    // Without a price a template keeps what it says.
    price: (card.currency === scene.voice().currency ? card.price : undefined) as number,
    reason: { code: "seen", text: "", args: {} },
  });

  const keep = (slot: string): Decision => ({
    slot,
    choice: "",
    fields: {},
    items: [],
    reason: { code: "nothing-applies", text: "", args: {} },
    exposure: "",
  });

  function decided(slot: string): Decision {
    const personal = desk.personal();
    if (slot === "greeting") {
      const name = personal && (desk.run((s) => s.preference("name"), true) || desk.customer?.name);
      if (name) return { ...keep(slot), choice: "known", fields: { name }, reason: { code: "name", text: "", args: {} } };
      whenSeen(visit);
      if (personal && visits > 1) return { ...keep(slot), choice: "returning", reason: { code: "returning", text: "", args: {} } };
      return keep(slot);
    }
    if (slot === "recent") {
      const current = scene.page().item;
      const items = Object.entries(kept.cards)
        .filter(([id, { seen }]) => personal && seen && id !== current)
        .sort(([, a], [, b]) => b.seen - a.seen)
        .slice(0, 12)
        .map(([id, card]) => itemOf(id, card));
      return items.length ? { ...keep(slot), choice: "seen", items, reason: { code: "seen", text: "", args: {} } } : keep(slot);
    }
    const { lines, count, total } = scene.cart();
    if (!count || /^(cart|checkout)$/.test(scene.page().kind)) return keep(slot);
    const items = lines.flatMap(({ item }) => (kept.cards[item] ? [itemOf(item, kept.cards[item])] : []));
    return { ...keep(slot), choice: "cart", fields: { count, total }, items, reason: { code: "cart", text: "", args: {} } };
  }

  const marked = (): boolean => {
    const { wmPage, wmItem } = all("[data-wm-page]")[0]?.dataset ?? {};
    return !!wmPage && (wmPage !== "product" || !!wmItem);
  };

  const alone: Alone = {
    read() {
      // Pages change all the time; what they say of their products seldom does.
      const blocks = all('script[type="application/ld+json" i]').map(({ textContent }) => textContent!.length);
      const layer = (globalThis as { dataLayer?: unknown[] }).dataLayer?.length;
      const now = [location.href, document.title, blocks, layer, document.querySelectorAll("[itemprop],[data-wm-item]").length].join();
      if (now === signature) return false;
      signature = now;
      reading = readDocument(tell);
      const more = !marked() && scene.learn(reading.page);
      whenSeen(look);
      return more;
    },
    decide(decisions, slots) {
      const known = new Map(decisions.map((decision) => [decision.slot, decision]));
      return slots.map((slot) => {
        const decision = known.get(slot);
        const mine = SLOTS.includes(slot) && (!decision || decision.reason.code === "unknown-slot");
        return mine ? decided(slot) : (decision ?? keep(slot));
      });
    },
    cart(cart) {
      let { total, currency } = cart;
      const lines = cart.lines.map((line) => {
        const card = kept.cards[line.item];
        if (line.title != null || !card) return line;
        const same = !currency || currency === card.currency;
        const price = card.price != null && same ? card.price : undefined;
        if (price != null) {
          currency = card.currency!;
          total += price * line.quantity;
        }
        return { ...line, title: card.title, link: card.link, image: card.image, ...(price != null && { price }) };
      });
      return { ...cart, lines, total, currency };
    },
    currency() {
      const newest = Object.values(kept.cards).sort((a, b) => b.seen - a.seen).find(({ currency }) => currency);
      return reading?.product?.currency ?? newest?.currency;
    },
    changed: () => whenSeen(look),
    forget() {
      kept = keptIn(undefined);
      saved = "";
      visits = 0;
    },
  };
  return alone;
}
