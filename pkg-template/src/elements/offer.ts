/**
 * A time-limited offer with a countdown that leaves people in peace.
 *
 * It runs on the hub's time, not the device's. It can be paused and hidden, is silent to screen readers except when it
 * is first shown and ten minutes and one minute before the end, and moves once a minute only for those who want less
 * motion. Limits of twenty hours or less hurry people (WCAG 2.2.1): such an offer has its countdown only with the
 * attribute `essential` or `extend`, otherwise it just says until when it holds.
 *
 * With `data-wm-slot` the offer is what was decided for that slot (fields `title`, `text`, `code`, `ends`); without,
 * the markup inside the element is the offer.
 *
 * @tag wm-offer
 * @summary A time-limited offer with a pausable countdown
 * @attr {string} ends - when it ends: ISO 8601 with a zone, or ms since the epoch; never a span of time
 * @attr {string} starts - when it began, for knowing how long it lasts; the moment it is first shown unless given
 * @attr {string} essential - why the limit cannot be longer, said below the countdown
 * @attr {number} extend - offers "I need more time", by so many minutes: the page answers `wm-extend` with a later `ends`
 * @attr {string} headline - the offer's title, instead of the decided one
 * @attr {string} text - its text, instead of the decided one
 * @attr {string} code - its code, instead of the decided one
 * @slot - the offer itself, or what is shown while none was decided
 * @slot actions - a button of the shop, below the text
 * @slot ended - shown once it has ended
 * @event {CustomEvent<{ ends: number }>} wm-end - it has ended
 * @event {CustomEvent<{ ends: number, minutes: number }>} wm-extend - she asks for more time
 * @csspart base - around everything
 * @csspart title - its title
 * @csspart text - its text
 * @csspart code - its code
 * @csspart timer - countdown and controls
 * @csspart time - the countdown
 * @csspart end - until when, where there is no countdown
 * @csspart button - any button
 * @csspart statement - why the limit is what it is
 * @csspart ended - around what is shown at the end
 */
import { define, h, WmElement, type Kid, type Make } from "./base.js";
import css from "./offer.css?inline";
import { words } from "./offer.words.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Longer limits hurry nobody (WCAG 2.2.1). */
const UNHURRIED_MS = 20 * HOUR;
/** What is said aloud, ms before the end. */
const SAID = [10 * MINUTE, MINUTE];
/** Timers that wait longer wait not at all. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** A moment as given: ms, or ISO 8601 with a zone. Without one it would mean another moment in every country. */
export function moment(given: unknown): number | undefined {
  const text = String(given ?? "").trim();
  const ms = /^\d{10,16}$/.test(text) ? Number(text) : /(Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** `<wm-offer>` */
export class WmOffer extends WmElement {
  static override make: Make = {
    css,
    words,
    attributes: {
      ends: "text", starts: "text", essential: "text", extend: "number", headline: "text", text: "text", code: "text",
    },
  };

  declare ends: string;
  declare starts: string;
  declare essential: string;
  declare extend: number | undefined;
  declare headline: string;
  declare text: string;
  declare code: string;

  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the display stands still. */
  #paused: number | undefined;
  #hidden = false;
  /** The end that these were for. */
  #of: number | undefined;
  #first = 0;
  #ended = false;
  /** What was left when it was last looked at, for saying each thing once. */
  #left = Infinity;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#look);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#look);
    clearTimeout(this.#timer);
  }

  readonly #look = (): void => this.refresh();

  protected render(): Kid[] | null {
    clearTimeout(this.#timer);
    const { decision, now } = this;
    if (this.dataset.wmSlot && !decision) return null;
    const given = this.field("ends");
    const ends = moment(given);
    if (given && ends == null) this.tell("WM-OFFER-001", `<wm-offer>: ends="${given}" is no moment`, "2026-12-24T18:00:00Z");
    const offer = this.#offer(!!decision);
    if (ends == null) return decision ? offer : null;
    if (ends !== this.#of) {
      this.#of = ends;
      this.#first = moment(this.starts) ?? now;
      this.#ended = false;
      this.#left = Infinity;
    }
    const left = ends - now;
    if (left <= 0) return this.#end(ends);
    this.#wake(left);
    return [...offer, this.#countdown(ends, left)];
  }

  #offer(decided: boolean): Kid[] {
    const [title, text, code] = [this.headline || this.textOf("title"), this.textOf("text"), this.textOf("code")];
    return [
      title && h("p", { class: "title", part: "title" }, title),
      text && h("p", { part: "text" }, text),
      !decided && h("slot"),
      code && h("p", { class: "code", part: "code" }, this.word("code", { code })),
      h("slot", { name: "actions" }),
    ];
  }

  #end(ends: number): Kid[] {
    if (!this.#ended) {
      this.#ended = true;
      this.emit("end", { ends });
      // There may be something else for her now.
      void this.scene.decide();
    }
    return [h("div", { part: "ended" }, h("slot", { name: "ended" }, h("p", {}, this.word("ended"))))];
  }

  #countdown(ends: number, left: number): Kid {
    const short = ends - this.#first <= UNHURRIED_MS;
    const statement = this.essential && h("p", { class: "soft", part: "statement" }, this.essential);
    if (short && !this.essential && !this.extend) {
      this.tell(
        "WM-OFFER-002",
        "<wm-offer>: a limit of 20 hours or less has no countdown",
        'say why it must be: essential="…", or let her extend it: extend="30"',
      );
      return h("p", { class: "soft", part: "end" }, this.word("ends-on", { when: this.date(ends, "datetime") }));
    }
    this.#speak(left);
    const button = (name: string, path: string, act: () => void): Kid =>
      h("button", { key: name, class: name, part: "button", type: "button", "aria-label": this.word(name), title: this.word(name), onclick: act },
        h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: path })),
      );
    const paused = this.#paused != null;
    const again = (): void => this.draw(true);
    return [
      h("div", { class: "timer row", part: "timer" },
        this.#hidden
          ? h("span", { class: "soft", part: "end" }, this.word("ends-on", { when: this.date(ends, "datetime") }))
          : h("span", { class: "time", part: "time", role: "timer", "aria-live": "off" }, this.word("ends-in", { time: this.#clock(this.#paused ?? left) })),
        h("span", { class: "row" },
          !this.#hidden &&
            button(paused ? "resume" : "pause", paused ? "M8 5v14l11-7z" : "M9 5v14M15 5v14", () => {
              this.#paused = paused ? undefined : left;
              again();
              this.focusOn(paused ? ".pause" : ".resume");
            }),
          button(this.#hidden ? "show" : "hide", this.#hidden ? "M12 7v5l3 3M12 3a9 9 0 1 0 .01 0" : "M6 6l12 12M18 6L6 18", () => {
            this.#hidden = !this.#hidden;
            again();
            this.focusOn(this.#hidden ? ".show" : ".hide");
          }),
        ),
      ),
      short && statement,
      short && this.extend
        ? h("p", {}, h("button", { part: "button", type: "button", onclick: () => this.emit("extend", { ends, minutes: this.extend }) }, this.word("extend")))
        : null,
    ];
  }

  /** Days and hours, or a clock below a day; whole minutes for those who want less motion. */
  #clock(left: number): string {
    const seconds = Math.ceil(left / 1000);
    const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
    const said = (name: string, n: number): string => this.word(name, { n });
    const list = (...parts: string[]): string => new Intl.ListFormat(this.voice.locale, { type: "unit" }).format(parts);
    if (days) return hours ? list(said("days", days), said("hours", hours)) : said("days", days);
    if (this.#calm()) {
      const whole = Math.ceil(left / MINUTE);
      return whole >= 60 ? list(said("hours", Math.floor(whole / 60)), said("minutes", whole % 60)) : said("minutes", whole);
    }
    const two = (n: number): string => new Intl.NumberFormat(this.voice.locale, { minimumIntegerDigits: 2 }).format(n);
    return [two(hours), two(minutes), two(seconds % 60)].join(":");
  }

  #calm(): boolean {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  #wake(left: number): void {
    // A page that nobody looks at does not tick; it looks at the clock when it is seen again.
    if (document.visibilityState === "hidden") return;
    const step = left > 24 * HOUR ? HOUR : this.#calm() || this.#hidden || this.#paused != null ? MINUTE : 1000;
    const wait = Math.min(left % step || step, LONGEST_WAIT);
    this.#timer = setTimeout(() => this.draw(left > step), wait);
  }

  #speak(left: number): void {
    const due = this.#left === Infinity || SAID.some((at) => this.#left > at && left <= at);
    if (!due || this.#hidden || document.visibilityState === "hidden") return;
    this.#left = left;
    const minutes = Math.ceil(left / MINUTE);
    const time =
      left >= 24 * HOUR
        ? this.#clock(left)
        : minutes > 60
          ? this.word("hours", { n: Math.round(minutes / 60) })
          : this.word("minutes", { n: minutes });
    this.say(this.word("ends-in", { time }));
  }
}

define("wm-offer", WmOffer);
