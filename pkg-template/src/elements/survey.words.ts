/** What a survey says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    question: "How happy are you with it?",
    1: "Very unhappy",
    2: "Unhappy",
    3: "Neither",
    4: "Happy",
    5: "Very happy",
    text: "What should we know? (optional)",
    send: "Send",
    stars: "{n, plural, one {# star} other {# stars}}",
    choose: "Please give an answer first.",
    thanks: "Thank you. Your answer has been received.",
    answered: "You answered on {when}: {face}",
  },
  de: {
    question: "Wie zufrieden sind Sie damit?",
    1: "Sehr unzufrieden",
    2: "Unzufrieden",
    3: "Weder noch",
    4: "Zufrieden",
    5: "Sehr zufrieden",
    text: "Was sollten wir wissen? (freiwillig)",
    send: "Absenden",
    stars: "{n, plural, one {# Stern} other {# Sterne}}",
    choose: "Bitte geben Sie zuerst eine Antwort.",
    thanks: "Danke. Ihre Antwort ist angekommen.",
    answered: "Sie haben am {when} geantwortet: {face}",
  },
};
