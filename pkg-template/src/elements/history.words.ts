/** What the order history says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    label: "Your latest orders",
    order: "Order {id}",
    again: "Buy again",
    more: "{title} and {n, plural, one {# more} other {# more}}",
    what: "What was in it",
    pieces: "{n, plural, one {# piece} other {# pieces}}",
    gone: "No longer sold",
    added: "{n, plural, one {# thing is} other {# things are}} in your cart.",
    none: "No orders yet.",
  },
  de: {
    label: "Ihre letzten Bestellungen",
    order: "Bestellung {id}",
    again: "Noch einmal",
    more: "{title} und {n, plural, one {# weiteres} other {# weitere}}",
    what: "Was darin war",
    pieces: "{n} Stück",
    gone: "Nicht mehr im Sortiment",
    added: "{n, plural, one {# Artikel liegt} other {# Artikel liegen}} im Warenkorb.",
    none: "Noch keine Bestellungen.",
  },
};
