/**
 * One question, five faces and room for words; asked once.
 *
 * The answer goes into her document under the survey's name, so no device of hers asks again, and into the journey as
 * `answer`, so that conditions can ask for it. Words go to the page with the event, never into the journey.
 *
 * @tag wm-survey
 * @summary Five faces and a text, asked once
 * @attr {string} name - name of the survey, for example `delivery-4711`; answers are kept under it
 * @attr {string} question - what is asked
 * @slot - shown until it is known whether she has answered
 * @slot thanks - shown once she has answered
 * @event {CustomEvent<{ survey: string, face: number, text: string }>} wm-answer - she answered; `face` is 1 (unhappy) to 5
 * @csspart base - around everything
 * @csspart question - the question
 * @csspart faces - the five faces
 * @csspart face - one of them
 * @csspart text - the field for words
 * @csspart button - the button that sends
 * @csspart told - what is missing
 * @csspart answered - the mark that she has answered
 * @cssproperty [--wm-face=#ffd166] - colour of a chosen face
 * @cssproperty [--wm-face-ink=#3b2f00] - its lines
 */
import { define, h, WmElement, type Kid, type Make, type Stage } from "./base.js";
import css from "./survey.css?inline";
import { words } from "./survey.words.js";

const FACES = [1, 2, 3, 4, 5];
/** Mouths from unhappy to happy. */
const MOUTHS = ["M8 17.5c2-3.5 6-3.5 8 0", "M8.5 16.5c2-1.8 5-1.8 7 0", "M8 16h8", "M8.5 15c2 1.8 5 1.8 7 0", "M7.5 14c2 4.5 7 4.5 9 0"];
const TEXT_LONGEST = 1000;

const face = (n: number): Kid =>
  h("svg", { class: "face", viewBox: "0 0 24 24", "aria-hidden": "true" },
    h("circle", { cx: 12, cy: 12, r: 10 }), h("circle", { class: "dot", cx: 8.5, cy: 10, r: 1.2 }), h("circle", { class: "dot", cx: 15.5, cy: 10, r: 1.2 }),
    h("path", { d: MOUTHS[n - 1] }),
  );

/** `<wm-survey>` */
export class WmSurvey extends WmElement {
  static override make: Make = { css, words, attributes: { name: "text", question: "text" } };

  declare name: string;
  declare question: string;

  #face = 0;
  #text = "";
  #missing = false;
  #thanked = false;

  get #key(): string {
    return "answer." + (this.textOf("name") || "survey");
  }

  protected render(scene: Stage): Kid[] | null {
    if (this.dataset.wmSlot && !this.decision) return null;
    const answer = scene.desk.run((s) => s.preferences())?.find(({ name }) => name === this.#key);
    if (answer) return this.#answered(Number(answer.value), answer.at);
    const question = this.textOf("question") || this.word("question");
    return [
      h("form", { class: "frame", onsubmit: (event: Event) => this.#send(event) },
        h("fieldset", { "aria-describedby": this.#missing && "told" },
          h("legend", { part: "question" }, question),
          h("div", { class: "faces", part: "faces" }, FACES.map((n) =>
            h("label", { key: n, part: "face" },
              h("input", { class: "unseen", type: "radio", name: "face", value: n, ".checked": this.#face === n, onchange: () => this.#choose(n) }),
              face(n), h("span", {}, this.word(String(n))),
            ),
          )),
        ),
        this.#missing && h("p", { id: "told", part: "told", role: "alert" }, this.word("choose")),
        h("label", { class: "more", for: "text" }, this.word("text")),
        h("textarea", { id: "text", part: "text", rows: 2, maxlength: TEXT_LONGEST, ".value": this.#text, oninput: ({ target }: Event) => (this.#text = (target as HTMLTextAreaElement).value) }),
        h("p", { class: "row" }, h("button", { class: "main", part: "button", type: "submit" }, this.word("send"))),
      ),
    ];
  }

  #answered(n: number, at: number): Kid[] {
    const answered = this.word("answered", { when: this.date(at, "long"), face: this.word(FACES.includes(n) ? String(n) : "3") });
    return [
      h("div", { class: "done", part: "answered" },
        FACES.includes(n) && face(n),
        h("div", {},
          this.#thanked && h("div", { class: "thanks", tabindex: -1 }, h("slot", { name: "thanks" }, h("p", {}, this.word("thanks")))),
          h("p", { class: "soft" }, answered),
        ),
      ),
    ];
  }

  #choose(n: number): void {
    this.#face = n;
    this.#missing = false;
    this.draw();
  }

  #send(event: Event): void {
    event.preventDefault();
    const { scene } = this;
    if (!this.#face) {
      this.#missing = true;
      this.draw();
      return this.focusOn("input");
    }
    const name = this.textOf("name") || "survey";
    const answer = this.#face;
    this.#thanked = true;
    void scene.backstage.act((s) => s.setPreference(this.#key, String(answer)));
    scene.did("answer", name, String(answer));
    this.emit("answer", { survey: name, face: answer, text: this.#text.trim() });
    this.say(this.word("thanks"));
    this.focusOn(".thanks");
  }
}

define("wm-survey", WmSurvey);
