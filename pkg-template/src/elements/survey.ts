/**
 * One question, five faces (or stars, zero to ten, choices) and room for words; asked once.
 *
 * The answer goes into her document under the survey's name, so no device of hers asks again, and into the journey as
 * `answer`, so that conditions can ask for it. Words go to the hub and to the page with the event, never into the journey.
 *
 * With `data-wm-slot="survey:NAME"` it asks what the shop file asks, when it asks it.
 *
 * @tag wm-survey
 * @summary A question with five faces and a text, asked once
 * @attr {string} name - name of the survey, for example `delivery-4711`; answers are kept under it
 * @attr {string} question - what is asked
 * @attr {string} answer - `faces` unless told otherwise, `stars`, `nps` (0 to 10), `choice` or `text`
 * @attr {string} choices - the answers of a `choice`, one a line
 * @attr {string} token - of a link in a mail that asks one customer, good for one answer
 * @slot - shown until it is known whether she has answered
 * @slot thanks - shown once she has answered
 * @event {CustomEvent<{ survey: string, answer: string, text: string }>} wm-answer - she answered: a face is `1` (very unhappy) to `5`, a choice its words
 * @csspart base - around everything
 * @csspart question - the question
 * @csspart faces - all possible answers
 * @csspart face - one of them
 * @csspart text - the field for words
 * @csspart button - the button that sends
 * @csspart told - what is missing
 * @csspart answered - the mark that she has answered
 * @cssproperty [--wm-face=#ffd166] - colour of a chosen face
 * @cssproperty [--wm-face-ink=#3b2f00] - its lines
 */
import type { Preference } from "../engine.js";
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import { readRecord } from "./record.js";
import css from "./survey.css?inline";
import { words } from "./survey.words.js";

const FACES = [1, 2, 3, 4, 5];
/** Mouths from unhappy to happy. */
const MOUTHS = ["M8 17.5c2-3.5 6-3.5 8 0", "M8.5 16.5c2-1.8 5-1.8 7 0", "M8 16h8", "M8.5 15c2 1.8 5 1.8 7 0", "M7.5 14c2 4.5 7 4.5 9 0"];
const TEXT_LONGEST = 1000;
/** Where answers lie among her own words. */
const ANSWER = "answer.";

const face = (n: number): Kid =>
  h("svg", { class: "face", viewBox: "0 0 24 24", "aria-hidden": "true" },
    h("circle", { cx: 12, cy: 12, r: 10 }), h("circle", { class: "dot", cx: 8.5, cy: 10, r: 1.2 }), h("circle", { class: "dot", cx: 15.5, cy: 10, r: 1.2 }),
    h("path", { d: MOUTHS[n - 1] }),
  );

const STAR = h("svg", { class: "face star", viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: "m12 3 2.8 5.8 6.4.9-4.6 4.5 1.1 6.3-5.7-3-5.7 3 1.1-6.3-4.6-4.5 6.4-.9z" }));

/** `<wm-survey>` */
export class WmSurvey extends WmElement {
  static override make: Make = { css, words, attributes: { name: "text", question: "text", answer: "text", choices: "text", token: "text" } };

  declare name: string;
  declare question: string;
  declare answer: string;
  declare choices: string;
  declare token: string;

  #chosen = "";
  #text = "";
  #missing = false;
  #thanked = false;

  get #survey(): string {
    return this.name || (this.dataset.wmSlot ?? "").replace(/^survey:/, "") || "survey";
  }

  /** Her answer, where it is one to what is asked now: a survey after an order is asked again after the next one. */
  #answer(scene: Stage): Preference | undefined {
    const answer = scene.desk.run((s) => s.preferences())?.find(({ name }) => name === ANSWER + this.#survey);
    const order = this.decision && readRecord(scene.desk.record)?.orders[0];
    return answer && order && order.at > answer.at ? undefined : answer;
  }

  protected render(scene: Stage): Kid[] | null {
    const answer = this.#answer(scene);
    if (this.dataset.wmSlot && !this.decision && !(answer && this.#thanked)) return null;
    if (answer) return this.#answered(answer);
    const question = this.textOf("question") || this.word("question");
    const options = this.#options();
    return [
      h("form", { class: "frame", onsubmit: (event: Event) => this.#send(event) },
        h("fieldset", { "aria-describedby": this.#missing && "told" },
          h("legend", { part: "question" }, question),
          options.length
            ? h("div", { class: "answers " + this.#kind, part: "faces" }, options.map(([value, label, picture]) =>
                h("label", { key: value, part: "face" },
                  h("input", { class: "unseen", type: "radio", name: "answer", value, ".checked": this.#chosen === value, onchange: () => this.#choose(value) }),
                  picture, h("span", picture && this.#kind !== "faces" ? { class: "unseen" } : {}, label),
                ),
              ))
            : null,
        ),
        this.#missing && h("p", { id: "told", part: "told", role: "alert" }, this.word("choose")),
        h("label", { class: "more", for: "text" }, this.textOf("comment") || this.word("text")),
        h("textarea", { id: "text", part: "text", rows: 2, maxlength: TEXT_LONGEST, ".value": this.#text, oninput: ({ target }: Event) => (this.#text = (target as HTMLTextAreaElement).value) }),
        h("p", { class: "row" }, h("button", { class: "main", part: "button", type: "submit" }, this.word("send"))),
      ),
    ];
  }

  get #kind(): string {
    const kind = this.textOf("answer");
    return /^(stars|nps|choice|text)$/.test(kind) ? kind : "faces";
  }

  /** Value, words and picture of each possible answer. */
  #options(): [value: string, label: string, picture?: Kid][] {
    const kind = this.#kind;
    if (kind === "text") return [];
    if (kind === "choice") return this.textOf("choices").split("\n").filter(Boolean).map((choice) => [choice, choice]);
    if (kind === "nps") return [...Array(11).keys()].map((n) => [String(n), n.toLocaleString(this.voice.locale)]);
    return FACES.map((n) => [String(n), kind === "stars" ? this.word("stars", { n }) : this.word(String(n)), kind === "stars" ? STAR : face(n)]);
  }

  #answered({ value, at }: Preference): Kid[] {
    const kind = this.#kind;
    const faces = kind === "faces" && FACES.includes(Number(value));
    const said = faces ? this.word(value) : kind === "stars" ? this.word("stars", { n: Number(value) }) : value;
    return [
      h("div", { class: "done", part: "answered" },
        faces && face(Number(value)),
        h("div", {},
          this.#thanked && h("div", { class: "thanks", tabindex: -1 }, h("slot", { name: "thanks" }, h("p", {}, this.textOf("thanks") || this.word("thanks")))),
          h("p", { class: "soft" }, this.word("answered", { when: this.date(at, "long"), face: said })),
        ),
      ),
    ];
  }

  #choose(value: string): void {
    this.#chosen = value;
    this.#missing = false;
    this.draw();
  }

  #send(event: Event): void {
    event.preventDefault();
    const { scene } = this;
    const text = this.#text.trim();
    const wordsOnly = this.#kind === "text";
    const answer = wordsOnly ? text && "…" : this.#chosen;
    if (!answer) {
      this.#missing = true;
      this.draw();
      return this.focusOn(wordsOnly ? "textarea" : "input");
    }
    const name = this.#survey;
    this.#thanked = true;
    void scene.backstage.act((s) => s.setPreference(ANSWER + name, answer));
    scene.did("answer", name, answer);
    // The hub takes one to five, words, or both.
    const scale = /^(faces|stars)$/.test(this.#kind);
    const words = [!scale && !wordsOnly && answer, text].filter(Boolean).join("\n");
    const said = { survey: name, text: words, value: scale ? Number(answer) : undefined, token: this.token || undefined };
    const send = async (): Promise<void> => {
      const sent = await scene.backstage.hub?.send("v1/feedback", said);
      // Not arrived: once more when the network is back, as long as this page is there.
      if (sent?.ok === false && !sent.status) addEventListener("online", send, { once: true });
    };
    // The hub answers whom it can tell from others.
    if (scene.desk.customer || scene.desk.personal() || this.token) void send();
    this.emit("answer", { survey: name, answer: wordsOnly ? "" : answer, text });
    this.say(this.word("thanks"));
    this.focusOn(".thanks");
  }
}

define("wm-survey", WmSurvey);
