/**
 * All that is known of the shopper, for her to see, correct and delete, each thing with its source and date.
 *
 * What she told and what this browser saw she changes here; what is in the shop's books she reads, and asks the shop to
 * correct. Everything can be downloaded, and forgotten.
 *
 * @tag wm-memory
 * @summary What is known, with its source: see, correct, delete, download, forget
 * @attr {string} correct-href - address where the shop takes corrections of its books; without it the event alone is told
 * @attr {number} limit - how many things of one kind are shown at first, 5 unless told otherwise
 * @slot - shown until it is known what is known
 * @slot choice - what the shop's own consent platform shows, instead of two switches
 * @slot more - at the end
 * @event {CustomEvent<{ fact: string, value: string }>} wm-correct - a thing was corrected, or she asks for it; may be prevented
 * @event {CustomEvent<{ fact: string }>} wm-delete - a thing was deleted
 * @event {CustomEvent<{}>} wm-forget - everything will be forgotten; may be prevented
 * @csspart base - around everything
 * @csspart group - things of one source
 * @csspart heading - its heading
 * @csspart fact - one thing
 * @csspart source - where it comes from, and when
 * @csspart button - any button
 * @csspart field - the field for a correction
 * @csspart switch - a choice that can be switched
 * @csspart confirm - the question before all is forgotten
 * @cssproperty [--wm-warn] - edge around that question
 */
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import { cardsOf } from "./cards.js";
import css from "./memory.css?inline";
import { words } from "./memory.words.js";
import { readJourney, type Seen } from "./journey.js";
import { readRecord } from "./record.js";

/** A thing known. */
interface Fact {
  id: string;
  label: string;
  value?: string;
  source: string;
  edit?: (value: string) => void;
  correct?: boolean;
  drop?: () => Promise<boolean> | void;
}

const acts = (): Promise<typeof import("./memory.acts.js")> => import("./memory.acts.js");

const PERSONALIZATION = 2;
const ANALYTICS = 4;
const ANSWER = "answer.";

/** `<wm-memory>` */
export class WmMemory extends WmElement {
  static override polite = false;
  static override make: Make = { css, words, attributes: { "correct-href": "text", limit: "number" } };

  declare correctHref: string;
  declare limit: number | undefined;

  readonly #all = new Set<string>();
  readonly #asked = new Set<string>();
  #asking = false;
  #seen: Fact[] = [];
  #told = "";

  protected render(scene: Stage): Kid[] | null {
    const seen = this.#seenFacts();
    if (!seen && !this.shown) return null;
    const groups: [name: string, facts: Fact[]][] = [
      ["told", this.#toldFacts()],
      ["seen", seen ?? this.#seen],
      ["shop", this.#shopFacts()],
      ["kept", this.#keptFacts()],
    ];
    return [
      groups.map(([name, facts]) => this.#group(name, facts)),
      this.#choices(),
      h("div", { role: "status", class: "soft" }, this.#told),
      this.#asking
        ? h("div", { class: "ask", part: "confirm", role: "group", "aria-label": this.word("forget") },
            h("p", { class: "sure", tabindex: -1 }, this.word("sure")),
            h("div", { class: "row" },
              h("button", { class: "main", part: "button", type: "button", onclick: () => this.#forget() }, this.word("yes")),
              h("button", { part: "button", type: "button", onclick: () => this.#ask(false) }, this.word("no")),
            ),
          )
        : h("div", { class: "row" },
            h("button", { part: "button", type: "button", onclick: () => void acts().then(({ download }) => download(scene)) }, this.word("download")),
            h("button", { class: "forget", part: "button", type: "button", onclick: () => this.#ask(true) }, this.word("forget")),
          ),
      h("slot", { name: "more" }),
    ];
  }

  #toldFacts(): Fact[] {
    const { scene } = this;
    const told = scene.desk.run((s) => s.preferences()) ?? [];
    const act = (name: string, value: string): void =>
      void scene.backstage.act((s) => s.setPreference(name, value));
    const facts = told
      .filter(({ value }) => value)
      .map(({ name, value, at }): Fact => {
        const answer = name.startsWith(ANSWER);
        return {
          id: name,
          label: name === "name" ? this.word("name") : answer ? this.word("answer", { what: name.slice(ANSWER.length) }) : name,
          value,
          source: this.word("source-own", { when: this.date(at, "long") }),
          ...(!answer && { edit: (to: string) => (name === "name" ? void scene.shop.setName(to) : act(name, to)) }),
          drop: () => act(name, ""),
        };
      });
    if (!facts.some(({ id }) => id === "name") && scene.desk.personal()) {
      facts.unshift({ id: "name", label: this.word("name"), source: this.word("name-hint"), edit: (to) => void scene.shop.setName(to) });
    }
    return facts;
  }

  /** Nothing while the articles' names are on their way. */
  #seenFacts(): Fact[] | undefined {
    const scene = this.scene;
    const journey = scene.desk.personal() ? readJourney(scene.desk.run((s) => s.saveJourney())) : undefined;
    if (!journey) return [];
    const rewrite = (keep: (event: Seen) => boolean) => () => acts().then((a) => a.rewriteJourney(scene, (old) => ({ ...old, events: old.events.filter(keep) })));
    const newest = new Map<string, Seen>();
    for (const event of journey.events) {
      if (event.kind === "visit" || event.kind === "answer" || !(event.item || event.category)) continue;
      const id = `${event.kind}|${event.item || event.category}`;
      newest.delete(id);
      newest.set(id, event);
    }
    const events = [...newest].reverse();
    const cards = cardsOf(scene, events.map(([, { item }]) => item).filter(Boolean), this.#asked, () => this.refresh());
    if (!cards) return;
    const when = (at: bigint): string => this.date(Number(at), "long");
    const facts = (this.#seen = events.map(([id, { at, kind, item, category }]): Fact => ({
      id,
      label: cards?.get(item)?.title ?? (item || category),
      value: this.word(kind) || kind,
      source: this.word("source-here", { when: when(at) }),
      drop: rewrite((event) => event.kind !== kind || (event.item || event.category) !== (item || category)),
    })));
    const visits = journey.events.filter(({ kind }) => kind === "visit");
    if (visits.length) {
      facts.push({
        id: "visits",
        label: this.word("visits"),
        value: this.word("visits-value", { n: journey.visits }),
        source: this.word("source-here", { when: when(visits.at(-1)!.at) }),
      });
    }
    const last = journey.shown.at(-1);
    if (last) {
      facts.push({
        id: "shown",
        label: this.word("shown"),
        value: this.word("shown-value", { n: journey.shown.length }),
        source: this.word("source-here", { when: when(last[0]) }),
        drop: () => acts().then((a) => a.rewriteJourney(scene, (old) => ({ ...old, shown: [], assigned: [] }))),
      });
    }
    return facts;
  }

  #shopFacts(): Fact[] {
    const { desk } = this.scene;
    const record = desk.customer ? readRecord(desk.record) : undefined;
    if (!record) return [];
    const source = this.word("source-shop", { when: this.date(this.now, "long") });
    const facts: Fact[] = record.traits.map(([name, value]) => ({ id: name, label: this.word("fact." + name) || name, value, source, correct: true }));
    if (record.name) {
      facts.unshift({ id: "name", label: this.word("name"), value: record.name, source: this.word("source-sign", { when: this.date(this.now, "long") }), correct: true });
    }
    const spent = this.money(record.spent, record.currency);
    facts.push({ id: "orders", label: this.word("orders"), value: this.word("orders-value", { n: record.orderCount, spent }), source, correct: true });
    return facts;
  }

  #keptFacts(): Fact[] {
    const { shop, savedAt, cart } = this.scene;
    const { count } = cart();
    if (!count) return [];
    return [
      {
        id: "cart",
        label: this.word("cart"),
        value: this.word("cart-value", { n: count }),
        source: this.word("source-cart") + " " + this.word("at-" + (savedAt() ?? "device")),
        drop: () => void shop.clear(),
      },
    ];
  }

  #group(name: string, facts: Fact[]): Kid {
    if (!facts.length && name !== "seen") return null;
    const most = this.#all.has(name) ? Infinity : (this.limit ?? 5);
    const shown = facts.slice(0, most);
    return h("section", { key: name, part: "group", "aria-labelledby": name },
      h("h3", { id: name, part: "heading" }, this.word(name)),
      facts.length
        ? h("ul", { class: "facts" }, shown.map((fact) => this.#fact(name, fact)))
        : h("p", { class: "soft" }, this.word("nothing")),
      facts.length > shown.length &&
        h("button", { class: "plain", part: "button", type: "button", onclick: () => (this.#all.add(name), this.draw()) }, this.word("all", { n: facts.length })),
    );
  }

  #fact(group: string, fact: Fact): Kid {
    const { id, label, value, source, edit, correct, drop } = fact;
    const field = `${group}-${id}`;
    return h("li", { key: id, part: "fact" },
      edit
        ? h("form", { class: "edit row", onsubmit: (event: Event) => this.#correct(event, fact) },
            h("label", { for: field }, h("b", {}, label)),
            h("input", { id: field, name: "value", part: "field", type: "text", maxlength: 80, autocomplete: id === "name" ? "given-name" : "off", dir: "auto", ".value": value ?? "" }),
            h("button", { part: "button", type: "submit" }, this.word("save")),
            drop && value && this.#dropButton(fact),
          )
        : h("div", { class: "what" }, h("p", {}, h("b", {}, h("bdi", {}, label)), value && [": ", h("bdi", {}, value)])),
      !edit && (drop ? this.#dropButton(fact) : correct && this.#correctButton(fact)),
      h("p", { class: "source soft", part: "source" }, source),
    );
  }

  #dropButton(fact: Fact): Kid {
    return h("button", { class: "plain", part: "button", type: "button", "aria-label": this.word("delete-label", { what: fact.label }), onclick: () => void this.#drop(fact) }, this.word("delete"));
  }

  #correctButton({ id, label, value = "" }: Fact): Kid {
    const asked = (event: Event): void => {
      if (!this.emit("correct", { fact: id, value })) event.preventDefault();
    };
    const name = `${this.word("correct")}: ${label}`;
    return this.correctHref
      ? h("a", { class: "button plain", part: "button", href: this.correctHref, "aria-label": name, onclick: asked }, this.word("correct"))
      : null;
  }

  #choices(): Kid {
    const { desk, shop } = this.scene;
    const choice = (bit: number, name: string, lane: "personalization" | "analytics"): Kid =>
      h("label", { class: "switch", part: "switch" },
        h("input", { type: "checkbox", role: "switch", ".checked": !!(desk.bits & bit), onchange: ({ target }: Event) => void shop.consent({ [lane]: (target as HTMLInputElement).checked }).then(() => this.refresh()) }),
        h("span", {}, this.word(name)),
      );
    return h("section", { part: "group", "aria-labelledby": "choice" },
      h("h3", { id: "choice", part: "heading" }, this.word("choice")),
      h("slot", { name: "choice" }, choice(PERSONALIZATION, "remember", "personalization"), choice(ANALYTICS, "measure", "analytics")),
    );
  }

  #correct(event: Event, { id, edit }: Fact): void {
    event.preventDefault();
    const value = String(new FormData(event.target as HTMLFormElement).get("value") ?? "").trim();
    if (this.emit("correct", { fact: id, value })) edit?.(value);
    this.refresh();
  }

  async #drop({ id, label, drop }: Fact): Promise<void> {
    // A file that could not be loaded has deleted nothing.
    const done = await Promise.resolve(drop?.()).catch(() => false);
    if (!this.scene) return;
    if (done !== false) this.emit("delete", { fact: id });
    this.#told = done === false ? this.word("failed") : this.word("deleted", { what: label });
    this.draw();
    // Her button is gone with the thing.
    this.focusOn("[role=status] ~ * button");
  }

  #ask(asking: boolean): void {
    this.#asking = asking;
    this.draw();
    this.focusOn(asking ? ".sure" : ".forget");
  }

  #forget(): void {
    this.#asking = false;
    if (!this.emit("forget")) return this.draw();
    this.#told = this.word("forgotten");
    void this.scene.shop.forget().then(() => this.refresh());
    this.focusOn(".forget");
  }
}

define("wm-memory", WmMemory);
