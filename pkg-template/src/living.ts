/**
 * Living with the page once it is decided: what she does, her other tabs and devices, her account, and a page that
 * changes. Loaded after the first decision; with a customer signed in, beside the engine.
 */
import { heedActions } from "./actions.js";
import type { Bridge } from "./bridge.js";
import type { Alone } from "./alone.js";
import { announcer } from "./announce.js";
import type { SavedState, WellmetCommands } from "./api.js";
import { PERSONALIZATION } from "./consent.js";
import { all, whenSeen } from "./dom.js";
import { draftOf, takeOther } from "./draft.js";
import type { Session } from "./engine.js";
import { emit } from "./events.js";
import { keepFocus } from "./focus.js";
import { hubAt, type Hub } from "./hub.js";
import { identities } from "./identity.js";
import { keeping as keepingOf, type Keeping } from "./keeping.js";
import { watchLife, type Life, type Watch } from "./life.js";
import type { Shown } from "./slot.js";
import { dropSnapshot, keepSnapshot } from "./snapshot.js";
import { keepInStep } from "./sync.js";
import { tabs as tabsOf, type Tabs } from "./tabs.js";
import { clean, phrase } from "./text.js";
import { watchPage } from "./watching.js";
import type { Scene } from "./wellmet.js";
import { readStore } from "./store.js";
import { openStore, type Store } from "./writing.js";

const NAME_LONGEST = 80;
/** Beyond what any cart takes. */
const TOO_MANY = 2 ** 32 - 1;

/** What is no quantity becomes one that the engine refuses, instead of what WebAssembly would make of it (2.5 is 2). */
const count = (n: number): number => (Number.isInteger(n) && n >= 0 && n < TOO_MANY ? n : TOO_MANY);

/** The second half, as the first one sees it. */
export interface Living {
  commands: Partial<WellmetCommands>;
  /** The page is decided. `early` are the buttons clicked and the controls changed while it was not. */
  start(denied: number, early: HTMLElement[]): void;
  /** A decision was shown. */
  decided(exchanged: Element[], wanted: Map<HTMLElement, Shown | null>, partial: boolean): void;
  /** Something went into the journey, or a visit was counted. */
  did(): void;
  /** This page is about to become another one. */
  turning(): void;
  consented(denied: number, changed: boolean): Promise<void>;
  /** Fetches the record of the customer who is signed in. */
  inform(): Promise<unknown>;
  destroy(): void;
}

/** What elements can do besides the commands. */
export interface Backstage {
  /** Something she did to her document: done, kept, shown and sent. */
  act: Keeping["act"];
  hub: Hub | undefined;
  say: (sentence: string) => void;
  store: Store;
  tabs: Tabs;
}

type Form = typeof import("./configurator.js");

/** Begins. */
export function live(scene: Scene): Living {
  const { desk, swap, tell, options, shop, now } = scene;
  const region = announcer();
  const store = openStore();
  const undo: (() => void)[] = [];
  /** Elements as they were last seen. */
  const known = new WeakMap<Element, string>();
  const exposed = new Map<Element, string>();
  /** What was asked of drafts and still waits for something to be loaded. */
  let drafting: Promise<void> | undefined;
  let watch: Watch | undefined;
  let reading: Promise<Alone> | undefined;
  let bridging: Promise<Bridge> | undefined;
  let overlay: Promise<() => void> | undefined;
  const hub = options.hub == null ? undefined : hubAt(options.hub);

  /** Tells where what she did is, also in elements with `data-wm-saved`, in the words of the shop. */
  function saved(state?: SavedState): void {
    scene.saved(state);
    showSaved();
  }

  function showSaved(): void {
    const state = scene.savedAt() ?? "";
    for (const element of all("[data-wm-saved]")) {
      const words = element.getAttribute(`data-wm-saved-${state}`) ?? "";
      if (element.dataset.wmSaved === state && element.textContent === words) continue;
      element.dataset.wmSaved = state;
      element.textContent = words;
    }
  }

  const keeping = keepingOf(desk, store, {
    now,
    changed,
    saved,
    replaced: reread,
    tellTabs: (tidings) => tabs.tell(tidings),
    toSend: () => sync.soon(),
  });

  const tabs = tabsOf((tidings) => {
    if (tidings.is === "identity") void reread();
    else if (tidings.is === "forgotten") void identity.forget(true);
    else if (keeping.heard(tidings.owner, tidings.bytes)) changed(false);
  });

  const identity = identities({
    desk,
    keeping,
    hub,
    tell,
    neutral() {
      sync.stop();
      scene.alone?.forget();
      saved();
      swap.restore();
      scene.turnOver(true);
      changed(false);
      emit("identity", { customer: null });
    },
    known(customer) {
      emit("identity", { customer });
      changed(false);
      sync.soon(0);
    },
    clock(hubTime) {
      if (hubTime) scene.clock(hubTime - Date.now());
    },
    ungrant: () => void scene.consent(null),
  });

  const sync = keepInStep({
    wanted: (leaving) =>
      !!hub &&
      !!desk.session &&
      (leaving || document.visibilityState !== "hidden") &&
      (!!desk.customer || (desk.personal() && identity.visited())),
    request: () =>
      desk.run((s) => {
        s.tick(now());
        return s.syncRequest();
      }) ?? new Uint8Array(),
    exchange: (request) => hub!.sync(request, as()),
    received(bytes) {
      const bits = keeping.synced(bytes);
      if (bits & 1) changed(false);
      if (bits & 4) tell("WM-SYNC-001", "the hub refused what this device has");
      return !!(bits & 2);
    },
    saved: (state) => saved(state === "device" && !keeping.durable() ? "memory" : state),
    refused: (status) => void identity.refused(status),
    live: () => (desk.customer ? hub!.stream("v1/live") : undefined),
  });

  const as = (): "customer" | "visitor" => (desk.customer ? "customer" : "visitor");
  const act = keeping.act;
  scene.text = (name) => desk.run((s) => s.word(name), true);
  scene.backstage = { act, hub, say: region.say, store, tabs };

  const notLoaded = (error: unknown): void =>
    tell("WM-LOAD-003", `a part that this page needs could not be loaded: ${error}`);

  /** What pages with a configurator need besides. */
  let form: Form | undefined;
  const helper = async () => (await import("./clerk.js")).clerk(hub, as(), tell);
  const configurator = (): Promise<Form> => import("./configurator.js").then((loaded) => (form = loaded));

  /** A draft can be judged only with its model: what of it is not here yet. */
  const lacking = (id: string): string[] => desk.run((s) => s.configuration(id), true)?.needs ?? [];

  /** The first touch takes over what the form shows, so that she gets what she sees. */
  function takeOver(root: HTMLElement, { chosen, sharedDesign }: Form): void {
    sharedDesign(root);
    const id = draftOf(root);
    if (desk.run((s) => s.configuration(id), true)) return;
    void act((s) => {
      for (const [group, value] of chosen(root)) {
        // What the shop's form begins with may not be the model's to choose.
        if (value) desk.run(() => s.configure(root.dataset.wmConfigurator!, id, group, value), true);
      }
    });
  }

  /** Works on the draft of a configurator, in order, and at once where it can: her next click may leave the page. */
  function draft(root: HTMLElement, work: (session: Session) => void): void {
    if (!drafting && form) {
      takeOver(root, form);
      if (!lacking(draftOf(root)).length) return void act(work);
    }
    const mine = (drafting = (drafting ?? Promise.resolve())
      .then(async () => {
        takeOver(root, await configurator());
        const needs = lacking(draftOf(root));
        if (needs.length) await scene.fetchChunks(needs);
        void act(work);
      })
      .catch(notLoaded)
      .then(() => {
        if (mine === drafting) drafting = undefined;
      }));
  }

  function showConfigurations(): void {
    const roots = all("[data-wm-configurator]");
    if (!desk.session || !roots.length) return;
    if (!form) return void configurator().then(showConfigurations, notLoaded);
    const { sharedDesign, showConfiguration } = form;
    for (const root of roots) {
      const design = sharedDesign(root);
      const view = desk.run((s) => s.configuration(draftOf(root)) ?? (design && s.design(...design)), true);
      if (design && desk.engine && !view) tell("WM-DESIGN-001", "the link's design is not one of this product as it is now");
      if (view?.groups.length) showConfiguration(root, view, scene.voice());
      const needs = view?.needs ?? [];
      if (needs.length) void scene.fetchChunks(needs).then((more) => more && showConfigurations());
    }
  }

  function changed(own: boolean): void {
    // Her last act may end after the shop switched the SDK off: nobody hears of it then.
    if (!desk.session) return;
    scene.showCart(own);
    showConfigurations();
    const cart = scene.cart();
    emit("cart", { cart, own });
    scene.alone?.changed();
    if (own) {
      const sentence = all("[data-wm-cart][data-wm-announce]")[0]?.dataset.wmAnnounce;
      if (sentence) region.say(phrase(sentence, { count: cart.count, total: cart.total }, scene.voice()));
    }
    void scene.decide();
  }

  /** Something in the document is not what it was; the first time, everything is new. */
  function scan(): void {
    const fresh = all("[data-wm-slot],[data-wm-decide],[data-wm-cart],[data-wm-configurator]").filter((element) => {
      const { wmSlot, wmDecide, wmLimit, wmCart, wmConfigurator } = element.dataset;
      const as = [wmSlot, wmDecide, wmLimit, wmCart, wmConfigurator].join("|");
      return known.get(element) !== as && known.set(element, as);
    });
    const strange = all(":not(:defined)").map(({ localName }) => localName);
    if (strange.some((tag) => tag.startsWith("wm-"))) void import("./elements/index.js").then((m) => m.load(strange, tell), notLoaded);
    const reclaimed = swap.reclaim();
    const has = (binding: string): boolean => fresh.some(({ dataset }) => binding in dataset);
    if (reclaimed || has("wmCart")) scene.showCart();
    showSaved();
    if (has("wmConfigurator")) showConfigurations();
    const turned = scene.turnOver();
    if (scene.alone?.read() || turned || reclaimed || has("wmSlot") || has("wmDecide")) void scene.decide();
  }

  /**
   * Loads what only some pages need: reading the page where it is not marked or the book does not know a slot or a
   * line of the cart, and telling other tools. `settled`: everything is decided that can be.
   */
  async function accompany(settled?: boolean): Promise<void> {
    const { book, events } = options;
    const marked = all("[data-wm-page]")[0]?.dataset;
    const unmarked = !marked?.wmPage || (marked.wmPage === "product" && !marked.wmItem);
    const strange = all("[data-wm-slot],[data-wm-decide]").some(({ dataset: { wmSlot, wmDecide } }) => {
      const name = (wmSlot || wmDecide)!;
      return settled && /^(greeting|recent|resume)$/.test(name) && /^(unknown-slot)?$/.test(scene.explain(name)?.reason.code ?? "");
    });
    const { lines, needs } = scene.cart();
    const nameless = !needs.length && lines.some(({ title, configuration }) => title == null && !configuration);
    try {
      if (book == null || unmarked || strange || nameless) {
        reading ??= import("./alone.js").then(({ standAlone }) => standAlone(scene, store, readStore));
        const alone = await reading;
        if (!scene.alone && desk.session) {
          scene.alone = alone;
          const more = alone.read();
          if (nameless) scene.showCart();
          if (more || book == null || strange) void scene.decide();
        }
      }
      if (events != null || (book == null && "dataLayer" in globalThis)) {
        bridging ??= import("./bridge.js").then(({ bridge }) => bridge(scene, store));
        await bridging;
      }
    } catch (error) {
      // Not again in this page: what is blocked stays blocked.
      notLoaded(error);
    }
  }

  const pending = (): boolean => !!desk.run((s) => s.pending());

  /** Only a customer's document changes elsewhere; a visitor's is exchanged when there is something to say. */
  async function greetHub(): Promise<void> {
    if ((await identity.visit()) || desk.customer || pending()) sync.soon(0);
  }

  /** The store may have someone else's document: start over from it. */
  async function reread(): Promise<void> {
    const before = desk.owner;
    sync.stop();
    await desk.open();
    const { customer, owner } = desk;
    if (owner !== before) {
      swap.restore();
      emit("identity", { customer });
    }
    changed(false);
    if (customer && (await identity.inform())) changed(false);
    await greetHub();
  }

  async function life(what: Life): Promise<void> {
    if (what === "visible" || what === "online") {
      if (what === "online") scene.retry();
      if (scene.until() && scene.until() <= now()) void scene.decide();
      await greetHub();
    } else if (what === "hidden") {
      noteExposures();
      keeping.flushJourney();
      if (pending()) sync.leave();
    } else if (what === "wake") void scene.decide();
    else if (what === "leave") {
      noteExposures();
      keeping.close();
      tabs.close();
      sync.stop();
      store.close();
    } else if (what === "back") {
      tabs.open();
      await reread();
      scene.turnOver(true);
    }
  }

  const commands: Partial<WellmetCommands> = {
    identify: ({ token, policy = scene.page().kind === "checkout" ? "defer" : "max" }) =>
      sync.between(() => identity.identify(token, policy)),
    logout: () => identity.leave(true),
    forget: () => identity.forget(),
    view: async (item, category) => scene.did("view", item, category),
    record: async (kind, item, category) => scene.did(kind, item, category),
    attribute(name, value) {
      scene.attributes.set(name, value);
      desk.run((s) => s.setAttribute(name, value));
      return scene.decide();
    },
    add(item, n = 1, options = {}) {
      const canonical = new URLSearchParams(options);
      canonical.sort();
      return act((s) => s.add(item, String(canonical), count(n)));
    },
    setQuantity: (line, quantity) => act((s) => s.setQuantity(line, count(quantity))),
    remove: (line) => act((s) => s.remove(line)),
    clear: () => act((s) => s.clear()),
    saveForLater: (line) => act((s) => s.putAside(line, true)),
    moveToCart: (line) => act((s) => s.putAside(line, false)),
    removeSaved: (line) => act((s) => s.putAside(line)),
    configure: (model, group, value, id = model) => act((s) => s.configure(model, id, group, value)),
    undo: (id, group) => act((s) => takeOther(s, id, group)),
    mark: (name) => act((s) => s.marked(name, true)),
    grant: async (wish = {}) => (await helper()).grant(wish),
    grants: async () => (await helper()).grants(),
    revoke: async (id) => (await helper()).revoke(id),
    async addConfigured(id, n = 1) {
      const needs = lacking(id);
      if (needs.length) await scene.fetchChunks(needs);
      await act((s) => s.addConfigured(id, count(n)));
    },
    async setName(name) {
      if (desk.personal()) return act((s) => s.setPreference("name", clean(name).slice(0, NAME_LONGEST)));
      tell("WM-CONSENT-001", "a name needs the personalization purpose");
    },
    page(page) {
      scene.turnOver(true, page);
      return scene.decide();
    },
    async event(event, params) {
      options.events ??= "";
      await accompany();
      await (await bridging)?.hear(event, params);
    },
    decide: () => scene.decide(),
    refresh: () => scene.decide(),
    at(time) {
      scene.clock(undefined, time);
      return scene.decide();
    },
  };

  /**
   * Frequency caps count what she saw once a page, and when she leaves it: what was decided to be shown must not be
   * used up by having been shown, as long as she looks at it.
   */
  function noteExposures(): void {
    const shown = (element: Element): boolean =>
      swap.shows(element) || element.hasAttribute("data-wm-decide") || !!(element as { shown?: boolean }).shown;
    const seen = new Set([...exposed].filter(([element]) => shown(element)).map(([, what]) => what));
    exposed.clear();
    if (!seen.size || scene.posing) return;
    desk.run((s) => {
      s.tick(now());
      seen.forEach((what) => s.show(what));
    });
    keeping.did();
  }

  /** What this page shows, for the stub of the next one. */
  function remember(wanted: Map<HTMLElement, Shown | null>): void {
    if (!desk.personal() || scene.posing) return dropSnapshot();
    const { item, category } = scene.page();
    const slots: Record<string, Shown> = {};
    for (const [element, want] of wanted) {
      // What stands beside one article does not belong beside the next.
      if (want && !(want.r && (item || category))) slots[element.dataset.wmSlot!] ??= want;
    }
    const until = scene.until() && scene.until() - now() + Date.now();
    keepSnapshot(scene.bookId(), desk.owner, Date.now(), until, slots);
  }

  return {
    commands,

    start(denied, early) {
      watch = watchLife((what) => void (desk.session && life(what)));
      tabs.open();
      swap.around = keepFocus;
      const { consentFrom = "auto" } = options;
      if (consentFrom === "tcf" || (consentFrom === "auto" && !("dataLayer" in globalThis))) {
        if ("__tcfapi" in globalThis) {
          void import("./tcf.js").then(({ followTcf }) => {
            // Gone meanwhile: nobody is there to be told.
            if (watch) undo.push(followTcf((lanes) => void scene.consent(lanes)));
          }, notLoaded);
        }
      }
      const actions = heedActions(shop, scene.keyOf, draft);
      undo.push(
        () => watch?.end(),
        watchPage(scan, swap.restore, tell),
        actions.end,
      );
      // Before the page shows what was kept: a control says what she chose, not what she chose last time.
      for (const element of early) if (!actions.heed(element)) actions.changed(element);
      scan();
      if (desk.kept && hub && !pending()) saved("hub");
      const begin = (): void => {
        void keeping.catchUp();
        void keeping.consented(denied);
      };
      if (desk.ahead) {
        // What was read ahead of time may be old, and its first look is still to be kept.
        whenSeen(() => {
          // Switched off before anybody saw it.
          if (!watch) return;
          keeping.flushJourney();
          void reread().then(begin);
        });
      } else {
        begin();
        void greetHub();
      }
      if (new URLSearchParams(location.search).get("wm") === "debug") {
        overlay = import("./debug.js").then(({ openOverlay }) => openOverlay(scene));
        // Shoppers have no use for it: without the file there is no overlay.
        overlay.catch(() => {});
      }
    },

    decided(exchanged, wanted, partial) {
      const until = scene.until();
      watch?.wakeIn(until ? Math.max(until - now(), 1000) : 0);
      if (!partial) {
        remember(wanted);
        void accompany(true);
      }
      for (const element of [...wanted.keys(), ...all("[data-wm-decide]")]) {
        const { wmSlot, wmDecide } = element.dataset;
        const exposure = scene.explain(wmSlot || wmDecide!)?.exposure;
        if (exposure) exposed.set(element, exposure);
      }
      const texts = exchanged
        .filter((element) => element.hasAttribute("data-wm-announce"))
        .map(({ textContent }) => textContent!.replace(/\s+/g, " ").trim());
      if (texts.length) region.say(texts.join(" "));
    },

    did: keeping.did,
    turning: noteExposures,

    async consented(denied, different) {
      await keeping.consented(denied);
      if (denied & PERSONALIZATION) dropSnapshot();
      if (!different) return;
      changed(false);
      await greetHub();
    },

    async inform() {
      if ((await identity.inform()) && watch) changed(false);
    },

    destroy() {
      undo.splice(0).forEach((one) => one());
      watch = undefined;
      void bridging?.then((one) => one.end(), () => {});
      void overlay?.then((close) => close(), () => {});
      scene.alone = undefined;
      form?.releaseConfigurators();
      region.destroy();
      keeping.close();
      tabs.close();
      sync.stop();
      store.close();
    },
  };
}
