/**
 * Keeping devices in step: one exchange with the hub after each change, at the start, when the network or the
 * page comes back, and when the hub wakes us. Failures wait longer each time, up to a minute, with jitter, and in
 * a hidden page not at all: a hub that comes back is not met by everyone at once.
 */
import type { Answer } from "./hub.js";

const DEBOUNCE_MS = 300;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** How long an exchange waits for the stream of wake-ups, so that nothing can change unseen between the two. */
const OPEN_PATIENCE_MS = 1000;
/** Exchanges in a row that the hub may ask for: two settle everything it knows of. */
const MOST_ROUNDS = 4;

/** What keeping in step needs from around it. */
export interface SyncHost {
  /** Whether there is someone to keep in step with, and her page is looked at, or is being left just now. */
  wanted(leaving?: boolean): boolean;
  request(): Uint8Array;
  exchange(request: Uint8Array): Promise<Answer<{ bytes: Uint8Array }>>;
  /** Takes the answer in; true when the hub wants to be asked again now. */
  received(bytes: Uint8Array): boolean;
  /** `hub`: everything is safe there. `device`: not now. */
  saved(state: "hub" | "device"): void;
  /** 401, 409 or 410: someone else is meant than we thought. */
  refused(status: number): void;
  /** A stream of wake-ups, where one is wanted. */
  live(): EventSource | undefined;
  random?(): number;
}

export interface Sync {
  /** Exchange soon; several wishes make one exchange. */
  soon(ms?: number): void;
  /** The page is being left: what waits goes now, in a request that outlives the page. */
  leave(): void;
  /** Ends waiting and wake-ups until `soon` is called again. */
  stop(): void;
  /** Does work between two exchanges: while she signs in the hub could not tell whose an exchange is. */
  between<T>(work: () => Promise<T>): Promise<T>;
}

export function keepInStep(host: SyncHost): Sync {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  let failures = 0;
  let rounds = 0;
  /** Streams that failed in a row. */
  let deaf = 0;
  /** Answers to an exchange that was stopped are dropped. */
  let round = 0;
  let stream: EventSource | undefined;
  /** The exchange that is on its way. */
  let flight: Promise<unknown> | undefined;
  /** None begins now. */
  let held = false;

  const quiet = (): void => {
    stream?.close();
    stream = undefined;
  };

  const later = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void exchange(), ms);
  };

  const wait = (failed: number): number =>
    Math.min(FIRST_WAIT_MS * 2 ** failed, LONGEST_WAIT_MS) * (0.5 + (host.random ?? Math.random)() / 2);

  /** Opens the stream; false when there is one, or none is wanted. */
  function listen(): boolean {
    if (stream || !(stream = host.live())) return false;
    stream.onopen = () => {
      deaf = 0;
      // What changed before it was open was not told.
      later(0);
    };
    stream.onmessage = () => later(0);
    stream.onerror = () => {
      // The browser would try again for ever, in every page and in step.
      quiet();
      later(deaf ? wait(deaf) : 0);
      deaf++;
    };
    return true;
  }

  async function exchange(leaving?: boolean): Promise<void> {
    timer = undefined;
    if (!host.wanted(leaving)) return quiet();
    if (busy || (held && !leaving)) {
      again = true;
      return;
    }
    if (!leaving && !deaf && listen()) return later(OPEN_PATIENCE_MS);
    busy = true;
    const mine = round;
    const asked = host.exchange(host.request());
    flight = asked;
    const answer = await asked;
    if (flight === asked) flight = undefined;
    if (mine !== round) return;
    busy = false;
    if (answer.ok) {
      failures = 0;
      const more = host.received(answer.bytes) && rounds++ < MOST_ROUNDS;
      if (more) later(0);
      else {
        rounds = 0;
        if (again) later(DEBOUNCE_MS);
        else host.saved("hub");
        again = false;
      }
      if (host.wanted()) listen();
    } else {
      again = false;
      host.saved("device");
      if (/^4(01|09|10)$/.test(String(answer.status))) {
        quiet();
        host.refused(answer.status);
        // Other refusals of what we sent would be the same tomorrow.
      } else if (!(answer.status >= 400 && answer.status < 500) || answer.status === 429) later(wait(failures++));
    }
  }

  return {
    soon(ms = DEBOUNCE_MS) {
      later(ms);
    },
    leave() {
      if (timer === undefined) return;
      clearTimeout(timer);
      void exchange(true);
    },
    stop() {
      round++;
      busy = again = false;
      failures = deaf = 0;
      clearTimeout(timer);
      timer = undefined;
      quiet();
    },
    async between(work) {
      held = true;
      if (flight) await flight;
      try {
        return await work();
      } finally {
        held = false;
        if (again && !busy) {
          again = false;
          later(0);
        }
      }
    },
  };
}
