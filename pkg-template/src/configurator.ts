/**
 * A configurator in the shop's own form controls. Loaded by pages that have one.
 *
 * `<fieldset data-wm-configurator="model">` holds radio buttons (or a `<select>`) with `data-wm-group="size"`; their
 * values are the model's. What cannot be chosen is disabled and says why; `data-wm-money="price"` shows the price,
 * `data-wm-money="surcharge"` in a radio's label what that choice adds, `data-wm-conflicts` what does not go together.
 * What stands in a `data-wm-step="size"` is the current step while that group was answered last; a draft that is opened
 * again, here or on another device, is scrolled to it.
 * `<a data-wm-share>` becomes a link that opens the design as a copy; `<button data-wm-action="undo" data-wm-undo="size">`
 * appears when another device of hers chose something else at the same time, in its `data-wm-text="other"`.
 */
import { all } from "./dom.js";
import type { ConfigurationView } from "./engine.js";
import { clean, money, type Voice } from "./text.js";

/** Longest name of a draft, well below what a document takes. */
const LONGEST_ID = 500;

type Choice = HTMLInputElement | HTMLOptionElement;

const controls = (root: Element): HTMLElement[] => all("[data-wm-group]", root);

const choicesOf = (control: HTMLElement): Choice[] =>
  control instanceof HTMLSelectElement ? [...control.options] : [control as HTMLInputElement];

/** What is chosen in the form as it stands, in document order: group and value. */
export function chosen(root: Element): [group: string, value: string][] {
  return controls(root)
    .filter((control) => !(control instanceof HTMLInputElement) || control.type !== "radio" || control.checked)
    .map((control) => [control.dataset.wmGroup!, (control as HTMLInputElement).value]);
}

/** The address's part that names a shared design: `?wm-design=model:code`. */
const DESIGN = "wm-design";

/** A link to this page that opens a design as a copy. */
function shareLink({ model, code }: ConfigurationView): string {
  const link = new URL(location.href);
  link.search = link.hash = "";
  link.searchParams.set(DESIGN, `${model}:${code}`);
  return link.href;
}

/**
 * The design that the page's address shares with this configurator. It is shown as a draft of its own, begun when she
 * first touches it: her own draft of the model stays as it is.
 */
export function sharedDesign(root: HTMLElement): [model: string, code: string] | undefined {
  const shared = new URLSearchParams(location.search).get(DESIGN) ?? "";
  const at = shared.indexOf(":");
  if (at < 1 || shared.slice(0, at) !== root.dataset.wmConfigurator) return;
  root.dataset.wmConfiguration ||= shared.slice(0, LONGEST_ID);
  return [shared.slice(0, at), shared.slice(at + 1)];
}

/** Greys what does not go with the other choices, and says why. What is chosen already stays reachable, or she could not leave it. */
function block(choice: Choice, reason: string | undefined, open: boolean): void {
  const why = reason == null ? null : clean(reason);
  choice.disabled = why != null && open;
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
      block(choice, value.blocked, !value.chosen);
      inMoney(choice.closest("label"), "surcharge", value.price);
    }
    // Free text, such as an engraving; never while she is writing it.
    if (group.text != null && control instanceof HTMLInputElement && control.type !== "radio") {
      if (control !== document.activeElement) control.value = group.text;
      block(control, group.blocked, !group.text);
    }
  }
  for (const part of all("[data-wm-step]", root)) {
    const here = view.step === part.dataset.wmStep;
    if (here) part.setAttribute("aria-current", "step");
    else part.removeAttribute("aria-current");
    // Where she stopped, on whichever device: once, and never away from what she is looking at.
    if (here && !("wmAt" in root.dataset) && !scrollY && !root.matches(":focus-within")) part.scrollIntoView({ block: "center" });
  }
  root.dataset.wmAt = view.step;
  inMoney(root, "price", view.price);
  root.toggleAttribute("data-wm-complete", view.complete);
  for (const element of all("[data-wm-conflicts]", root)) {
    element.textContent = view.conflicts.map(clean).join(" ");
    element.hidden = !view.conflicts.length;
  }
  for (const button of all<HTMLButtonElement>('[data-wm-action="add"]', root)) {
    button.disabled = !view.complete;
  }
  for (const link of all<HTMLAnchorElement>("a[data-wm-share]", root)) link.href = shareLink(view);
  for (const button of all("[data-wm-undo]", root)) {
    const group = view.groups.find(({ id }) => id === button.dataset.wmUndo);
    const other = group?.values.find(({ id }) => id === group.other)?.label ?? group?.other;
    button.hidden = other == null;
    for (const text of all('[data-wm-text="other"]', button)) text.textContent = clean(other ?? "");
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
