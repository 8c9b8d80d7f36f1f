/** The other tabs: telling each other what changed. */

/** What tabs tell each other. */
export type Tidings =
  /** Everything that the sender's document holds; `owner` says whose. */
  | { is: "delta"; owner: string; bytes: Uint8Array }
  /** Someone else is looking now, or nobody known: read the store again. */
  | { is: "identity" }
  | { is: "forgotten" };

/** The channel between tabs. */
export interface Tabs {
  tell(tidings: Tidings): void;
  open(): void;
  /** A page with an open channel cannot go into the back/forward cache. */
  close(): void;
}

export function tabs(heard: (tidings: Tidings) => void): Tabs {
  let channel: BroadcastChannel | undefined;
  return {
    tell(tidings) {
      channel?.postMessage(tidings);
    },
    open() {
      try {
        channel ??= new BroadcastChannel("wellmet");
        channel.onmessage = ({ data }) => heard(data as Tidings);
      } catch {
        // No channel in this context: other tabs learn of it from the store.
      }
    },
    close() {
      channel?.close();
      channel = undefined;
    },
  };
}
