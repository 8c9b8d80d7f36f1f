/** What a stock says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    "place.web": "Online",
    in: "in stock",
    few: "{n, plural, one {# piece left} other {# pieces left}}",
    out: "sold out",
    stale: "not certain",
    counted: "{n, plural, =0 {none} one {# piece} other {# pieces}} when last counted, {when}",
    pickup: "· ready to pick up in {time}",
    age: "as of {when}",
    "said-in": "In stock again.",
    "said-out": "Sold out now.",
  },
  de: {
    "place.web": "Online",
    in: "vorrätig",
    few: "{n, plural, one {noch # Stück} other {noch # Stück}}",
    out: "ausverkauft",
    stale: "nicht sicher",
    counted: "{n, plural, =0 {keines} other {# Stück}} bei der letzten Zählung, {when}",
    pickup: "· abholbereit in {time}",
    age: "Stand: {when}",
    "said-in": "Wieder vorrätig.",
    "said-out": "Jetzt ausverkauft.",
  },
};
