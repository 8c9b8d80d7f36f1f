/** What the page hears: one `CustomEvent` on `document` for each thing that happened, and each problem once. */
import { listen } from "./dom.js";
import type { Problem, WellmetEvents } from "./api.js";

/** Dispatches `wellmet:<name>`. A listener of the page that throws is the page's own affair. */
export function emit<E extends keyof WellmetEvents>(name: E, detail: WellmetEvents[E]): void {
  document.dispatchEvent(new CustomEvent("wellmet:" + name, { detail }));
}

/** Listens until the returned function is called. */
export function on<E extends keyof WellmetEvents>(name: E, listener: (detail: WellmetEvents[E]) => void): () => void {
  return listen<CustomEvent<WellmetEvents[E]>>(document, "wellmet:" + name, ({ detail }) => listener(detail));
}

/** Tells a problem. */
export type Tell = (code: string, message: string, fix?: string) => void;

/** Problems are told once each; the console stays empty unless the page asked for diagnostics. */
export function problems(): { tell: Tell; debug(on?: boolean): void } {
  const told = new Set<string>();
  let aloud: boolean | undefined;
  return {
    debug(on) {
      aloud = on;
    },
    tell(code, message, fix) {
      const problem: Problem = fix ? { code, message, fix } : { code, message };
      if (told.has(code + message) || told.size > 99) return;
      told.add(code + message);
      if (aloud) console.debug("wellmet", problem);
      emit("error", problem);
    },
  };
}
