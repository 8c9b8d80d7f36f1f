/**
 * The engine's session of this page, and whose it is.
 *
 * A session belongs to one identity. Whoever signs in, out, or is forgotten gets a new one; nothing of the old one
 * is carried over except what the hub gives back.
 */
import type { Customer } from "./api.js";
import { fromBase64 } from "./bytes.js";
import { CART, PERSONALIZATION } from "./consent.js";
import { breathe, isAhead } from "./dom.js";
import type { Engine, EngineError, Session } from "./engine.js";
import type { Tell } from "./events.js";
import { local, readStore } from "./store.js";
import { lease, SLOTS, type Lease } from "./lease.js";
import { zone } from "./zone.js";

/** The document as it lies in the store. */
export interface Stored {
  /** Counts writes, so that a tab sees that another has written. */
  rev: number;
  /** Whose it is: a random name for an anonymous shopper, the customer's id. */
  owner: string;
  customer?: Customer | undefined;
  /** The name each slot writes under in this very document; in another one its numbers would clash. */
  actors: Record<number, bigint>;
  save: Uint8Array;
  delta: Uint8Array;
}

/** The stored document, if it has the form of one: storage can be edited by hand. */
export function storedIn(value: unknown): Stored | undefined {
  const { rev, owner, actors, save, delta } = (value ?? {}) as Partial<Stored>;
  const whole = typeof rev === "number" && typeof owner === "string" && actors && typeof actors === "object";
  return whole && save instanceof Uint8Array && delta instanceof Uint8Array ? (value as Stored) : undefined;
}

/** Everything about one shopper in this page that changes when she does. */
export interface Desk {
  /** None while there is no engine, and after it broke down. */
  session?: Session | undefined;
  engine?: Engine;
  /** The slot that this tab writes under, and the name it writes with. */
  held?: Lease | undefined;
  /** Opened before anybody saw the page: it holds no slot yet. */
  ahead?: boolean;
  actor: bigint;
  owner: string;
  customer: Customer | null;
  /** Her record from the hub; in memory only. */
  record?: Uint8Array | undefined;
  /** Purposes granted. */
  bits: number;
  rev: number;
  /** There is a document in the store, or there has to be one. */
  kept: boolean;
  journeyRead: boolean;
  /** When the hub last saw this visitor, ms since the epoch on this device's clock. */
  greeted: number;
  /** What pages that were closed in mid-write had not kept, and where it lies: to be written now. */
  late: [key: string, text: string][];
  personal(): boolean;
  /** Runs something in the engine. A refusal is told by its code, unless `quiet`; a trap ends the engine. */
  run<T>(work: (session: Session) => T, quiet?: boolean): T | undefined;
  /** A new session for whoever is at the desk now. */
  renew(): void;
  /** Reads the store and starts a session from it, once the engine is there. */
  open(loading?: Promise<Engine>, found?: () => void): Promise<void>;
  readJourney(): Promise<void>;
  mirrorKey(): string;
}

export interface DeskHost {
  tell: Tell;
  now(): number;
  locale(): string;
  /** Prepares a new session: book, chunks, page, attributes. */
  equip(session: Session): void;
  /** The engine broke down: nothing can be asked of it any more. */
  broken(error: unknown): void;
}

/** Unsaved acts go to `localStorage` first: it is written at once, also when the page is leaving. */
export const MIRROR_KEY = "wm-m";

/**
 * Takes in what pages that were closed in mid-write could not write any more, and tells what it was. Every slot's,
 * since the page before may still have held its own when this one asked; what a living tab has written there comes
 * twice, which changes nothing.
 */
function takeMirrors(desk: Desk): [key: string, text: string][] {
  const taken: [string, string][] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const text = local.get(MIRROR_KEY + slot);
    const [owner, late] = text?.split(" ") ?? [];
    if (!late || owner !== desk.owner) continue;
    try {
      const bytes = fromBase64(late);
      desk.run((s) => s.merge(bytes), true);
      taken.push([MIRROR_KEY + slot, text!]);
    } catch {
      // Edited by hand: nothing to be had.
    }
  }
  return taken;
}

export const randomActor = (): bigint => crypto.getRandomValues(new BigUint64Array(1))[0]!;

export function deskOf({ tell, now, locale, equip, broken }: DeskHost): Desk {
  const restoreJourney = (bytes: unknown): void => {
    if (bytes instanceof Uint8Array && desk.personal()) desk.run((s) => s.restoreJourney(bytes));
  };

  const desk: Desk = {
    actor: 0n,
    owner: "",
    customer: null,
    bits: CART,
    rev: 0,
    kept: false,
    journeyRead: false,
    greeted: 0,
    late: [],

    personal: () => !!(desk.bits & PERSONALIZATION),

    run(work, quiet) {
      if (!desk.session) return;
      try {
        return work(desk.session);
      } catch (error) {
        const { code, message } = error as EngineError;
        if (code && !(error instanceof WebAssembly.RuntimeError)) {
          if (!quiet) tell(code, message);
        } else {
          desk.session = undefined;
          broken(error);
        }
        return;
      }
    },

    renew() {
      desk.run((old) => old.free());
      desk.session = undefined;
      if (!desk.engine) return;
      try {
        desk.session = new desk.engine.Session(now(), zone(now()), locale(), desk.actor);
      } catch (error) {
        broken(error);
      }
      desk.run((fresh) => fresh.setConsent(desk.bits));
      desk.run(equip);
      if (desk.record) desk.run((fresh) => fresh.setCustomer(desk.record));
    },

    async open(loading, found) {
      // A page made ahead of time gets no lock before somebody sees it. Until then it only reads.
      if (!(desk.ahead = isAhead())) desk.held ??= await lease();
      const values = await readStore(["doc", "journey", "greeted"]);
      let doc = storedIn(values.doc);
      const actor = doc?.actors[desk.held?.slot ?? -1];
      desk.actor = typeof actor === "bigint" ? actor : randomActor();
      desk.owner = doc?.owner ?? "";
      const whose = (desk.customer = doc?.customer ?? null);
      desk.rev = doc?.rev ?? 0;
      desk.kept = !!doc;
      desk.greeted = Number(values.greeted) || 0;
      desk.record = undefined;
      if (desk.customer) found?.();
      if (loading) {
        desk.engine = await loading;
        await breathe();
        // The hub may know meanwhile that she is not signed in any more: what was read is not hers to see.
        if (desk.customer !== whose) doc = values.journey = undefined;
      }
      desk.renew();
      if (doc && !desk.run((s) => (s.restore(doc.save, doc.customer?.id), true))) {
        // Unreadable. What can be had of it is taken in under a new name: the old one's count is lost.
        desk.actor = randomActor();
        desk.renew();
        desk.run((s) => s.merge(doc.delta), true);
      }
      desk.late = takeMirrors(desk);
      desk.journeyRead = desk.personal();
      if (desk.journeyRead) restoreJourney(values.journey);
    },

    async readJourney() {
      desk.journeyRead = true;
      restoreJourney((await readStore(["journey"])).journey);
    },

    mirrorKey: () => MIRROR_KEY + (desk.held?.slot ?? ""),
  };
  return desk;
}
