/**
 * Noticing that the page changes, or becomes another one.
 *
 * One observer sees what frameworks add and remove, whatever router they have: its callback runs before the next
 * frame is painted, so a new page's slots are filled in the frame in which they appear.
 */
import { listen } from "./dom.js";
import type { Tell } from "./events.js";

/** Rounds of change in one second beyond which a page is at war with us. */
const MOST_ROUNDS = 100;

/** Calls back after changes to the document, and before Turbo keeps a copy of it. Returns the end of it. */
export function watchPage(changed: () => void, beforeCopy: () => void, tell: Tell): () => void {
  let rounds = 0;
  let second = 0;
  const observer = new MutationObserver(() => {
    const now = Math.floor(performance.now() / 1000);
    rounds = now === second ? rounds + 1 : 0;
    second = now;
    if (rounds < MOST_ROUNDS) changed();
    else if (rounds === MOST_ROUNDS) {
      tell("WM-LOOP-002", "the page changes too often to be followed");
      setTimeout(changed, 1000);
    }
  });
  observer.observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-wm-page", "data-wm-item", "data-wm-category", "data-wm-slot", "data-wm-decide", "data-wm-limit", "data-wm-cart"],
  });
  const off = [
    // A navigation within the page may change nothing but the address.
    listen(window, "popstate", changed),
    listen(document, "turbo:before-cache", beforeCopy),
  ];
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) off.push(listen(navigation, "navigatesuccess", changed));
  return () => {
    observer.disconnect();
    off.forEach((end) => end());
  };
}
