/**
 * "Welcome back, Anna": by the name that a signed login brought, or by her own word; never by one from an address.
 *
 * With `data-wm-slot` the decision says whether she is greeted and how she is called (field `name`); without, whoever is
 * signed in or has told her name is. A guest sees the shop's own greeting.
 *
 * @tag wm-greeting
 * @summary A greeting by name
 * @attr {boolean} not-you - with a button for those who are somebody else: one click, and the page is neutral
 * @slot - the shop's greeting for everybody
 * @slot more - behind the greeting
 * @event {CustomEvent<{}>} wm-not-you - she is somebody else; may be prevented
 * @csspart base - around everything
 * @csspart text - the greeting
 * @csspart name - her name in it
 * @csspart button - "Not you?"
 */
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./greeting.css?inline";
import { words } from "./greeting.words.js";

/** Stands for the name while the sentence is put together: a letter that no language has. */
const PLACE = "\ue000";

/** `<wm-greeting>` */
export class WmGreeting extends WmElement {
  static override make: Make = { css, words, attributes: { "not-you": "flag" } };

  declare notYou: boolean;

  protected render({ desk, shop }: Stage): Kid[] | null {
    const slotted = this.dataset.wmSlot != null;
    const { decision } = this;
    if (slotted && !decision) return null;
    const own = desk.run((s) => s.preference("name"), true);
    const name = slotted ? String(decision!.fields.name ?? "") : own || desk.customer?.name || "";
    if (!name && !slotted) return null;
    const [before, after] = this.word(name ? "known" : "returning", { name: PLACE }).split(PLACE);
    const leave = (): void => {
      if (this.emit("not-you")) void shop.logout();
    };
    return [
      h("p", { part: "text" }, before, name && [h("bdi", { part: "name" }, name), after]),
      this.notYou && h("button", { class: "plain", part: "button", type: "button", onclick: leave }, this.word("not-you")),
      h("slot", { name: "more" }),
    ];
  }
}

define("wm-greeting", WmGreeting);
