/**
 * What a shop's front-end developer sees: the commands, options and events of `wellmet`.
 *
 * Every command can be given in two ways, `wellmet("add", "sku-1")` and `wellmet.add("sku-1")`. Commands
 * given before the engine is there are kept in order. Nothing here throws: what goes wrong is told by a
 * `wellmet:error` event with a stable code.
 */
import type { CartView, ConfigurationView, Decision, Field, WasmSource } from "./engine.js";
import type { Act, ShopifyEvent } from "./names.js";

declare global {
  /** The shop's own names. Empty until `wellmet types wellmet.json` writes a declaration that fills it in. */
  interface WellmetShop {}
}

type Named<K extends string, Else> = WellmetShop extends Record<K, infer T> ? T : Else;
type Slots = Named<"slots", Record<string, { choice: string; fields: Record<string, Field> }>>;
type Models = Named<"configurators", Record<string, Record<string, string>>>;

/** What the page may tell of a visit, with the values of each. */
export type Attributes = Named<"attributes", Record<string, string | number | boolean>>;
/** Name of a slot. */
export type SlotName = keyof Slots & string;
/** What one slot shows, with the choices and fields that the shop file gives it. */
export type DecisionOf<S extends SlotName> = Omit<Decision, "slot" | "choice" | "fields"> & { slot: S } & (
    | Slots[S]
    | { choice: ""; fields: Record<string, never> }
  );

/** The three purposes a shopper may grant. */
export interface Consent {
  /** Keep what she puts into the cart; a service she asks for, so on unless told otherwise. */
  cart?: boolean;
  /** Recognise her and remember what she looked at; off until granted. */
  personalization?: boolean;
  /** Measure; off until granted. */
  analytics?: boolean;
}

/** What kind of page this is. */
export interface Page {
  kind: "home" | "list" | "product" | "cart" | "checkout" | "other" | (string & {});
  /** The article, on a product page. */
  item?: string;
  category?: string;
}

/** Everything the script tag's `data-` attributes can say, and a little more. */
export interface StartOptions {
  /** Folder of the book, or the address of its core file. Without one the page goes by what it says itself. */
  book?: string;
  /** Base path of the hub, for example `/wellmet`; without one everything stays on the device. */
  hub?: string;
  /** The engine's file, when it does not lie beside the script. */
  wasm?: WasmSource;
  /** Subresource integrity of that file, for example `sha384-…`. */
  integrity?: string;
  /** Language of numbers, dates and texts. Default: `<html lang>`. */
  locale?: string;
  consent?: Consent;
  /** Read consent from a consent platform on the page. Default `auto`: Google consent mode, then TCF. */
  consentFrom?: "auto" | "google" | "tcf" | "manual";
  /** Default: the element with `data-wm-page`, `data-wm-item`, `data-wm-category`. */
  page?: Page;
  /** What the shop knows about this visit; conditions may ask for it. */
  attributes?: Partial<Attributes>;
  /** Exchange slots inside a view transition, unless the shopper asked for less motion. */
  transition?: boolean;
  /**
   * Other tools that hear of what happens here, and are heard: `ga4` (the data layer), `segment`; with `-in` or `-out`
   * in one direction only. Separated by blanks.
   */
  events?: string;
  /** Print diagnostics with `console.debug`. */
  debug?: boolean;
  /** Where the public keys (JWKS) lie that sign tokens for the developer's overlay outside of development. */
  debugKeys?: string;
}

/** Who the page believes is looking. */
export interface Customer {
  id: string;
  name?: string;
}

/** Where the cart is: safe at the hub, on this device, or only in this page. */
export type SavedState = "hub" | "device" | "memory";

/** A named failure; the page goes on with the shop's own content. */
export interface Problem {
  code: string;
  message: string;
  /** What to do about it, where we know. */
  fix?: string;
}

/**
 * What becomes of a line that both the guest and the account have: the larger quantity (`max`), both together (`sum`),
 * one of them (`guest`, `account`), the larger until she has chosen (`ask`, see `CartLine.guestQuantity`); or the account's
 * lines are put aside (`defer`). Default: `defer` on a checkout page, `max` elsewhere.
 */
export type LoginPolicy = "max" | "sum" | "guest" | "account" | "ask" | "defer";

/** What she lets a clerk do, as long as it lasts. Moments are ms since the epoch. */
export interface Grant {
  id: string;
  may: "view" | "edit";
  since: number;
  until: number;
  /** Who has opened it. */
  clerk: string | null;
  openedAt: number | null;
}

/** The events, by their short name; on `document` they are called `wellmet:<name>`. */
export interface WellmetEvents {
  ready: { book: string };
  /** The rest is there, too: acts, tabs, account, elements. */
  living: Record<string, never>;
  /** `own`: by an act in this page, not by another tab or device. */
  cart: { cart: CartView; own: boolean };
  decided: { decisions: Decision[]; until: number };
  saved: { state: SavedState };
  identity: { customer: Customer | null };
  /** Something that other tools hear of, too, in our words. */
  event: { act: Act; from: "page" | "wellmet" };
  error: Problem;
  /** It was switched off with `destroy()`. */
  end: Record<string, never>;
}

/** The object API; the same names are the commands of the queue. */
export interface WellmetCommands {
  /** Loads the engine and the book and decides. Resolves to whether it works; never rejects. */
  start(options?: StartOptions): Promise<boolean>;
  /** Grants or withdraws purposes; a purpose that is not named stays as it is. */
  consent(lanes: Consent): Promise<void>;
  /** Signs in with a short-lived token minted by the shop's backend. Resolves to whether it was accepted. */
  identify(credentials: { token: string; policy?: LoginPolicy }): Promise<boolean>;
  /** Signs out, or says "not you": a neutral page at once, and a new anonymous shopper. */
  logout(): Promise<void>;
  /** Erases everything here and asks the hub to do the same. */
  forget(): Promise<void>;
  /** An article was looked at; product pages marked with `data-wm-page` need no call. */
  view(item: string, category?: string): Promise<void>;
  /** Any other thing she did: `search`, `click`, … */
  record(kind: string, item?: string, category?: string): Promise<void>;
  /**
   * Something that happened, in another tool's words: a GA4 or Segment name with its parameters, or a Shopify pixel event.
   * Told once each by its id; names that are not in the table are ignored.
   */
  event(event: string | ShopifyEvent, params?: Record<string, unknown>): Promise<void>;
  /** Tells the engine a fact about this visit. */
  attribute<N extends keyof Attributes & string>(name: N, value: Attributes[N] | null): Promise<void>;
  /** Puts `n` (default 1) of an article into the cart. */
  add(item: string, n?: number, options?: Record<string, string>): Promise<void>;
  /** Sets a line's quantity to what she now sees; 0 removes it. */
  setQuantity(line: string, quantity: number): Promise<void>;
  remove(line: string): Promise<void>;
  clear(): Promise<void>;
  /** Puts a line aside: it stays hers and is not ordered. */
  saveForLater(line: string): Promise<void>;
  moveToCart(line: string): Promise<void>;
  removeSaved(line: string): Promise<void>;
  /** The cart at this moment; empty until the engine is there. */
  cart(): CartView;
  /** Chooses a value in a configuration of a model. `id` defaults to the model: one draft each. */
  configure<M extends keyof Models & string, G extends keyof Models[M] & string>(
    model: M,
    group: G,
    value: Models[M][G] & string,
    id?: string,
  ): Promise<void>;
  configuration(id: string): ConfigurationView | undefined;
  /** Takes what another device of hers chose for a group at the same time, and had to give way. */
  undo(id: string, group: string): Promise<void>;
  /** Puts a complete configuration into the cart. */
  addConfigured(id: string, n?: number): Promise<void>;
  /** How she wants to be called: her own word. Needs the personalization purpose. */
  setName(name: string): Promise<void>;
  /** Notes that she has seen or answered something, on all her devices; `marked` says when, ms since the epoch. */
  mark(name: string): Promise<void>;
  marked(name: string): number | undefined;
  /** Names of points accounts and vouchers that the hub tells of, and one field of one: the same on all her devices. */
  views(): string[];
  viewed(name: string, field: string): string | number | undefined;
  /**
   * Lets a clerk see or edit her cart and configurations, for an hour unless told otherwise; the code is for the clerk.
   * Nothing when the hub does not answer or does not know her.
   */
  grant(wish?: { minutes?: number; may?: "view" | "edit" }): Promise<(Grant & { code: string }) | undefined>;
  /** Her grants that have not ended. */
  grants(): Promise<Grant[]>;
  revoke(id: string): Promise<boolean>;
  /** Which page this is now; single-page shops that do not mark it in the page call this. */
  page(page: Page): Promise<void>;
  /** Decides all slots again. */
  decide(): Promise<void>;
  /** The same as `decide`. */
  refresh(): Promise<void>;
  /** Decides as if it were this moment (ms since the epoch); nothing returns to the clock. */
  at(time?: number): Promise<void>;
  /** Why a slot shows what it shows; nothing when it was not decided yet. */
  explain<S extends SlotName>(slot: S): DecisionOf<S> | undefined;
  /** Calls back on each event; returns the function that ends it. */
  on<E extends keyof WellmetEvents>(event: E, listener: (detail: WellmetEvents[E]) => void): () => void;
  /** Undoes everything done to the page. */
  destroy(): void;
}

/** The one function, with the object API on it. */
export interface Wellmet extends WellmetCommands {
  <C extends keyof WellmetCommands>(command: C, ...args: Parameters<WellmetCommands[C]>): ReturnType<
    WellmetCommands[C]
  >;
}

declare global {
  interface DocumentEventMap {
    "wellmet:ready": CustomEvent<WellmetEvents["ready"]>;
    "wellmet:living": CustomEvent<WellmetEvents["living"]>;
    "wellmet:cart": CustomEvent<WellmetEvents["cart"]>;
    "wellmet:decided": CustomEvent<WellmetEvents["decided"]>;
    "wellmet:saved": CustomEvent<WellmetEvents["saved"]>;
    "wellmet:event": CustomEvent<WellmetEvents["event"]>;
    "wellmet:identity": CustomEvent<WellmetEvents["identity"]>;
    "wellmet:error": CustomEvent<WellmetEvents["error"]>;
    "wellmet:end": CustomEvent<WellmetEvents["end"]>;
  }
}
