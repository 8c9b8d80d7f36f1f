/**
 * The stub, to be inlined in the page's head: keeps calls in order until the SDK is there, and paints the
 * snapshot while the page is still being read, so that a returning shopper sees her page at first paint.
 *
 * What storage says is not trusted: only places that the shop bound are filled, with text or a harmless address.
 */
import type { Shown, Painted } from "./slot.js";
import type { Snapshot } from "./snapshot.js";
import type { Op } from "./template.js";

/** What the stub leaves for the SDK. */
export interface Stub {
  (...command: unknown[]): void;
  /** Calls to catch up on. */
  q?: ArrayLike<unknown>[];
  /** What it has painted. */
  p?: Painted[];
  /** Ends its painting. */
  d?: () => void;
}

const w = window as unknown as { wellmet?: Stub };
const stub: Stub = (w.wellmet ??= function () {
  (stub.q ??= []).push(arguments);
});

const root = document.documentElement;
const painted: Painted[] = (stub.p = []);
const seen = new Set<Element>();
let snapshot: Snapshot;

const fill = (template: HTMLTemplateElement, ops: Op[]): DocumentFragment => {
  const clone = document.importNode(template.content, true);
  const elements = clone.querySelectorAll<HTMLElement>("*");
  for (const [at, sink, value] of ops) {
    const element = elements[at]!;
    const bound = (name: string): boolean => element.hasAttribute("data-wm-" + name);
    if (value === null) continue;
    if (sink === "*") {
      const inner = element as HTMLTemplateElement;
      inner.before(...(value as { o: Op[] }[]).map(({ o }) => fill(inner, o)));
    } else if (sink === "?") element.hidden = !value;
    else if (!sink) {
      if (bound("text") || bound("money") || bound("date")) element.textContent = value as string;
    } else if (
      bound(sink) &&
      (!/^(href|src|srcset|poster)$/.test(sink) || /^(https?:|mailto:|tel:|[/.?#]|[^:]*$)/i.test(value as string))
    ) {
      element.setAttribute(sink, value as string);
    }
  }
  return clone;
};

const paint = (): void => {
  try {
    const kind = root.dataset.wmPage ?? document.body?.dataset.wmPage ?? "other";
    for (const slot of document.querySelectorAll<HTMLElement>("[data-wm-slot]")) {
      const shown: Shown | undefined = snapshot.p[kind]?.[slot.dataset.wmSlot!];
      // Whole once something follows it.
      let next: Node | null = slot;
      while (next && !next.nextSibling) next = next.parentNode;
      if (!shown || seen.has(slot) || (!next && document.readyState === "loading")) continue;
      seen.add(slot);
      const own = [...slot.childNodes];
      const templates = own.filter((node) => node.nodeName === "TEMPLATE") as HTMLTemplateElement[];
      const made = (shown.r ?? [shown as { o: Op[] }]).map(({ o }) => fill(templates[shown.t]!, o));
      slot.replaceChildren(...made, ...templates);
      painted.push([slot, own, shown]);
    }
  } catch {
    // Not one of ours, or of other templates: the shop's own content it is.
  }
};

try {
  snapshot = JSON.parse(localStorage["wm-s"]);
  if (snapshot.e > Date.now() && snapshot.l === root.lang) {
    const observer = new MutationObserver(paint);
    observer.observe(root, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", (stub.d = () => (observer.disconnect(), paint())));
    paint();
  }
} catch {
  // No storage, or nothing in it.
}
