/**
 * The SDK of one page up to its first decision, and the way in for commands.
 *
 * Start-up loads the engine, the core of the book and the device's store at the same time. Whatever fails, the
 * shop's own content stays where it is, one `wellmet:error` tells the reason, and nothing is tried again in a loop.
 * What only matters once the page is decided (acts, other tabs and devices, her account) is in `living.ts` and
 * comes after; commands wait for it in order.
 */
import type { Alone } from "./alone.js";
import type { Consent, Page, SavedState, StartOptions, Wellmet, WellmetCommands } from "./api.js";
import { safe } from "./address.js";
import { bookAt } from "./book.js";
import { cartShower, NO_CART } from "./cart.js";
import { ANALYTICS, CART, followGoogle, heedPrivacyControl, PERSONALIZATION, withConsent } from "./consent.js";
import { dropVisitorCookie, randomId, setVisitorCookie, visitorCookie } from "./cookie.js";
import { showing, slotsOf, sure } from "./decisions.js";
import { breathe, listen, whenSeen } from "./dom.js";
import type { CartView, Decision, LoadEngine, Session } from "./engine.js";
import { emit, on, problems, type Tell } from "./events.js";
import type { Backstage, Living } from "./living.js";
import { readPage } from "./page.js";
import { SCENE } from "./scene.js";
import { deskOf, type Desk } from "./session.js";
import { moved, surroundings, swapper, type How, type Painted, type Swap } from "./slot.js";
import { local } from "./store.js";
import { keyOf } from "./template.js";
import { clean, date, money, phrase, type Voice } from "./text.js";

/** Remembers what she granted with `wellmet("consent")`; kept only when something was granted. */
const CONSENT_KEY = "wm-c";
/** How long the first decision waits for the record of a customer who is signed in. */
const RECORD_PATIENCE_MS = 1500;
/** How often one decision may ask for more chunks. */
const MOST_ROUNDS = 8;

/** Commands that need the living page. */
const LATER =
  "identify logout forget view record attribute add setQuantity remove clear saveForLater moveToCart removeSaved configure undo addConfigured setName mark grant grants revoke page decide refresh at event";

/** What elements use of this file instead of bringing it along. */
const TOOLS = { clean, date, money, moved, phrase, safe, surroundings };

/** What a page being decided gives to `living.ts`. */
export interface Scene {
  options: StartOptions;
  shop: WellmetCommands;
  desk: Desk;
  swap: Swap;
  tell: Tell;
  keyOf: typeof keyOf;
  tools: typeof TOOLS;
  attributes: Map<string, string | number | boolean | null>;
  bookId(): string;
  explain(slot: string): Decision | undefined;
  page(): Page;
  now(): number;
  voice(): Voice;
  cart(): CartView;
  /** When to decide again, ms since the epoch, on the engine's clock. */
  until(): number;
  showCart(own?: boolean): void;
  decide(how?: How): Promise<void>;
  /** What the page itself says, for slots and cart lines that the book does not know. */
  alone?: Alone | undefined;
  /** A developer looks at the page as somebody else: nothing is kept of what it shows. */
  posing?: boolean;
  /** Loads chunks that this session has not seen; true when there are new ones. */
  fetchChunks(needs: string[]): Promise<boolean>;
  /** The network is back: chunks that could not be had are asked for again. */
  retry(): void;
  /** Sees whether this is another page now, and tells the engine; true when it is. `to`: the shop says so. */
  turnOver(force?: boolean, to?: Page): boolean;
  /** What kind of page this is was not marked but read from it; true when that says more. */
  learn(read: Page): boolean;
  did(kind: string, item?: string, category?: string): void;
  /** Learns how far the hub's clock is ahead, ms; or stands still at a moment. */
  clock(offset?: number, still?: number): void;
  saved(state?: SavedState): void;
  /** Where the cart is, as told last. */
  savedAt(): SavedState | undefined;
  /** What elements can do besides, once the page lives. */
  backstage?: Backstage;
  /** A text of the shop file in the page's language. */
  text?(name: string): string | undefined;
  /** Applies what was granted; before that, hears what a platform says, or forgets what the shopper said (`null`). */
  consent(said?: Consent | null): Promise<void>;
}

/** Loads the second half. */
export type LoadLiving = () => Promise<{ live(scene: Scene): Living }>;

/** Makes the SDK. `defaults` are what the script tag says, `painted` what the stub did. */
export function create(
  load: LoadEngine,
  loadLiving: LoadLiving,
  defaults: StartOptions = {},
  painted: () => Painted[] = () => [],
): Wellmet {
  let state: "idle" | "loading" | "decided" | "living" | "failed" = "idle";
  let started: Promise<boolean> | undefined;
  let end: (() => void) | undefined;
  let scene: Scene | undefined;
  let living: Living | undefined;
  let explicit: Consent = {};
  let commandsOf: WellmetCommands;
  const queue: (() => void)[] = [];
  const decided = new Map<string, Decision>();
  const { tell, debug } = problems();

  const settle = (to: typeof state): void => {
    state = to;
    for (const work of queue.splice(0)) work();
  };

  const commands = {
    async start(options = {}) {
      // On a server there is no page to know anyone on.
      if (typeof document === "undefined") return false;
      const other = marked(document)[COPY];
      if (other && other !== wellmet) {
        tell("WM-COPY-001", "a second copy of wellmet; the first one is used");
        return (commandsOf = Object.assign(wellmet, other)).start(options);
      }
      marked(document)[COPY] = wellmet;
      return (started ??= begin({ ...defaults, ...options }));
    },
    async consent(lanes) {
      explicit = { ...explicit, ...lanes };
      if (!scene) return;
      const bits = withConsent(CART, explicit);
      local.set(CONSENT_KEY, bits & ~CART ? String(bits) : null);
      await scene.consent();
    },
    cart() {
      const cart = scene?.desk.run((s) => s.cart()) ?? NO_CART;
      return scene?.alone?.cart(cart) ?? cart;
    },
    marked: (name) => scene?.desk.run((s) => s.marked(name, false)) || undefined,
    views: () => String(scene?.desk.run((s) => s.view("", "")) ?? "").split("\n").filter(Boolean),
    viewed: (name, field) => scene?.desk.run((s) => s.view(name, field)),
    configuration: (id) => scene?.desk.run((s) => s.configuration(id), true),
    explain: (slot) => decided.get(slot),
    on,
    destroy() {
      end?.();
      end = scene = living = started = undefined;
      settle("failed");
      state = "idle";
      if (marked(document)[COPY] === wellmet) delete marked(document)[COPY];
    },
  } as WellmetCommands;

  for (const name of LATER.split(" ")) {
    (commands as unknown as Record<string, unknown>)[name] = (...args: never[]) => {
      const run = () => (living?.commands as unknown as Record<string, (...args: never[]) => unknown>)?.[name]!(...args);
      // Without an engine nothing can be done, and nothing is thrown at the shop.
      if (state === "living" || state === "failed") return Promise.resolve(living ? run() : undefined);
      return new Promise((resolve) => queue.push(() => resolve(living ? run() : undefined)));
    };
  }

  commandsOf = commands;
  const wellmet = Object.assign((command: string, ...args: never[]): unknown => {
    // A queue from the page's head may hold anything.
    if (Object.hasOwn(commands, command)) {
      return (commandsOf as unknown as Record<string, (...args: never[]) => unknown>)[command]!(...args);
    }
    tell("WM-CMD-001", `no command "${String(command).slice(0, 40)}"`);
    return;
  }, commands) as Wellmet;
  return wellmet;

  async function begin(options: StartOptions): Promise<boolean> {
    debug(options.debug);
    state = "loading";
    const held: HTMLElement[] = [];
    const undo = [
      listen<MouseEvent>(document, "click", (event) => {
        const button = (event.target as Element).closest?.<HTMLElement>("[data-wm-action]");
        if (!button || event.defaultPrevented || state === "living") return;
        event.preventDefault();
        held.push(button);
      }),
      listen(document, "change", ({ target }) => {
        const control = (target as Element).closest?.<HTMLElement>("[data-wm-group],[data-wm-quantity],[data-wm-name]");
        if (control && state !== "living") held.push(control);
      }),
    ];
    end = () => {
      held.length = 0;
      giveUp();
    };
    let core: Uint8Array | undefined;
    const book = options.book == null ? undefined : bookAt(options.book, tell);
    // What takes longest is on its way before anything else is done.
    const made = Promise.all([
      load(options.wasm, options.integrity),
      book?.core().then(
        (bytes) => void (core = bytes),
        (error) => tell("WM-BOOK-001", `no book: ${error}`),
      ),
    ]).then(([engine]) => engine);
    // A failure may come before anybody waits for it; who waits is told all the same.
    made.catch(() => {});
    const mine = end;
    await breathe();
    if (mine !== end) return false;

    const attributes = new Map(Object.entries((options.attributes ?? {}) as Record<string, string | number | boolean | null>));
    const swap = swapper(tell, painted());
    const carts = cartShower(swap, tell);
    const chunks = new Map<string, Uint8Array>();
    /** Chunks that this session has, or has done without. */
    let placed = new Set<string>();
    const missed: string[] = [];
    let bookId = "";
    let offset = 0;
    let fixed: number | undefined;
    let told = options.page;
    let page = told ?? readPage();
    let address = "";
    let counted = "";
    let turn = 0;
    let until = 0;
    let cart = NO_CART;
    let savedState: SavedState | undefined;
    let platform: Consent = {};
    let denied = 0;
    let loadingLiving: Promise<Living> | undefined;

    const now = (): number => fixed ?? Date.now() + offset;
    const locale = (): string => options.locale || document.documentElement.lang || navigator.language;
    const voice = (): Voice => ({ locale: locale(), currency: cart.currency || here.alone?.currency() || "" });

    const desk = deskOf({
      tell,
      now,
      locale,
      equip(session) {
        placed = new Set();
        if (desk.personal()) session.setVisitor(visitorCookie() ?? "");
        session.setPage(page.kind, page.item, page.category);
        for (const [name, value] of attributes) session.setAttribute(name, value);
        if (!core) return;
        bookId = session.openBook(core);
        for (const [name, bytes] of chunks) putChunk(session, name, bytes);
      },
      broken(error) {
        tell("WM-STOP-001", `the engine stopped: ${error}`);
        settle("failed");
        giveUp();
        swap.restore();
      },
    });

    function putChunk(session: Session, name: string, bytes: Uint8Array): void {
      placed.add(name);
      try {
        session.putChunk(name, bytes);
      } catch (error) {
        // One bad chunk costs what is in it.
        tell("WM-CHUNK-001", `${name}: ${(error as Error).message}`);
      }
    }

    const here: Scene = {
      options,
      shop: wellmet,
      desk,
      swap,
      tell,
      keyOf,
      tools: TOOLS,
      attributes,
      bookId: () => bookId,
      explain: (slot) => decided.get(slot),
      page: () => page,
      now,
      voice,
      cart: () => cart,
      until: () => until,
      decide,

      showCart(own) {
        const read = desk.run((s) => s.cart());
        // The SDK was switched off, or its engine stopped: the page is the shop's own again, and stays so.
        if (!read) return;
        cart = read;
        if (here.alone) cart = here.alone.cart(cart);
        const needs = cart.needs.filter((name) => !placed.has(name));
        // A line without its title, and then with it, would move what is below; after her own act that is expected.
        if (own || !needs.length) carts.show(cart, voice(), !!swap.around);
        if (needs.length) void here.fetchChunks(needs).then(() => here.showCart());
      },

      async fetchChunks(needs) {
        const missing = needs.filter((name) => !placed.has(name));
        if (!missing.length || !book) return false;
        let any = false;
        for (const [name, bytes] of await book.chunks(missing)) {
          chunks.set(name, bytes);
          if (placed.has(name)) continue;
          desk.run((s) => putChunk(s, name, bytes));
          any = true;
        }
        for (const name of missing) {
          if (placed.has(name)) continue;
          // What could not be had will not come by asking at once again.
          placed.add(name);
          missed.push(name);
          desk.run((s) => s.giveUpChunk(name));
        }
        return any;
      },

      retry() {
        if (!missed.length) return;
        missed.splice(0).forEach((name) => placed.delete(name));
        desk.run((s) => s.retryChunks());
        void decide();
      },

      turnOver(force, to) {
        if (to) told = to;
        const at = location.pathname + location.search;
        // What the shop said of one address does not hold for the next.
        if (address && at !== address && !to) told = undefined;
        const seen = told ?? readPage();
        if (!force && at === address && JSON.stringify(seen) === JSON.stringify(page)) return false;
        living?.turning();
        address = at;
        page = seen;
        desk.run((s) => s.setPage(page.kind, page.item, page.category));
        // A page made ahead of time has not been seen by anyone yet.
        whenSeen(count);
        return true;
      },

      learn(read) {
        if (JSON.stringify(read) === JSON.stringify(page)) return false;
        told = page = read;
        desk.run((s) => s.setPage(page.kind, page.item, page.category));
        whenSeen(look);
        return true;
      },

      did(kind, item, category) {
        const what = `${item}|${address}`;
        // The page's mark and the shop's own call mean the same look.
        if (kind === "view" && what === counted) return;
        if (kind === "view") counted = what;
        desk.run((s) => {
          s.tick(now());
          s.record(kind, item, category);
        });
        living?.did();
      },

      clock(ahead = offset, still) {
        offset = ahead;
        fixed = still;
      },

      saved(to) {
        if (to && to !== savedState) emit("saved", { state: to });
        savedState = to;
      },

      savedAt: () => savedState,

      async consent(said) {
        if (said === null) {
          explicit = {};
          local.set(CONSENT_KEY, null);
        } else if (said) platform = said;
        // Grants as they stand: what the shop said, then what a platform on the page says.
        const lanes = { ...heedPrivacyControl(platform), ...explicit };
        const before = desk.bits;
        desk.bits = withConsent(CART, lanes);
        denied = ~withConsent(CART | PERSONALIZATION | ANALYTICS, lanes);
        if (desk.personal()) setVisitorCookie(visitorCookie() ?? randomId());
        else if (denied & PERSONALIZATION) dropVisitorCookie();
        desk.run((s) => {
          s.setConsent(desk.bits);
          s.setVisitor((desk.personal() && visitorCookie()) || "");
        });
        if (living) await living.consented(denied, before !== desk.bits);
      },
    };
    scene = marked(document)[SCENE] = here;

    function count(): void {
      desk.run((s) => {
        s.tick(now());
        s.visit();
      });
      look();
    }

    function look(): void {
      if (page.kind === "product" && page.item) here.did("view", page.item, page.category);
      else living?.did();
    }

    async function decide(how: How = {}): Promise<void> {
      const mine = ++turn;
      for (let round = 1; ; round++) {
        const slots = slotsOf();
        if (!slots.size) return;
        const outcome = desk.run((s) => {
          s.tick(now());
          return s.decide([...slots.keys()]);
        });
        if (!outcome) return;
        if (here.alone) outcome.decisions = here.alone.decide(outcome.decisions, [...slots.keys()]);
        const partial = !!book && round < MOST_ROUNDS && outcome.needs.some((name) => !placed.has(name));
        const wanted = showing(outcome.decisions, slots, partial, voice(), tell);
        const exchanged = swap.show(wanted, { transition: !!options.transition && state === "living", ...how });
        for (const decision of outcome.decisions) if (!partial || sure(decision)) decided.set(decision.slot, decision);
        until = outcome.until;
        living?.decided(exchanged, wanted, partial);
        if (!partial) return emit("decided", outcome);
        await here.fetchChunks(outcome.needs);
        if (mine !== turn) return;
      }
    }
    const lead = (): Promise<Living> => (loadingLiving ??= loadLiving().then(({ live }) => live(here)));

    function giveUp(): void {
      undo.splice(0).forEach((one) => one());
      living?.destroy();
      // The clicks that were kept are done again, now without us; a changed control needs nobody.
      for (const one of held.splice(0)) if (one.isConnected && one.dataset.wmAction) one.click();
    }

    end = () => {
      held.length = 0;
      giveUp();
      swap.destroy();
      carts.destroy();
      desk.run((s) => s.free());
      desk.session = undefined;
      if (marked(document)[SCENE] === here) delete marked(document)[SCENE];
      emit("end", {});
    };

    const { consentFrom = "auto" } = options;
    const stored = Number(local.get(CONSENT_KEY));
    explicit = {
      ...(stored > 0 && { personalization: !!(stored & PERSONALIZATION), analytics: !!(stored & ANALYTICS) }),
      ...options.consent,
      ...explicit,
    };
    // Platforms put their entry into the page's head, before they load.
    if (consentFrom === "google" || (consentFrom === "auto" && "dataLayer" in globalThis)) {
      undo.push(followGoogle((lanes) => void here.consent(lanes)));
    }
    try {
      void here.consent();
      let informed: Promise<unknown> | undefined;
      await desk.open(
        made,
        () => (informed = options.hub == null ? undefined : lead().then((l) => l.inform()).catch(() => {})),
      );
      // Half-known would show twice.
      if (informed) await Promise.race([informed, new Promise((go) => setTimeout(go, RECORD_PATIENCE_MS))]);
      else await breathe();
      if (scene !== here || !desk.session) return false;
    } catch (error) {
      if (scene !== here) return false;
      if (/content security|csp|unsafe-eval/i.test(String(error))) {
        tell("WM-CSP-001", "the engine may not run on this page", "add 'wasm-unsafe-eval' to script-src");
      } else tell("WM-LOAD-001", `no engine: ${error}`);
      settle("failed");
      giveUp();
      return false;
    }
    state = "decided";
    here.turnOver(true);
    here.showCart();
    void decide();
    if (desk.customer) emit("identity", { customer: desk.customer });
    emit("ready", { book: bookId });
    try {
      const arrived = await lead();
      if (scene !== here || !desk.session) return arrived.destroy(), false;
      living = arrived;
    } catch (error) {
      tell("WM-LOAD-002", `decided, but no more: ${error}`);
      settle("failed");
      giveUp();
      return false;
    }
    living.start(denied, held.splice(0));
    settle("living");
    emit("living", {});
    return true;
  }
}

/** Where a page's first copy can be found by a second one, whatever its global name is. */
const COPY: unique symbol = Symbol.for("wellmet");
interface Marked {
  [COPY]?: Wellmet;
  [SCENE]?: Scene;
}
const marked = (page: Document): Marked => page as Marked;
