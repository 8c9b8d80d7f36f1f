/**
 * The person to turn to: photo, name, whether she is there, and the ways to reach her, always in the same order
 * (WCAG 3.2.6): phone, mail, chat.
 *
 * Who it is comes from attributes, from the property `contact`, or from what was decided for the slot that
 * `data-wm-slot` names (`contact` for the contacts of the shop file). Whether someone is there is said on the hub's time, in the shop's time zone.
 *
 * @tag wm-contact
 * @summary A contact person with photo, hours and channels
 * @attr {string} name - her name
 * @attr {string} job - what she does
 * @attr {string} image - address of her photo; initials stand in for it
 * @attr {string} phone - a telephone number, international
 * @attr {string} mail - a mail address
 * @attr {string} chat - address of a chat; with `chat="#"` only the event is told
 * @attr {string} hours - when she is there, as schema.org writes it (`Mo-Fr 09:00-17:00, Sa 10:00-14:00`) or in words
 * @attr {string} zone - time zone of the hours, for example `Europe/Vienna`
 * @slot - the card of the whole team, shown while no person is known
 * @slot more - below the channels
 * @event {CustomEvent<{ channel: "phone" | "mail" | "chat", name: string }>} wm-contact - a channel was chosen; may be prevented
 * @csspart base - around everything
 * @csspart photo - photo or initials
 * @csspart name - her name
 * @csspart job - what she does
 * @csspart status - whether she is there
 * @csspart channels - the list of channels
 * @csspart channel - one of them
 * @csspart hours - the hours of the week
 * @cssproperty [--wm-contact-photo=5rem] - size of the photo
 * @cssproperty [--wm-contact-photo-radius=50%] - its corners
 * @cssproperty [--wm-there=#1f9d55] - colour of the dot while she is there
 */
import { define, h, WmElement, type Kid, type Make } from "./base.js";
import css from "./contact.css?inline";
import { words } from "./contact.words.js";
import { dayName, door, readHours, timeOfDay, weekTime, type Span } from "./hours.js";

/** A person. */
export interface Contact {
  name: string;
  job?: string;
  image?: string;
  phone?: string;
  mail?: string;
  chat?: string;
  hours?: string;
  zone?: string;
}

const FIELDS = ["name", "job", "image", "phone", "mail", "chat", "hours", "zone"] as const;
/** What the shop file calls them. */
const DECIDED: Record<string, string> = { job: "role", image: "photo" };
const PHONE = /^\+?[\d\s()./-]{3,30}$/;
const MAIL = /^[^\s@<>"?&]+@[^\s@<>"?&]+$/;

const initials = (name: string): string =>
  name.split(/\s+/).flatMap((word) => [...word].slice(0, 1)).slice(0, 2).join("").toUpperCase();

/** `<wm-contact>` */
export class WmContact extends WmElement {
  static override make: Make = {
    css,
    words,
    attributes: Object.fromEntries(FIELDS.map((name) => [name, "text"])),
    properties: ["contact"],
  };

  declare name: string;
  declare job: string;
  declare image: string;
  declare phone: string;
  declare mail: string;
  declare chat: string;
  declare hours: string;
  declare zone: string;
  declare contact: Contact | undefined;

  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected render(): Kid[] | null {
    const { contact } = this;
    const her = Object.fromEntries(FIELDS.map((name) => [name, String(contact?.[name] ?? this.field(name) ?? this.textOf(DECIDED[name] ?? name)).trim()])) as Record<(typeof FIELDS)[number], string>;
    if (!her.name) return null;
    const spans = readHours(her.hours);
    return [
      h("div", { class: "card" },
        her.image
          ? h("img", { class: "photo", part: "photo", src: her.image, alt: "", width: 96, height: 96, loading: "lazy" })
          : h("span", { class: "photo initials", part: "photo", "aria-hidden": "true" }, initials(her.name)),
        h("div", {},
          h("p", { class: "name", part: "name" }, h("bdi", {}, her.name)),
          her.job && h("p", { class: "soft", part: "job" }, her.job),
          // Hours in the shop's own words can be shown, but not reckoned with.
          spans.length ? this.#status(spans, her.zone) : her.hours && h("p", { class: "soft", part: "status" }, her.hours),
        ),
        h("ul", { class: "channels row", part: "channels" },
          PHONE.test(her.phone) ? this.#channel("phone", `tel:${her.phone.replace(/[^\d+]/g, "")}`, her.name, her.phone) : null,
          MAIL.test(her.mail) ? this.#channel("mail", `mailto:${her.mail}`, her.name) : null,
          her.chat && this.#channel("chat", her.chat, her.name),
        ),
        spans.length ? this.#week(spans, her.zone) : null,
      ),
      h("slot", { name: "more" }),
    ];
  }

  #status(spans: Span[], zone: string): Kid {
    clearTimeout(this.#timer);
    const is = door(spans, weekTime(this.now, zone));
    if (!is) return null;
    // Hours change on full minutes.
    this.#timer = setTimeout(() => this.draw(true), 60_000 - (this.now % 60_000));
    const { locale } = this.voice;
    const text = is.open
      ? this.word("open", { time: timeOfDay(is.to, locale) })
      : is.ahead
        ? this.word("opens-on", { day: dayName(is.day, locale), time: timeOfDay(is.from, locale) })
        : this.word("opens", { time: timeOfDay(is.from, locale) });
    return h("p", { class: is.open ? "status soft there" : "status soft", part: "status" }, text);
  }

  #channel(channel: "phone" | "mail" | "chat", href: string, name: string, phone = ""): Kid {
    const chosen = (event: Event): void => {
      // The chat of the page is its own affair.
      if (!this.emit("contact", { channel, name }) || href === "#") event.preventDefault();
    };
    // Numbers read from the left in every language.
    return h("li", { key: channel }, h("a", { class: "button", part: "channel", href, onclick: chosen }, this.word(channel, { phone: `\u200e${phone}\u200e` })));
  }

  #week(spans: Span[], zone: string): Kid {
    const { locale } = this.voice;
    const hours = (day: number): string =>
      spans
        .filter((span) => span.day === day)
        .map(({ from, to }) => this.word("to", { from: timeOfDay(from, locale), to: timeOfDay(to, locale) }))
        .join(", ") || this.word("closed");
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return h("details", {},
      h("summary", {}, this.word("hours")),
      h("dl", { part: "hours" }, [0, 1, 2, 3, 4, 5, 6].map((day) => [h("dt", { key: day }, dayName(day, locale)), h("dd", { key: day }, hours(day))])),
      zone && zone !== here && h("p", { class: "soft" }, this.word("zone", { zone: zone.split("/").at(-1)!.replace(/_/g, " ") })),
    );
  }
}

define("wm-contact", WmContact);
