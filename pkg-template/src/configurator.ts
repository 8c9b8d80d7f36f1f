/**
 * A configurator in the shop's own form controls.
 *
 * `<fieldset data-wm-configurator="model">` holds radio buttons (or a `<select>`) with `data-wm-group="size"`; their
 * values are the model's. What cannot be chosen is disabled and says why; `data-wm-money="price"` shows the price,
 * `data-wm-money="surcharge"` in a radio's label what that choice adds, `data-wm-conflicts` what does not go together.
 */
import { all } from "./dom.js";
import type { ConfigurationView } from "./engine.js";
import { clean, money, type Voice } from "./text.js";

type Choice = HTMLInputElement | HTMLOptionElement;

/** The draft's id: one draft for each model, so that it is the same one on every device of hers. */
export const draftOf = (root: HTMLElement): string => root.dataset.wmConfiguration || root.dataset.wmConfigurator!;

const controls = (root: Element): HTMLElement[] => all("[data-wm-group]", root);

const choicesOf = (control: HTMLElement): Choice[] =>
  control instanceof HTMLSelectElement ? [...control.options] : [control as HTMLInputElement];

/** What is chosen in the form as it stands, in document order: group and value. */
export function chosen(root: Element): [group: string, value: string][] {
  return controls(root)
    .filter((control) => !(control instanceof HTMLInputElement) || control.type !== "radio" || control.checked)
    .map((control) => [control.dataset.wmGroup!, (control as HTMLInputElement).value]);
}

/** Shows a configuration in its form. */
export function showConfiguration(root: HTMLElement, view: ConfigurationView, voice: Voice): void {
  const inMoney = (within: Element | null, name: string, minor: number): void => {
    if (!within) return;
    for (const element of all(`[data-wm-money="${name}"]`, within)) {
      element.textContent = money(minor, { ...voice, currency: view.currency || voice.currency });
    }
  };
  for (const control of controls(root)) {
    const group = view.groups.find(({ id }) => id === control.dataset.wmGroup);
    if (!group) continue;
    for (const choice of choicesOf(control)) {
      const value = group.values.find(({ id }) => id === choice.value);
      if (!value) continue;
      if (choice instanceof HTMLInputElement) choice.checked = value.chosen;
      else choice.selected = value.chosen;
      const why = value.blocked == null ? null : clean(value.blocked);
      // A choice already made stays reachable, or she could not leave it.
      choice.disabled = why != null && !value.chosen;
      choice.toggleAttribute("data-wm-blocked", why != null);
      // Only what we wrote is taken away again.
      const ours = choice.getAttribute("aria-description");
      if (why) {
        choice.setAttribute("aria-description", why);
        choice.title = why;
      } else if (ours != null && ours === choice.title) {
        choice.removeAttribute("aria-description");
        choice.removeAttribute("title");
      }
      inMoney(choice.closest("label"), "surcharge", value.price);
    }
    // Free text, such as an engraving; never while she is writing it.
    if (group.text != null && control instanceof HTMLInputElement && control !== document.activeElement) {
      if (control.type !== "radio") control.value = group.text;
    }
  }
  inMoney(root, "price", view.price);
  root.toggleAttribute("data-wm-complete", view.complete);
  for (const element of all("[data-wm-conflicts]", root)) {
    element.textContent = view.conflicts.map(clean).join(" ");
    element.hidden = !view.conflicts.length;
  }
  for (const button of all<HTMLButtonElement>('[data-wm-action="add"]', root)) {
    button.disabled = !view.complete;
  }
}

/** Makes every choice possible again, as without us. */
export function releaseConfigurators(): void {
  for (const root of all("[data-wm-configurator]")) {
    root.removeAttribute("data-wm-complete");
    for (const choice of controls(root).flatMap(choicesOf)) {
      if (!choice.hasAttribute("data-wm-blocked")) continue;
      choice.removeAttribute("data-wm-blocked");
      choice.removeAttribute("aria-description");
      choice.removeAttribute("title");
      choice.disabled = false;
    }
    for (const button of all<HTMLButtonElement>('[data-wm-action="add"]', root)) button.disabled = false;
  }
}
