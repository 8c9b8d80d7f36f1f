/** Which file holds which element; each is loaded when its tag is first seen on the page. */
import type { Tell } from "../events.js";

const FILES: Record<string, () => Promise<unknown>> = {
  "wm-cart": () => import("./cart.js"),
  "wm-configurator": () => import("./configurator.js"),
  "wm-contact": () => import("./contact.js"),
  "wm-greeting": () => import("./greeting.js"),
  "wm-history": () => import("./history.js"),
  "wm-memory": () => import("./memory.js"),
  "wm-messages": () => import("./messages.js"),
  "wm-offer": () => import("./offer.js"),
  "wm-price": () => import("./price.js"),
  "wm-stock": () => import("./stock.js"),
  "wm-survey": () => import("./survey.js"),
  "wm-why": () => import("./why.js"),
};

const asked = new Set<string>();

/** Loads the elements with these tags, each once; a failed load leaves the shop's own content. */
export function load(tags: string[], tell: Tell): void {
  for (const tag of tags) {
    const file = FILES[tag];
    if (!file || asked.has(tag)) continue;
    asked.add(tag);
    file().catch((error) => tell("WM-LOAD-003", `no <${tag}>: ${error}`));
  }
}
