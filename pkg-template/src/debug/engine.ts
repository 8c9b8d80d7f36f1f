/**
 * The page's engine once more, with what only a developer asks for: why each variant of a slot is shown or not.
 *
 * It takes the place of the one that the page began with, so that what it explains is what the page shows. The session
 * moves over as it does from one page to the next: written down, and read again.
 */
import { loader, type Glue, type LoadEngine, type Session } from "../engine.js";
import type { Desk } from "../session.js";
import type { Trace } from "../shapes.js";
import init, { Session as ExplainingSession } from "./core.js";

declare const DEBUG_INTEGRITY: string;

/** A session that can explain. */
export interface Explaining extends Session {
  /** One trace for each of these slots; none without a book that has rules. Notes nothing. */
  explain(slots: string[]): Trace[];
}

/** What wasm-bindgen makes of it. */
export interface ExplainingGlue extends Glue {
  Session: new (...args: ConstructorParameters<Glue["Session"]>) => Explaining;
}

const load: LoadEngine = loader(
  { default: init, Session: ExplainingSession },
  () => new URL("debug_bg.wasm", import.meta.url),
  DEBUG_INTEGRITY,
);

/**
 * Lets the page go on with the engine that explains.
 *
 * @throws what loading throws; the page then goes on with the one it has.
 */
export async function takeOver(desk: Desk): Promise<void> {
  const engine = await load();
  const kept = desk.run((s) => ({ document: s.save(), journey: s.saveJourney(), customer: desk.customer?.id }));
  if (!kept) return;
  desk.engine = engine;
  desk.renew();
  desk.run((s) => {
    s.restore(kept.document, kept.customer);
    s.restoreJourney(kept.journey, true);
  });
}

/** What became of each variant of these slots, by slot; nothing while the page's first engine runs. */
export function traces(desk: Desk, slots: string[]): Map<string, Trace> {
  const found = desk.run((s) => (s as Partial<Explaining>).explain?.(slots), true) ?? [];
  return new Map(found.map((trace) => [trace.slot, trace]));
}
