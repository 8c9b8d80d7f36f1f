/**
 * What the hub tells of stock: one stream for the whole page, however many elements ask.
 *
 * Nothing is open while nobody looks at the page. Where the hub has no room for another stream, or the browser has
 * none at all, it is asked now and then instead.
 */
import type { Hub } from "../hub.js";

/** Stock of an article at one place. */
export interface Reading {
  /** `web`, or the id of a store. */
  place: string;
  quantity: number;
  /** When it was read, ms since the epoch on the hub's clock. */
  at: number;
  /** Minutes until it can be picked up there. */
  pickupMinutes?: number;
}

/** Stock of an article. */
export interface Told {
  item: string;
  places: Reading[];
  /** A reading that is older is no fact any more. */
  staleAfterSeconds: number;
}

/** The hub's own bound for one page. */
const MOST_ITEMS = 50;
const ASK_AGAIN_MS = 60_000;

const followers = new Map<() => void, string>();
const known = new Map<string, Told>();
let stream: EventSource | undefined;
let asking: ReturnType<typeof setTimeout> | undefined;
/** What the stream is about. */
let about = "";
let due = false;

/** The latest that was told of an article. */
export const toldOf = (item: string): Told | undefined => known.get(item);

/** Follows an article until the function it returns is called; `heard` is told when there is something new. */
export function follow(hub: Hub, item: string, heard: () => void): () => void {
  const look = (): void => tune(hub);
  followers.set(heard, item);
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    followers.delete(heard);
    document.removeEventListener("visibilitychange", look);
    look();
  };
}

/** Listens to what is followed now; once for all that changes in this task. */
function tune(hub: Hub): void {
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    const items = document.hidden ? [] : [...new Set(followers.values())].sort().slice(0, MOST_ITEMS);
    const query = items.map(encodeURIComponent).join(",");
    if (query === about) return;
    close();
    about = query;
    if (query) listen(hub, query);
  });
}

function close(): void {
  stream?.close();
  stream = undefined;
  clearTimeout(asking);
}

function listen(hub: Hub, query: string): void {
  const opened = (stream = hub.stream(`v1/stock/live?items=${query}`));
  if (!opened) return void ask(hub, query);
  opened.addEventListener("stock", ({ data }: MessageEvent<string>) => {
    try {
      take(JSON.parse(data));
    } catch {
      // Cut on the way: the next one is whole.
    }
  });
  opened.onerror = () => {
    // A stream that broke comes back by itself, one that was refused does not.
    if (opened.readyState === 2 && stream === opened) void ask(hub, query);
  };
}

async function ask(hub: Hub, query: string): Promise<void> {
  const answer = await hub.ask("GET", `v1/stock?items=${query}`);
  if (about !== query) return;
  try {
    if (answer.ok) ((await answer.response.json()) as { items: unknown[] }).items.forEach(take);
  } catch {
    // No answer is the same as none: what was told before grows old by itself.
  }
  if (about === query) asking = setTimeout(() => void ask(hub, query), ASK_AGAIN_MS);
}

/** Keeps what has the form of an answer. */
function take(said: unknown): void {
  const { item, places, staleAfterSeconds } = said as Told;
  if (!Array.isArray(places) || !places.every(({ quantity, at }) => quantity >= 0 && at > 0)) return;
  known.set(item, { item, places, staleAfterSeconds: Number(staleAfterSeconds) || 0 });
  for (const [heard, of] of followers) if (of === item) heard();
}
