/**
 * The slot that a tab writes under.
 *
 * Every tab that writes to the document needs a name of its own in it. Names are per slot, not per page load, so
 * that a document does not grow with every page: the first tab holds slot 0, the second slot 1. A slot is held with
 * a Web Lock and given back when the page leaves.
 */

/** Beyond these a tab writes under a random name. */
export const SLOTS = 8;

/** A held slot. */
export interface Lease {
  slot: number;
  release(): void;
}

/** Takes the lowest free slot; none when there are no locks or too many tabs. */
export async function lease(): Promise<Lease | undefined> {
  if (!navigator.locks) return;
  for (let slot = 0; slot < SLOTS; slot++) {
    const held = await new Promise<Lease | undefined>((resolve) => {
      navigator.locks
        .request("wellmet-" + slot, { ifAvailable: true }, (lock) => {
          if (!lock) return resolve(undefined);
          return new Promise<void>((release) => resolve({ slot, release }));
        })
        // Refused in a sandboxed frame.
        .catch(() => resolve(undefined));
    });
    if (held) return held;
  }
  return;
}
