/** What a greeting says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: { known: "Welcome back, {name}", returning: "Welcome back", "not-you": "Not you?" },
  de: { known: "Willkommen zurück, {name}", returning: "Willkommen zurück", "not-you": "Nicht Sie?" },
};
