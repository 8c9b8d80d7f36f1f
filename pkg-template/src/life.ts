/** The page's life and the one timer, as one value that undoes itself. */
import { listen } from "./dom.js";

/** What happens to a page; `leave`: it may never come back, `back`: out of the back/forward cache, `wake`: it is time. */
export type Life = "online" | "offline" | "visible" | "hidden" | "leave" | "back" | "wake";

/** See {@link watchLife}. */
export interface Watch {
  /** Tells `wake` once after this many ms, in place of an earlier wish; zero cancels. */
  wakeIn(ms: number): void;
  end(): void;
}

/** `setTimeout` counts in 32 bits and fires at once beyond them: about 24 days. */
const LONGEST_MS = 2e9;

/** Tells what happens to the page until it is ended. */
export function watchLife(tell: (what: Life) => void): Watch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const undo = [
    listen(window, "online", () => tell("online")),
    listen(window, "offline", () => tell("offline")),
    listen(window, "pagehide", () => tell("leave")),
    // The first show of a page is no return.
    listen<PageTransitionEvent>(window, "pageshow", ({ persisted }) => persisted && tell("back")),
    listen(document, "visibilitychange", () => tell(document.hidden ? "hidden" : "visible")),
    () => clearTimeout(timer),
  ];
  return {
    wakeIn(ms) {
      clearTimeout(timer);
      if (ms > 0) timer = setTimeout(() => tell("wake"), Math.min(ms, LONGEST_MS));
    },
    end: () => undo.forEach((one) => one()),
  };
}
