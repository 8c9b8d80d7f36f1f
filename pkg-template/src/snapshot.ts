/**
 * The snapshot: what the slots of each kind of page showed last time, ready to be painted by the stub before
 * anything else has arrived. It holds finished texts, belongs to one book, one language, one shopper and her
 * consent, expires with what it shows, and vanishes with any of them.
 */
import type { Shown } from "./slot.js";
import { local } from "./store.js";

/** Short names: the stub reads this, and every byte of it is in the page. */
export interface Snapshot {
  /** Book and owner it was decided for. */
  b: string;
  w: string;
  /** Language of the page. */
  l: string;
  /** When it ends, ms since the epoch. */
  e: number;
  /** By kind of page, by slot. */
  p: Record<string, Record<string, Shown>>;
}

export const SNAPSHOT_KEY = "wm-s";
/** A day: long enough for the next visit of the evening, short enough to be no surprise. */
const LONGEST_MS = 86_400_000;
/** What may be kept, in UTF-16 units: reading it is on the way of the first paint. */
const LARGEST = 20_000;

/** The kind of page as the stub can see it. */
export const snapshotKind = (): string =>
  document.documentElement.dataset.wmPage ?? document.body?.dataset.wmPage ?? "other";

/** Keeps what this page's slots show. */
export function keepSnapshot(book: string, owner: string, now: number, until: number, slots: Record<string, Shown>): void {
  const l = document.documentElement.lang;
  const before = readSnapshot();
  const same = before?.b === book && before.w === owner && before.l === l && before.e > now;
  const kind = snapshotKind();
  const p = { ...(same && before.p) };
  delete p[kind];
  if (Object.keys(slots).length) p[kind] = slots;
  const e = Math.min(until || Infinity, now + LONGEST_MS, same ? before.e : Infinity);
  const text = JSON.stringify({ b: book, w: owner, l, e, p } satisfies Snapshot);
  local.set(SNAPSHOT_KEY, Object.keys(p).length && text.length < LARGEST ? text : null);
}

export function readSnapshot(): Snapshot | undefined {
  try {
    return JSON.parse(local.get(SNAPSHOT_KEY)!) ?? undefined;
  } catch {
    return;
  }
}

export const dropSnapshot = (): void => {
  local.set(SNAPSHOT_KEY, null);
};
