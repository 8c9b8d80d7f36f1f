/**
 * Keeping what the shopper does: her document and her journey.
 *
 * The order of things after an act: the engine takes it, it is made durable (at once in `localStorage` where it fits,
 * then in IndexedDB), it is shown, other tabs and the hub hear of it. Nothing is shown or sent that a crash could
 * take back: the engine would give its number out a second time.
 */
import type { Customer, SavedState } from "./api.js";
import { toBase64 } from "./bytes.js";
import { CART, PERSONALIZATION } from "./consent.js";
import { randomId } from "./cookie.js";
import type { Session } from "./engine.js";
import { SLOTS } from "./lease.js";
import { MIRROR_KEY, randomActor, storedIn, type Desk, type Stored } from "./session.js";
import { local } from "./store.js";
import type { Tidings } from "./tabs.js";
import type { Store } from "./writing.js";

/** Larger documents wait for the database. */
const MIRROR_LARGEST_BYTES = 3000;
const JOURNEY_DEBOUNCE_MS = 250;

export interface KeepingHost {
  now(): number;
  tellTabs(tidings: Tidings): void;
  /** The cart or a preference is not what it was. `own`: by an act in this page. */
  changed(own: boolean): void;
  saved(state: SavedState): void;
  /** The store says that someone else is looking now: open it again. */
  replaced(): Promise<void>;
  /** There is something for the hub. */
  toSend(): void;
}

export type Keeping = ReturnType<typeof keeping>;

export function keeping(desk: Desk, store: Store, { now, tellTabs, changed, saved, replaced, toSend }: KeepingHost) {
  let acts = 0;
  let durable = true;
  let journeyTimer: ReturnType<typeof setTimeout> | undefined;

  /** Writes the document, with what others have written meanwhile. True when it is durable. */
  async function persist(anew?: boolean): Promise<boolean> {
    const mine = desk.session;
    if (!mine || !(desk.bits & CART)) return (durable = false);
    desk.kept = true;
    let visible = false;
    let lost = false;
    let written = acts;
    durable = await store.change(["doc"], (values) => {
      const doc = storedIn(values.doc);
      if (mine !== desk.session) return {};
      if (doc && doc.rev !== desk.rev && !anew) {
        if (!doc.customer) desk.owner ||= doc.owner;
        if ((lost = doc.owner !== desk.owner)) return {};
        visible = !!desk.run((s) => s.merge(doc.delta));
      }
      const { owner, customer, held, actor } = desk;
      written = acts;
      const next = desk.run((s): Stored => ({
        rev: (doc?.rev ?? 0) + 1,
        owner: owner || randomId(),
        customer: customer ?? undefined,
        actors: { ...(!anew && doc?.actors), ...(held && { [held.slot]: actor }) },
        save: s.save(),
        delta: s.delta(),
      }));
      if (!next) return {};
      desk.owner = next.owner;
      desk.rev = next.rev;
      return { doc: next };
    });
    if (mine !== desk.session) return false;
    if (lost) {
      // Signed in by another tab: what she just did here is hers. Signed out: it is not.
      const late = desk.customer ? undefined : desk.run((s) => s.delta());
      await replaced();
      if (desk.customer && late) await act((s) => void s.merge(late));
      return false;
    }
    // What she did since is only in the mirror yet.
    if (durable && written === acts) local.set(desk.mirrorKey(), null);
    if (visible) changed(false);
    return durable;
  }

  function mirror(): boolean {
    const bytes = desk.run((s) => s.delta());
    return (
      !!desk.held &&
      !!bytes &&
      bytes.length < MIRROR_LARGEST_BYTES &&
      local.set(desk.mirrorKey(), `${desk.owner} ${toBase64(bytes)}`)
    );
  }

  function tell(): void {
    const bytes = desk.run((s) => s.delta());
    if (bytes) tellTabs({ is: "delta", owner: desk.owner, bytes });
  }

  /** Something she did to her document. */
  async function act(work: (session: Session) => void): Promise<void> {
    const done = desk.run((s) => {
      s.tick(now());
      work(s);
      return true;
    });
    if (!done) return;
    acts++;
    const safe = desk.bits & CART ? mirror() : true;
    const writing = persist();
    // The first act gives the document its owner, which other tabs ask for.
    if (!safe || !desk.owner) await writing;
    changed(true);
    tell();
    toSend();
    saved((await writing) ? "device" : "memory");
  }

  function flushJourney(): void {
    clearTimeout(journeyTimer);
    journeyTimer = undefined;
    if (!desk.personal() || !desk.session) return;
    void store.change(["journey"], ({ journey }) => {
      // Other tabs have written, too; what both know counts once.
      if (journey instanceof Uint8Array) desk.run((s) => s.restoreJourney(journey), true);
      const bytes = desk.run((s) => s.saveJourney());
      return bytes ? { journey: bytes } : {};
    });
  }

  /** Nobody known: a new session in the same moment. */
  function anonymous(): void {
    clearTimeout(journeyTimer);
    journeyTimer = undefined;
    Object.assign(desk, {
      actor: randomActor(),
      owner: "",
      customer: null,
      record: undefined,
      rev: 0,
      kept: false,
      journeyRead: true,
      greeted: 0,
    });
    desk.renew();
  }

  return {
    act,
    flushJourney,

    /** Writes what an earlier page could not write any more. */
    async catchUp(): Promise<void> {
      const late = desk.late.splice(0);
      if (!late.length || !(await persist())) return;
      // A tab that lives may have written there since.
      for (const [key, text] of late) if (local.get(key) === text) local.set(key, null);
    },

    /** What was kept for a purpose that is denied goes; what was done before it was granted is kept now. */
    async consented(denied: number): Promise<void> {
      if (desk.personal() && !desk.journeyRead && desk.session) await desk.readJourney();
      if (denied & PERSONALIZATION) await store.remove(["journey", "greeted", "cards", "orders"]);
      else flushJourney();
      if (denied & CART) {
        desk.kept = false;
        local.set(desk.mirrorKey(), null);
        await store.remove(["doc"]);
      } else if (!desk.kept && desk.run((s) => s.cart().count)) await persist();
    },

    /** Something went into the journey. */
    did(): void {
      journeyTimer ??= setTimeout(flushJourney, JOURNEY_DEBOUNCE_MS);
    },

    /** The hub has seen this visitor now. */
    async greeted(): Promise<void> {
      desk.greeted = Date.now();
      if (desk.personal()) await store.change(["greeted"], () => ({ greeted: desk.greeted }));
    },

    /** Whether the last write was. */
    durable: () => durable,

    /** Counts what she does. */
    acts: () => acts,

    /**
     * The hub has recognised her: its document takes the place of ours, which it has taken in as it was after `since`
     * acts. Without a document, ours goes on as hers and meets the hub's at the next exchange.
     */
    async signedIn(customer: Customer, record: Uint8Array, document?: Uint8Array, since = acts): Promise<boolean> {
      const late = desk.run((s) => s.delta());
      const taken = desk.run((s) => {
        if (document) s.adopt(document, customer.id);
        else s.restore(s.save(), customer.id);
        return true;
      });
      if (!taken) return false;
      if (document && late && since !== acts) desk.run((s) => s.merge(late), true);
      Object.assign(desk, { customer, owner: customer.id, record });
      desk.run((s) => s.setCustomer(record));
      await persist(true);
      tellTabs({ is: "identity" });
      return true;
    },

    /** Her record came, after a page load in which she was already signed in. */
    inform(record: Uint8Array): void {
      desk.record = record;
      desk.run((s) => s.setCustomer(record));
    },

    /** Nobody known any more: at once in this page, then on this device. */
    async leave(): Promise<void> {
      local.set(desk.mirrorKey(), null);
      anonymous();
      await store.remove(["doc", "journey", "greeted", "cards", "orders"]);
      tellTabs({ is: "identity" });
    },

    /** The same without a trace. */
    async forget(quietly?: boolean): Promise<void> {
      for (let slot = 0; slot < SLOTS; slot++) local.set(MIRROR_KEY + slot, null);
      desk.bits = CART;
      anonymous();
      await store.erase();
      if (!quietly) tellTabs({ is: "forgotten" });
    },

    /** What another tab knows; true when something visible changed. */
    heard(owner: string, bytes: Uint8Array): boolean {
      if (!desk.owner && desk.bits & CART) void replaced();
      if (!owner || owner !== desk.owner) return false;
      desk.kept = true;
      return !!desk.run((s) => s.merge(bytes));
    },

    /** Takes the hub's answer in; the bits of `syncResponse`. */
    synced(bytes: Uint8Array): number {
      const bits = desk.run((s) => s.syncResponse(bytes)) ?? 0;
      if (bits & 1) tell();
      // What the hub has acknowledged has to be known after a reload, too.
      if (desk.kept || (bits & 1 && desk.bits & CART)) void persist();
      return bits;
    },

    /** The page leaves, perhaps into the back/forward cache, where nothing may be held. */
    close(): void {
      flushJourney();
      desk.held?.release();
      desk.held = undefined;
    },
  };
}
