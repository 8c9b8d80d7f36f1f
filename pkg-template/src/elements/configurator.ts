/**
 * A product made to order: its questions as radio buttons, what cannot be chosen with the reason, the price as it grows.
 *
 * The draft lies in her document: it is kept on this device, and with a sign-in it is the same one on her others. Its
 * name is the model's unless `configuration` says another.
 *
 * @tag wm-configurator
 * @summary The questions of a product made to order
 * @attr {string} model - name of the model in the shop file
 * @attr {string} configuration - name of the draft, where a model has several
 * @slot - shown until the model is known
 * @slot view - above the questions, for a picture
 * @slot note - below the price
 * @event {CustomEvent<{ model: string, group: string, value: string }>} wm-choose - something was chosen
 * @event {CustomEvent<{ model: string, configuration: string, price: number, currency: string }>} wm-add - it goes into the cart; may be prevented
 * @csspart base - around everything
 * @csspart group - one question
 * @csspart label - its words
 * @csspart choice - one answer
 * @csspart surcharge - what it adds to the price, or why it cannot be chosen
 * @csspart text - a field for free text
 * @csspart conflict - what does not go together
 * @csspart price - the price
 * @csspart button - the button that adds it to the cart
 * @cssproperty [--wm-warn] - edge around what does not go together
 */
import type { ConfigurationGroup, ConfigurationValue, ConfigurationView } from "../engine.js";
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./configurator.css?inline";
import { words } from "./configurator.words.js";

/** `<wm-configurator>` */
export class WmConfigurator extends WmElement {
  static override polite = false;
  static override make: Make = { css, words, attributes: { model: "text", configuration: "text" } };

  declare model: string;
  declare configuration: string;

  readonly #asked = new Set<string>();
  #said = "";

  get #id(): string {
    return this.configuration || this.model;
  }

  /** The draft as it stands; the bare model while there is none. */
  get view(): ConfigurationView | undefined {
    return this.model && this.scene ? this.scene.desk.run((s) => s.configuration(this.#id, this.model)) : undefined;
  }

  protected render(scene: Stage): Kid[] | null {
    const { view } = this;
    const needs = (view?.needs ?? []).filter((name) => !this.#asked.has(name));
    needs.forEach((name) => this.#asked.add(name));
    if (needs.length) void scene.fetchChunks(needs).then(() => this.refresh());
    if (!view?.groups.length) return null;
    const { groups, conflicts, price, currency, complete } = view;
    const open = groups.filter(({ values, text }) => text == null && values.length && !values.some(({ chosen }) => chosen)).length;
    return [
      h("slot", { name: "view" }),
      groups.map((group) => this.#group(group, currency)),
      h("div", { role: "alert" },
        conflicts.length
          ? h("div", { class: "conflict", part: "conflict" }, h("p", {}, h("b", {}, this.word("conflict"))), conflicts.map((why) => h("p", {}, why)))
          : null,
      ),
      h("div", { class: "foot row" },
        h("p", { class: "price", part: "price" }, h("span", { class: "soft" }, this.word("price"), " "), h("b", {}, this.money(price, currency))),
        h("div", { class: "row" },
          h("span", { class: "soft", id: "open" }, complete ? this.#said : open ? this.word("open", { n: open }) : ""),
          h("button", { class: "main", part: "button", type: "button", disabled: !complete, "aria-describedby": "open", onclick: () => this.#add(view) }, this.word("add")),
        ),
      ),
      h("slot", { name: "note" }),
    ];
  }

  #group({ id, label, values, text }: ConfigurationGroup, currency: string): Kid {
    if (!values.length) {
      return h("div", { key: id, part: "group" },
        h("label", { for: id, part: "label" }, h("b", {}, label)),
        h("p", {}, h("input", { id, class: "text", part: "text", type: "text", autocomplete: "off", dir: "auto", ".value": text ?? "", onchange: ({ target }: Event) => this.#choose(id, (target as HTMLInputElement).value) })),
      );
    }
    return h("fieldset", { key: id, part: "group" },
      h("legend", { part: "label" }, label),
      h("div", { class: "choices" }, values.map((value) => this.#choice(id, value, currency))),
    );
  }

  #choice(group: string, { id, label, price, chosen, blocked }: ConfigurationValue, currency: string): Kid {
    const note = blocked ?? (price ? this.word("surcharge", { price: this.money(price, currency) }) : this.word("included"));
    return h("label", { key: id, class: "choice", part: "choice" },
      h("input", {
        type: "radio", name: group, value: id, ".checked": chosen,
        // A choice already made stays reachable, or she could not leave it.
        disabled: blocked != null && !chosen,
        onchange: () => this.#choose(group, id),
      }),
      h("b", {}, label),
      h("span", { class: "soft", part: "surcharge" }, note),
    );
  }

  #choose(group: string, value: string): void {
    this.#said = "";
    this.emit("choose", { model: this.model, group, value });
    void this.scene.shop.configure(this.model, group, value, this.#id);
  }

  #add({ price, currency }: ConfigurationView): void {
    const { model } = this;
    if (!this.emit("add", { model, configuration: this.#id, price, currency })) return;
    void this.scene.shop.addConfigured(this.#id).then(() => {
      if (!this.scene) return;
      this.#said = this.word("added");
      this.refresh();
      if (!document.querySelector("[data-wm-cart][data-wm-announce]")) this.say(this.#said);
    });
  }
}

define("wm-configurator", WmConfigurator);
