/**
 * What she clicks and chooses, wherever in the page: one listener each for `click` and `change` on the document.
 *
 * `data-wm-action` names the act: `add`, `increase`, `decrease`, `remove`, `clear`, `save` (for later), `unsave`,
 * `unsave-remove`, `undo`, `logout`, `not-you`, `forget`, `consent`. Without us, and when the engine cannot be had, the shop's own button does what it always did.
 */
import type { WellmetCommands } from "./api.js";
import { draftOf, takeOther } from "./draft.js";
import { all, listen } from "./dom.js";
import type { Session } from "./engine.js";

/** Most of one article that can be asked for at a time. */
const MOST = 1_000_000;

/** A quantity as she types it. "0.5" is not none of it, and "1e9" not one. */
const typed = (text: string): number => (/^\s*\d+\s*$/.test(text) ? +text : NaN);

/** Says at the field which quantities there are: in the browser's own words where the shop's markup has bounds. */
function refuse(field: HTMLInputElement): void {
  if (field.checkValidity()) field.setCustomValidity(`1 – ${MOST}`);
  field.reportValidity();
  // What she types next is judged anew.
  field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
}

/** How many to add, from the field beside the button or else from the button; nothing when that is no quantity. */
function quantityIn(within: Element | null | undefined, said = "1"): number | undefined {
  const field = within?.querySelector<HTMLInputElement>("[data-wm-quantity]");
  const n = typed(field?.value ?? said);
  if (n > 0 && n <= MOST && (!field || field.checkValidity())) return n;
  if (field) refuse(field);
  return;
}

/** What is chosen in the controls with `data-wm-option`, and what the button itself says. */
export function optionsOf(button: HTMLElement, form: Element | null): Record<string, string> {
  const options = new URLSearchParams(button.dataset.wmOptions);
  for (const field of form ? all<HTMLInputElement>("[data-wm-option]", form) : []) {
    if (!/^(radio|checkbox)$/.test(field.type) || field.checked) options.set(field.dataset.wmOption!, field.value);
  }
  return Object.fromEntries(options);
}

/** What the page's controls ask for, until `end` is called. */
export interface Actions {
  /** Does what a button says; true when it says something. */
  heed(button: HTMLElement): boolean;
  /** Does what a control says that has just been changed. */
  changed(field: HTMLElement): void;
  end(): void;
}

/** Listens. */
export function heedActions(
  shop: WellmetCommands,
  keyOf: (node: Element) => string | undefined,
  draft: (configurator: HTMLElement, work: (session: Session) => void) => void,
): Actions {
  const inCart = (line: string): number | undefined => shop.cart().lines.find(({ key }) => key === line)?.quantity;

  const heed = (button: HTMLElement): boolean => {
    const { wmAction: action, wmItem, wmQuantity, wmLanes = "" } = button.dataset;
    const configurator = button.closest<HTMLElement>("[data-wm-configurator]");
    const key = keyOf(button);
    const line = button.closest("[data-wm-cart]") && key;
    const shown = line && inCart(line);
    const item = wmItem ?? key;
    const around = button.closest("form,[data-wm-configurator]");
    if (action === "add" && (configurator || item)) {
      const n = quantityIn(around, wmQuantity);
      if (!n) return true;
      if (configurator) draft(configurator, (s) => s.addConfigured(draftOf(configurator), n));
      else void shop.add(item!, n, optionsOf(button, around));
    } else if (action === "increase" && shown) void shop.setQuantity(line!, shown + 1);
    else if (action === "decrease" && shown) void shop.setQuantity(line!, shown - 1);
    else if (action === "remove" && line) void shop.remove(line);
    else if (action === "clear") void shop.clear();
    else if (action === "save" && line) void shop.saveForLater(line);
    else if (action === "unsave" && key) void shop.moveToCart(key);
    else if (action === "unsave-remove" && key) void shop.removeSaved(key);
    else if (action === "undo" && configurator) draft(configurator, (s) => takeOther(s, draftOf(configurator), button.dataset.wmUndo!));
    else if (action === "logout" || action === "not-you") void shop.logout();
    else if (action === "forget") void shop.forget();
    else if (action === "consent") {
      const granted = (lane: string): boolean => wmLanes === "all" || wmLanes.includes(lane);
      void shop.consent({ personalization: granted("personalization"), analytics: granted("analytics") });
    } else return false;
    return true;
  };

  const clicked = (event: MouseEvent): void => {
    const button = (event.target as Element).closest?.<HTMLElement>("[data-wm-action]");
    if (button && !event.defaultPrevented && heed(button)) event.preventDefault();
  };

  const changed = (target: HTMLElement): void => {
    const field = target as HTMLInputElement;
    const { value } = field;
    const { wmGroup, wmQuantity, wmName } = field.dataset ?? {};
    const configurator = field.closest?.<HTMLElement>("[data-wm-configurator]");
    const line = wmQuantity != null && field.closest("[data-wm-cart]") && keyOf(field);
    if (wmGroup && configurator) {
      draft(configurator, (s) =>
        s.configure(configurator.dataset.wmConfigurator!, draftOf(configurator), wmGroup, value),
      );
    } else if (line) {
      if (typed(value) <= MOST && field.checkValidity()) void shop.setQuantity(line, typed(value));
      // Not left there as if it had been taken.
      else field.value = String(inCart(line) ?? "");
    } else if (wmName != null) void shop.setName(value);
  };

  const off = [
    listen(document, "click", clicked),
    listen(document, "change", ({ target }) => changed(target as HTMLElement)),
  ];
  return { heed, changed, end: () => off.forEach((one) => one()) };
}
