/** What "Why this?" says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    why: "Why this?",
    here: "This was decided in your browser. What you looked at does not leave it.",
    signed: "Your orders count because you are signed in.",
    plain: "This fits what is known at the moment.",
    close: "Close",
    memory: "What is known about you",
  },
  de: {
    why: "Warum sehe ich das?",
    here: "Das wurde in Ihrem Browser entschieden. Was Sie ansehen, bleibt dort.",
    signed: "Ihre Bestellungen zählen, weil Sie angemeldet sind.",
    plain: "Das passt zu dem, was gerade bekannt ist.",
    close: "Schließen",
    memory: "Was über Sie bekannt ist",
  },
};
