/** What a configurator says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    included: "included",
    surcharge: "+{price}",
    price: "Price",
    add: "Add to cart",
    added: "It is in your cart.",
    open: "{n, plural, one {One question is open.} other {# questions are open.}}",
    conflict: "This does not go together",
  },
  de: {
    included: "enthalten",
    surcharge: "+{price}",
    price: "Preis",
    add: "In den Warenkorb",
    added: "Es liegt im Warenkorb.",
    open: "{n, plural, one {Eine Frage ist offen.} other {# Fragen sind offen.}}",
    conflict: "Das passt nicht zusammen",
  },
};
