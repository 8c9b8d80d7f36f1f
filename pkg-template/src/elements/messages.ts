/**
 * What the shop has to say to her: the messages that the rules put into her window, until she has seen them. They are
 * the same words as in a mail, with the code and the link that belong to them.
 *
 * @tag wm-messages
 * @summary Messages to a customer who is signed in
 * @attr {number} limit - the newest, so many at the most; 3
 * @slot - shown while there is none
 * @event {CustomEvent<{ id: string, trigger: string, link: string }>} wm-message - a message's link was followed; may be prevented
 * @csspart base - around everything
 * @csspart messages - the list
 * @csspart message - one of them
 * @csspart title - its first line
 * @csspart text - a paragraph
 * @csspart code - the code that goes with it
 * @csspart when - the day it came
 * @csspart link - where it leads
 * @csspart dismiss - the button that puts it away
 */
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./messages.css?inline";
import { words } from "./messages.words.js";

/** As the hub tells it. */
interface Message {
  id: string;
  trigger: string;
  /** ms since the epoch. */
  at: number;
  fields: Record<string, unknown>;
}

const LIMIT = 3;
/** Coming back to a page that was looked at so long ago asks again, ms. */
const ASK_AGAIN_MS = 60_000;

/** `<wm-messages>` */
export class WmMessages extends WmElement {
  static override make: Make = { css, words, attributes: { limit: "number" } };

  declare limit: number | undefined;

  /** Whose they are. */
  #of = "";
  #messages: Message[] = [];
  #asked = 0;
  #answered = false;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#look);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#look);
  }

  readonly #look = (): void => {
    if (!document.hidden) this.refresh();
  };

  protected render(scene: Stage): Kid[] | null {
    const customer = scene.desk.customer?.id ?? "";
    if (customer !== this.#of) {
      this.#of = customer;
      this.#messages = [];
      this.#asked = 0;
      this.#answered = false;
    }
    if (customer && Date.now() - this.#asked > ASK_AGAIN_MS) void this.#ask(scene);
    const shown = this.#messages.slice(0, this.limit ?? LIMIT);
    return shown.length ? [h("ul", { part: "messages", "aria-label": this.word("label") }, shown.map((message) => this.#message(message)))] : null;
  }

  #message({ id, trigger, at, fields }: Message): Kid {
    const field = (name: string): string => String(fields[name] ?? "");
    const [title, code, link] = [field("title"), field("code"), field("link")];
    const followed = (event: Event): void => {
      if (this.emit("message", { id, trigger, link })) void this.#seen(id);
      else event.preventDefault();
    };
    return h("li", { key: id, part: "message" },
      h("div", { class: "body" },
        title && h("p", { class: "title", part: "title" }, title),
        field("text").split("\n\n").filter(Boolean).map((paragraph) => h("p", { part: "text" }, paragraph)),
        code && h("p", { part: "code" }, this.word("code"), " ", h("b", {}, h("bdi", {}, code))),
        h("p", { class: "soft", part: "when" }, this.date(at)),
      ),
      h("div", { class: "row" },
        link && this.scene.tools.safe(link, false) && h("a", { class: "button", part: "link", href: link, onclick: followed }, field("button") || this.word("open")),
        h("button", { class: "plain", part: "dismiss", type: "button", "aria-label": this.word("dismiss-label", { title }), onclick: () => this.#dismiss(id) }, this.word("dismiss")),
      ),
    );
  }

  async #ask({ backstage, desk }: Stage): Promise<void> {
    this.#asked = Date.now();
    const of = this.#of;
    const answer = await backstage.hub?.ask("GET", "v1/messages");
    const told = answer?.ok ? ((await answer.response.json().catch(() => null)) as { messages?: Message[] } | null) : null;
    // She may have left meanwhile.
    if (!Array.isArray(told?.messages) || of !== this.#of || of !== desk.customer?.id) return;
    const before = new Set(this.#messages.map(({ id }) => id));
    this.#messages = told.messages.filter((one) => one?.id && one.fields && one.at >= 0).sort((a, b) => b.at - a.at);
    const fresh = this.#messages.filter(({ id }) => !before.has(id)).length;
    if (fresh && this.#answered) this.say(this.word("new", { n: fresh }));
    this.#answered = true;
    this.refresh();
  }

  #dismiss(id: string): void {
    void this.#seen(id);
    this.draw();
    if (this.#messages.length) this.focusOn("[part=dismiss]");
    else this.say(this.word("none"));
  }

  /** Put away here, and at the hub so that no other window shows it again. */
  async #seen(id: string): Promise<void> {
    this.#messages = this.#messages.filter((message) => message.id !== id);
    const { hub } = this.scene.backstage;
    const sent = await hub?.send("v1/messages/seen", { id });
    // Not arrived: once more when the network is back, as long as this page is there.
    if (sent && !sent.ok && !sent.status) addEventListener("online", () => void hub?.send("v1/messages/seen", { id }), { once: true });
  }
}

define("wm-messages", WmMessages);
