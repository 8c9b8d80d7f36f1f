/**
 * Acts in and out: what the shop tells its other tools is heard here, and what only this SDK knows (lists and offers it
 * showed, clicks on them, its cart) is told there. Loaded when the page asks for it (`data-events="ga4 segment"`), or has
 * a data layer and no book.
 *
 * Nothing is told twice: every act has an id, what was told by us is not heard again, and what the shop has told in the
 * same moment is left to it. Nothing is told without the analytics purpose.
 */
import { ANALYTICS } from "./consent.js";
import { listen, whenSeen } from "./dom.js";
import type { CartView } from "./engine.js";
import { emit } from "./events.js";
import { commandOf, fromGa4, fromSegment, fromShopify, toGa4, toSegment, type Act, type ActItem, type Ga4Params } from "./names.js";
import { randomId } from "./cookie.js";
import type { Scene } from "./wellmet.js";
import type { Store } from "./writing.js";

type Segment = {
  on?(what: "track", heard: (event: string, properties: Record<string, unknown>, options?: { messageId?: string }) => void): unknown;
  off?(what: "track", heard: unknown): unknown;
  track?(event: string, properties: Record<string, unknown>): unknown;
};

type Page = typeof globalThis & { dataLayer?: unknown[]; analytics?: Segment };

/** Kinds that the engine's conditions count. */
const COUNTED = /^(view|search|click|order|wish|share|review|checkout)$/;
/** The shop tells its own tools of the same click, before or after us. */
const SAME_MOMENT_MS = 300;
const MOST_IDS = 500;
const MOST_ORDERS = 20;
/** No article has this id: what was clicked belongs to the slot, not to an entry of its list. */
const NO_ITEM = " ";

export interface Bridge {
  /** An event in somebody's words: GA4's or Segment's name with its parameters, or a Shopify pixel event. */
  hear(event: string | { name: string }, params?: Record<string, unknown>): Promise<void>;
  end(): void;
}

/** Begins. */
export function bridge(scene: Scene, store: Store): Bridge {
  const page = globalThis as Page;
  const words = (scene.options.events ?? "").split(/[\s,]+/).filter(Boolean);
  const wants = (dialect: string, way: "in" | "out"): boolean => words.includes(dialect) || words.includes(`${dialect}-${way}`);
  // Without a book and without being told, the page's own words are all there is to go by.
  const alone = scene.options.book == null && !words.length;
  /** Ids that were heard or told; a page lives for days. */
  const known = new Set<string>();
  const ours = new WeakSet<object>();
  /** What the shop has told of its cart a moment ago, by kind and article. */
  const lately = new Map<string, number>();
  const undo: (() => void)[] = [];
  let cart = scene.cart();
  let following = false;
  let doing: Promise<unknown> = Promise.resolve();

  function once(id: string): boolean {
    if (known.has(id)) return false;
    if (known.size >= MOST_IDS) known.delete(known.values().next().value!);
    known.add(id);
    return true;
  }

  /** Orders are remembered as long as the journey is that they count in: a thank-you page is loaded again. */
  async function firstTime(order: string): Promise<boolean> {
    if (!once("order:" + order)) return false;
    let first = true;
    if (scene.desk.personal()) {
      await store.change(["orders"], ({ orders }) => {
        const before: unknown[] = Array.isArray(orders) ? orders : [];
        first = !before.includes(order);
        return first ? { orders: [...before, order].slice(-MOST_ORDERS) } : {};
      });
    }
    return first;
  }

  /** Her cart, where the shop keeps it itself and tells its tools only. */
  async function follow({ kind, items = [] }: Act): Promise<void> {
    if (!alone || document.querySelector('[data-wm-action="add"]')) return;
    const lines = (): CartView["lines"] => scene.cart().lines;
    const lineOf = (id: string) => lines().find(({ item }) => item === id);
    const { shop } = scene;
    following = true;
    try {
      for (const { id, quantity = 1 } of items) {
        if (!id) continue;
        const line = lineOf(id);
        if (kind === "add") await shop.add(id, quantity);
        else if (kind === "remove" && line) await shop.setQuantity(line.key, Math.max(0, line.quantity - quantity));
        else if (kind === "cart" && !line) await shop.add(id, quantity);
        else if (kind === "cart" && line!.quantity !== quantity) await shop.setQuantity(line!.key, quantity);
      }
      if (kind === "cart") {
        const there = new Set(items.map(({ id }) => id));
        for (const { key, item } of lines()) if (!there.has(item)) await shop.remove(key);
      }
      if (kind === "order") await shop.clear();
    } finally {
      following = false;
      cart = scene.cart();
    }
  }

  async function heard(act: Act | undefined): Promise<void> {
    if (!act || (act.id && !once(act.id))) return;
    if (act.kind === "order" && act.order && !(await firstTime(act.order))) return;
    const at = performance.now();
    for (const { id } of act.items ?? []) lately.set(act.kind + " " + id, at);
    emit("event", { act, from: "page" });
    if (COUNTED.test(act.kind)) {
      const subjects = act.items?.length ? act.items : [{ id: act.term ?? act.order ?? "" } as ActItem];
      for (const { id, category } of subjects.slice(0, 20)) scene.did(act.kind, id || undefined, category);
    }
    // One after the other: each goes by what the one before has left.
    if (/^(add|remove|cart|order)$/.test(act.kind)) await (doing = doing.then(() => follow(act)).catch(() => {}));
  }

  function tell(act: Act): void {
    if (!(scene.desk.bits & ANALYTICS)) return;
    act.id ??= randomId();
    once(act.id);
    if (wants("ga4", "out")) {
      const entry = toGa4(act);
      if (entry) {
        const layer = (page.dataLayer ??= []);
        // Tag managers keep the last `ecommerce` until it is taken away.
        const none = { ecommerce: null };
        ours.add(none).add(entry);
        layer.push(none, entry);
      }
    }
    if (wants("segment", "out")) {
      const track = toSegment(act);
      if (track) page.analytics?.track?.(track[0], { ...track[1], wellmet_id: act.id });
    }
    emit("event", { act, from: "wellmet" });
  }

  /** Her own act on our cart, told unless the shop tells it in the same moment. */
  function cartChanged(now: CartView): void {
    const before = new Map(cart.lines.map((line) => [line.key, line]));
    cart = now;
    const changes: [kind: string, item: ActItem][] = [];
    for (const line of now.lines) {
      const more = line.quantity - (before.get(line.key)?.quantity ?? 0);
      before.delete(line.key);
      if (more) changes.push([more > 0 ? "add" : "remove", itemOf(line, Math.abs(more))]);
    }
    for (const line of before.values()) changes.push(["remove", itemOf(line, line.quantity)]);
    if (!changes.length || !(scene.desk.bits & ANALYTICS)) return;
    setTimeout(() => {
      for (const [kind, item] of changes) {
        if (performance.now() - (lately.get(kind + " " + item.id) ?? -1e9) < 2 * SAME_MOMENT_MS) continue;
        tell({ kind, items: [item], currency: now.currency });
      }
    }, SAME_MOMENT_MS);
  }

  const itemOf = ({ item, title, price, options }: CartView["lines"][number], quantity: number): ActItem => ({
    id: item,
    title,
    price,
    quantity,
    variant: [...new URLSearchParams(options).values()].join(", ") || undefined,
  });

  /** What stands in a slot now, as list or offer. */
  function actOf(slot: string, kinds: [list: string, offer: string], only?: string): Act | undefined {
    const decision = scene.explain(slot);
    if (!decision?.choice) return;
    const { items, choice, exposure } = decision;
    const { currency } = scene.cart();
    if (items.length) {
      return {
        kind: kinds[0],
        slot,
        choice,
        currency,
        items: items
          .map(({ id, title, category, price }, index) => ({ id, title, category: category || undefined, price, index }))
          .filter(({ id }) => !only || id === only),
      };
    }
    return exposure ? { kind: kinds[1], slot, choice: exposure.replace(/^.*\//, "") || choice } : undefined;
  }

  /** What each slot was last told to show, so that deciding again tells nothing new. */
  const told = new Map<string, string>();
  function shown(): void {
    for (const element of document.querySelectorAll<HTMLElement>("[data-wm-slot],[data-wm-decide]")) {
      const slot = element.dataset.wmSlot || element.dataset.wmDecide!;
      if (element.dataset.wmSlot && !scene.swap.shows(element)) continue;
      const act = actOf(slot, ["list", "offer"]);
      const what = JSON.stringify([location.href, act]);
      if (!act || told.get(slot) === what) continue;
      told.set(slot, what);
      tell(act);
    }
  }

  if (alone || wants("ga4", "in")) {
    const layer = (page.dataLayer ??= []);
    const read = (entry: unknown): void => {
      if (!entry || ours.has(entry as object)) return;
      const command = commandOf(entry);
      if (command) void heard(fromGa4(command.event, command.params));
    };
    layer.slice(-200).forEach(read);
    const push = layer.push;
    // Tag managers wrap `push` the same way.
    const wrapped = (layer.push = (...entries) => {
      const result = push.apply(layer, entries);
      entries.forEach(read);
      return result;
    });
    undo.push(() => {
      if (layer.push === wrapped) layer.push = push;
    });
  }
  if (wants("segment", "in")) {
    const track = (event: string, properties: Record<string, unknown> = {}, options?: { messageId?: string }): void => {
      if (properties.wellmet_id) return;
      void heard(fromSegment(event, properties, options?.messageId));
    };
    page.analytics?.on?.("track", track);
    undo.push(() => page.analytics?.off?.("track", track));
  }
  undo.push(
    listen<CustomEvent<{ cart: CartView; own: boolean }>>(document, "wellmet:cart", ({ detail }) => {
      if (detail.own && !following) cartChanged(detail.cart);
      else cart = detail.cart;
    }),
    listen(document, "wellmet:decided", () => setTimeout(() => whenSeen(shown))),
    listen(
      document,
      "click",
      ({ target }) => {
        const link = (target as Element).closest?.("a[href],button");
        const slot = link?.closest<HTMLElement>("[data-wm-slot],[data-wm-decide]");
        if (!slot) return;
        const item = scene.keyOf(link!) ?? link!.closest<HTMLElement>("[data-wm-item]")?.dataset.wmItem ?? NO_ITEM;
        const act = actOf(slot.dataset.wmSlot || slot.dataset.wmDecide!, ["click", "offer-click"], item);
        // At once: the page may be gone in a moment.
        if (act && (act.kind !== "click" || act.items?.length)) tell(act);
      },
      { capture: true },
    ),
  );
  whenSeen(shown);

  return {
    async hear(event, params = {}) {
      if (typeof event !== "string") return heard(fromShopify(event as never));
      await heard(
        fromGa4(event, params as Ga4Params) ??
          fromSegment(event, params) ??
          fromShopify({ name: event, data: params }),
      );
    },
    end: () => undo.splice(0).forEach((one) => one()),
  };
}
