/**
 * The journey's bytes, `crates/engine/src/journey.rs` version 1, read for showing. Reading them here costs the engine's file
 * nothing.
 */
import { Reader } from "./wire.js";

/** The one that is read here. */
export const VERSION = 1;

/** One thing she did in this browser; `at` is ms since the epoch. */
export interface Seen {
  at: bigint;
  kind: string;
  item: string;
  category: string;
}

/** The log as it is kept. */
export interface Journey {
  visits: number;
  moments: bigint[];
  events: Seen[];
  shown: [at: bigint, what: string][];
  assigned: [experiment: string, choice: string][];
}

/** Reads a log; nothing for another version or damaged bytes. */
export function readJourney(bytes: unknown): Journey | undefined {
  if (!(bytes instanceof Uint8Array)) return;
  try {
    const r = new Reader(bytes);
    if (r.byte() !== VERSION) return;
    const visits = r.number();
    const moments = [r.big(), r.big(), r.big()];
    const words = r.list(() => r.text());
    const word = (): string => words[r.number()] ?? "";
    let at = 0n;
    const events = r.list((): Seen => ({ at: (at += r.big()), kind: word(), item: word(), category: word() }));
    const shown = r.list((): [bigint, string] => [r.big(), word()]);
    const assigned = r.list((): [string, string] => [word(), word()]);
    return { visits, moments, events, shown, assigned };
  } catch {
    return;
  }
}
