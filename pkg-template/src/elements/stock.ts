/**
 * Whether an article is there, on the web and in stores, as the hub tells it: by itself when it changes, always with the
 * age of the reading. A reading that is too old is never told as a fact.
 *
 * Stores have names in the words of the page or of the shop file: `stock.place.vienna`.
 *
 * @tag wm-stock
 * @summary Stock of an article over stores and the web
 * @attr {string} item - its id; else that of the `data-wm-item` around it, else the article that the page is about
 * @attr {string} places - which places, by their ids, in this order and with commas between them; else all that the hub knows
 * @attr {number} few - up to so many pieces their number is said; 5
 * @slot - shown while nothing is known
 * @event {CustomEvent<{ item: string, state: "in" | "out" | "unknown" }>} wm-stock - whether any of these places has a piece: at first, and when that changes
 * @csspart base - around everything
 * @csspart places - the list
 * @csspart place - one of them
 * @csspart name - its name
 * @csspart status - what there is
 * @csspart age - how old the reading is
 * @csspart pickup - when it can be picked up
 * @cssproperty [--wm-there=#1f9d55] - colour of the dot where there is something
 */
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./stock.css?inline";
import { follow, toldOf, type Reading } from "./stock.feed.js";
import { words } from "./stock.words.js";

const MINUTE = 60_000;
/** Up to here in minutes, then in hours, then in days. */
const IN_MINUTES = 90;
const IN_HOURS = 36 * 60;
const FEW = 5;

type State = "in" | "out" | "unknown";

/** `<wm-stock>` */
export class WmStock extends WmElement {
  static override make: Make = { css, words, attributes: { item: "text", places: "text", few: "number" } };

  declare item: string;
  declare places: string;
  declare few: number | undefined;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #followed = "";
  #unfollow: (() => void) | undefined;
  #state: State | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("wellmet:end", this.#leave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("wellmet:end", this.#leave);
    this.#leave();
  }

  readonly #leave = (): void => {
    clearTimeout(this.#timer);
    this.#unfollow?.();
    this.#followed = "";
  };

  #item(scene: Stage): string {
    const around = this.closest<HTMLElement>("[data-wm-item]")?.dataset.wmItem;
    return this.item || around || scene.page().item || "";
  }

  #follow(item: string, { backstage }: Stage): void {
    if (item === this.#followed) return;
    this.#unfollow?.();
    this.#followed = item;
    this.#state = undefined;
    this.#unfollow = item && backstage.hub ? follow(backstage.hub, item, () => this.refresh()) : undefined;
  }

  protected render(scene: Stage): Kid[] | null {
    clearTimeout(this.#timer);
    const item = this.#item(scene);
    this.#follow(item, scene);
    const told = toldOf(item);
    const wanted = this.places.split(",").map((place) => place.trim()).filter(Boolean);
    const readings = wanted.length ? wanted.flatMap((id) => told?.places.find(({ place }) => place === id) ?? []) : (told?.places ?? []);
    if (!told || !readings.length) return null;
    const { now } = this;
    const left = ({ at }: Reading): number => at + told.staleAfterSeconds * 1000 - now;
    const stale = (reading: Reading): boolean => left(reading) < 0;
    const fresh = readings.filter((reading) => !stale(reading));
    this.#turned(item, fresh.some(({ quantity }) => quantity) ? "in" : fresh.length ? "out" : "unknown");
    // Ages are told in minutes; a fact that ends is one no longer at once.
    this.#timer = setTimeout(() => this.draw(true), Math.min(MINUTE, ...fresh.map((reading) => left(reading) + 1)));
    return [h("ul", { part: "places" }, readings.map((reading) => this.#place(reading, stale(reading))))];
  }

  #place(reading: Reading, stale: boolean): Kid {
    const { place, quantity, at, pickupMinutes } = reading;
    const there = !stale && quantity > 0;
    const few = quantity <= (this.few ?? FEW);
    const status = stale ? this.word("stale") : !there ? this.word("out") : few ? this.word("few", { n: quantity }) : this.word("in");
    const when = this.#ago(at);
    // What changes stands behind what stays, so that nothing moves.
    return h("li", { key: place, part: "place", class: there ? "there" : "" },
      h("p", {}, h("span", { class: "name", part: "name" }, h("bdi", {}, this.word("place." + place) || place)), " ", h("span", { part: "status" }, status)),
      h("p", { class: "soft" },
        h("time", { part: "age", datetime: new Date(at).toISOString() }, stale ? this.word("counted", { n: quantity, when }) : this.word("age", { when })),
        there && place !== "web" && pickupMinutes ? [" ", h("span", { part: "pickup" }, this.word("pickup", { time: this.#lasting(pickupMinutes) }))] : null,
      ),
    );
  }

  #ago(at: number): string {
    const minutes = Math.max(0, Math.floor((this.now - at) / MINUTE));
    const format = new Intl.RelativeTimeFormat(this.voice.locale, { numeric: "auto" });
    if (minutes < IN_MINUTES) return format.format(-minutes, "minute");
    return minutes < IN_HOURS ? format.format(-Math.round(minutes / 60), "hour") : format.format(-Math.round(minutes / 1440), "day");
  }

  #lasting(minutes: number): string {
    const [value, unit] = minutes < IN_MINUTES ? [minutes, "minute"] : minutes < IN_HOURS ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
    return new Intl.NumberFormat(this.voice.locale, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(value);
  }

  /** Tells the page, and whoever listens to it, that there is something again or nothing any more. */
  #turned(item: string, state: State): void {
    if (state === this.#state) return;
    if (this.#state && state !== "unknown") this.say(this.word("said-" + state));
    this.#state = state;
    this.emit("stock", { item, state });
  }
}

define("wm-stock", WmStock);
