/**
 * "Why this?": the reason of a slot in words, from the record of its decision, and that of each thing it lists.
 *
 * Takes its room from the start, and can be used once something was decided for the slot: what everybody sees needs no
 * reason.
 *
 * @tag wm-why
 * @summary The reason of a slot, on request
 * @attr {string} for - name of the slot; the one it stands in unless given
 * @attr {string} memory-href - address of the page with `<wm-memory>`
 * @slot - shown until it is known whether there is a reason
 * @slot more - at the end of the explanation
 * @event {CustomEvent<{ slot: string, code: string }>} wm-why - she asks; `code` is the reason's
 * @csspart base - around everything
 * @csspart button - the question
 * @csspart panel - the answer
 * @csspart reason - the slot's reason
 * @csspart items - the reasons of what it lists
 */
import type { Decision } from "../engine.js";
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./why.css?inline";
import { words } from "./why.words.js";

/** `<wm-why>` */
export class WmWhy extends WmElement {
  static override make: Make = { css, words, attributes: { for: "text", "memory-href": "text" } };

  declare for: string;
  declare memoryHref: string;

  #open = false;

  get #slot(): string {
    return this.for || (this.closest<HTMLElement>("[data-wm-slot]")?.dataset.wmSlot ?? "");
  }

  protected render(scene: Stage): Kid[] | null {
    const slot = this.#slot;
    const decision = scene.explain(slot);
    if (!decision?.choice) {
      this.#open = false;
      return [h("button", { class: "open plain idle", part: "button", type: "button", disabled: true }, this.word("why"))];
    }
    const show = (open: boolean): void => {
      this.#open = open;
      if (open) this.emit("why", { slot, code: decision.reason.code });
      this.draw(true);
    };
    return [
      h("button", { class: "open plain", part: "button", type: "button", "aria-expanded": String(this.#open), "aria-controls": "panel", onclick: () => show(!this.#open) }, this.word("why")),
      h("div", {
        id: "panel", class: "panel", part: "panel", hidden: !this.#open, popover: "auto",
        ontoggle: ({ newState }: ToggleEvent) => newState === "closed" && this.#open && show(false),
        onkeydown: ({ key }: KeyboardEvent) => key === "Escape" && this.#close(show),
      }, this.#open && this.#answer(decision, () => this.#close(show))),
    ];
  }

  /** In the top layer, below the question, wherever on the page that is: nothing else moves. */
  protected override drawn(): void {
    const panel = this.root.querySelector<HTMLElement>(".panel");
    if (!panel?.showPopover || panel.matches(":popover-open") === this.#open) return;
    if (!this.#open) return panel.hidePopover();
    panel.showPopover();
    const { left, right, bottom } = this.root.querySelector(".open")!.getBoundingClientRect();
    const { clientWidth } = document.documentElement;
    const width = panel.offsetWidth;
    const start = getComputedStyle(this).direction === "rtl" ? right - width : left;
    panel.style.setProperty("top", `${bottom + scrollY + 4}px`);
    panel.style.setProperty("left", `${Math.max(8, Math.min(start, clientWidth - width - 8)) + scrollX}px`);
  }

  #close(show: (open: boolean) => void): void {
    show(false);
    this.focusOn(".open");
  }

  #answer({ reason, items }: Decision, close: () => void): Kid[] {
    const { voice } = this;
    const { phrase } = this.scene.tools;
    const whole = phrase(reason.text, reason.args, voice);
    const each = items.flatMap((item) => {
      const why = phrase(item.reason.text, item.reason.args, voice);
      return why ? [h("li", { key: item.id }, h("bdi", {}, item.title), ": ", why)] : [];
    });
    return [
      (whole || !each.length) && h("p", { class: "reason", part: "reason" }, whole || this.word("plain")),
      each.length ? h("ul", { part: "items" }, each) : null,
      h("p", { class: "soft" }, this.word("here"), " ", this.scene.desk.customer && this.word("signed")),
      h("slot", { name: "more" }),
      h("div", { class: "row" },
        this.memoryHref && h("a", { class: "button", part: "button", href: this.memoryHref }, this.word("memory")),
        h("button", { part: "button", type: "button", onclick: close }, this.word("close")),
      ),
    ];
  }
}

define("wm-why", WmWhy);
