/**
 * What all elements share: they show the shop's own content until there is something better, take over what was set
 * on them before they were defined, hear what the SDK of the page tells, and draw themselves anew with `patch`.
 *
 * The SDK is found on the document, whichever way it came; what it has loaded already (words, money, safe addresses)
 * elements use from there. Without it, and when it fails, the shop's own content is what there is.
 */
import { listen } from "../dom.js";
import type { Decision, Field } from "../engine.js";
import type { Tell } from "../events.js";
import type { Backstage } from "../living.js";
import type { Voice } from "../text.js";
import type { Scene } from "../wellmet.js";
import { SCENE } from "../scene.js";
import baseCss from "./base.css?inline";
import { h, patch, type Kid } from "./patch.js";
import { lookUp, type Vocabulary, type Words } from "./words.js";

export { h, type Kid } from "./patch.js";
export type { Vocabulary, Words } from "./words.js";
export type * from "./types.js";

/** How an attribute reads as a property. */
export type AttributeKind = "text" | "flag" | "number";

/** What makes an element of a class. */
export interface Make {
  css: string;
  words: Vocabulary;
  /** Observed; each has a property of the same name in camel case. */
  attributes: Record<string, AttributeKind>;
  /** Rich data, set by script. */
  properties?: readonly string[];
}

/** The living page, as elements see it. */
export type Stage = Scene & { backstage: Backstage };

/** In a page an element; on a server, where there are none, something to extend. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

const HEARD = ["living", "cart", "decided", "saved", "identity", "error", "end"];
/** After her own act, for this long, she expects that things move, ms. */
const ACT_MS = 500;

let lastInput = -1e9;
const sheets = new WeakMap<Make, CSSStyleSheet[]>();

function sheetsOf(make: Make): CSSStyleSheet[] {
  let both = sheets.get(make);
  if (!both) {
    both = [baseCss, make.css].map((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet;
    });
    sheets.set(make, both);
  }
  return both;
}

/** An element of wellmet. */
export abstract class WmElement extends Base {
  static make: Make;
  /** Whether it keeps its default content rather than move the page; those that she came for move it. */
  static polite = true;

  static get observedAttributes(): string[] {
    return [...Object.keys(this.make.attributes), "data-wm-slot"];
  }

  /** Words of this element instead of the usual ones, by name. */
  declare texts: Words | undefined;

  protected readonly root: ShadowRoot;
  readonly #given: Record<string, unknown> = {};
  #off: (() => void)[] = [];
  #due = false;
  #hers = false;
  /** It shows something of ours; frequency caps count it then. */
  shown = false;
  #foreign: string | undefined;

  constructor() {
    super();
    this.root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = sheetsOf(this.#make);
    this.root.replaceChildren(document.createElement("slot"));
    for (const type of ["click", "change"]) this.root.addEventListener(type, () => (this.#hers = true));
  }

  get #make(): Make {
    return (this.constructor as typeof WmElement).make;
  }

  /** @internal */
  static accessors(this: typeof WmElement): void {
    for (const name of ["texts", ...(this.make.properties ?? [])]) {
      Object.defineProperty(this.prototype, name, {
        configurable: true,
        get(this: WmElement) {
          return this.#given[name];
        },
        set(this: WmElement, value: unknown) {
          this.#given[name] = value;
          this.refresh();
        },
      });
    }
    for (const [attribute, kind] of Object.entries(this.make.attributes)) {
      Object.defineProperty(this.prototype, attribute.replace(/-(.)/g, (_, c: string) => c.toUpperCase()), {
        configurable: true,
        get(this: WmElement) {
          const text = this.getAttribute(attribute);
          return kind === "flag" ? text != null : kind === "number" ? (text ? Number(text) : undefined) : (text ?? "");
        },
        set(this: WmElement, value: unknown) {
          if (value == null || value === false) this.removeAttribute(attribute);
          else this.setAttribute(attribute, value === true ? "" : String(value));
        },
      });
    }
  }

  connectedCallback(): void {
    for (const name of Object.keys(this)) {
      // Set before the class was there, it hides the accessor of the same name.
      if (!(name in (this.constructor as typeof WmElement).prototype)) continue;
      const own = this as Record<string, unknown>;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
    const heard = (): void => this.refresh();
    this.#off = [
      ...HEARD.map((name) => listen(document, "wellmet:" + name, heard)),
      ...["pointerdown", "keydown"].map((type) =>
        listen(document, type, () => (lastInput = performance.now()), { capture: true }),
      ),
    ];
    this.refresh();
  }

  disconnectedCallback(): void {
    this.#off.splice(0).forEach((end) => end());
  }

  attributeChangedCallback(): void {
    this.refresh();
  }

  /** What to show now; `null` is the shop's own content. Not asked without the SDK. */
  protected abstract render(scene: Stage): Kid[] | null;
  /** After something was drawn. */
  protected drawn(): void {}

  /** Draws anew, once for all that happens in this task. */
  refresh(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.draw();
    });
  }

  /** Draws at once; `tick`: only a text has changed, nothing can move. */
  protected draw(tick?: boolean): void {
    this.#foreign = undefined;
    const { scene } = this;
    if (!scene) {
      this.shown = false;
      return this.root.replaceChildren(document.createElement("slot"));
    }
    const { moved, surroundings } = scene.tools;
    const kids = this.render(scene);
    const free =
      tick || this.#hers || !performance.getEntriesByType("paint").length || performance.now() - lastInput < ACT_MS;
    const before = free ? undefined : surroundings(this);
    this.#show(kids);
    if (before && moved(before, surroundings(this))) {
      // An empty box would be worse.
      const polite = (this.constructor as typeof WmElement).polite && !!this.innerText.trim();
      this.tell("WM-CLS-001", `<${this.localName}>: no reserved size`, "give it min-height, or link elements.css");
      if (polite) this.#show(null);
    }
    this.drawn();
  }

  #show(kids: Kid[] | null): void {
    this.shown = !!kids;
    const lang = this.#foreign;
    patch(this.root, [kids ? h("div", { class: "base", part: "base", lang }, kids) : h("slot")], this.scene.tools);
  }

  /** The SDK of this page; there is one wherever something of ours is shown. */
  protected get scene(): Stage {
    const scene = (document as unknown as Record<symbol, Stage>)[SCENE];
    return (scene?.backstage && scene.desk.session && scene) as Stage;
  }

  /** What was decided for the slot that this element names with `data-wm-slot`. */
  protected get decision(): Decision | undefined {
    const decision = this.scene.explain(this.dataset.wmSlot ?? "");
    return decision?.choice ? decision : undefined;
  }

  /** A value: of the property or attribute, else of the decision. */
  protected field(name: string): Field | undefined {
    return this.getAttribute(name) ?? this.decision?.fields[name];
  }

  /** The same as text. */
  protected textOf(name: string): string {
    return String(this.field(name) ?? "");
  }

  protected get now(): number {
    return this.scene.now();
  }

  protected get voice(): Voice {
    const voice = this.scene.voice();
    return this.lang ? { ...voice, locale: this.lang } : voice;
  }

  /** A word of this element, with values in it; empty when nobody has one. */
  protected word(name: string, args: Record<string, Field> = {}): string {
    const { locale } = this.voice;
    const [pattern, lang] = lookUp(name, locale, this.texts, this.#make.words, this.localName.slice(3), this.scene);
    if (pattern && lang && !locale.toLowerCase().startsWith(lang)) this.#foreign = lang;
    return this.scene.tools.phrase(pattern, args, this.voice);
  }

  protected money(minor: number, currency = this.voice.currency): string {
    return this.scene.tools.money(minor, { ...this.voice, currency });
  }

  protected date(ms: number, style = "medium"): string {
    return this.scene.tools.date(ms, style, this.voice.locale);
  }

  protected readonly tell: Tell = (...problem) => this.scene.tell(...problem);

  /** Says a sentence in the page's one polite live region. */
  protected say(text: string): void {
    this.scene.backstage.say(text);
  }

  /** Tells the page; false when a listener prevented what would follow. */
  protected emit(name: string, detail: unknown = {}): boolean {
    return this.dispatchEvent(
      new CustomEvent("wm-" + name, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }

  /** Puts the focus on the first node that matches, once what is due has been drawn. */
  protected focusOn(selector: string): void {
    setTimeout(() => this.root.querySelector<HTMLElement>(selector)?.focus());
  }
}

/** Defines an element, unless there is one of that name. */
export function define(tag: string, type: typeof WmElement): void {
  if (typeof customElements === "undefined" || customElements.get(tag)) return;
  type.accessors();
  customElements.define(tag, type as unknown as CustomElementConstructor);
}
