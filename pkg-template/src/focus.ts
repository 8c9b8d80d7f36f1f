/** Where the focus goes when her own act takes away what she had it on. */
import { all } from "./dom.js";

/**
 * When an exchange takes away the focused element, the focus goes to the same action nearby, else to the place
 * itself: a keyboard user is not thrown to the top of the page.
 */
export function keepFocus(places: Element[], run: () => void): void {
  const active = document.activeElement as HTMLElement | null;
  const place = places.find((element) => element !== active && element.contains(active)) as HTMLElement | undefined;
  const action = active?.dataset?.wmAction;
  const alike = (): HTMLElement[] =>
    action ? all("[data-wm-action]", place).filter(({ dataset }) => dataset.wmAction === action) : [];
  const at = place ? alike().indexOf(active!) : 0;
  run();
  if (!place || place.contains(document.activeElement) || !place.isConnected) return;
  const others = alike();
  const next = others[Math.min(at, others.length - 1)];
  if (next) next.focus({ preventScroll: true });
  else if (!place.hasAttribute("tabindex")) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    place.addEventListener("blur", () => place.removeAttribute("tabindex"), { once: true });
  }
}
