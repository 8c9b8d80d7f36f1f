/** What messages say around the shop's own words. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    label: "Messages",
    code: "Your code:",
    open: "Have a look",
    dismiss: "Seen",
    "dismiss-label": "Seen: {title}",
    new: "{n, plural, one {A new message} other {# new messages}}",
    none: "No more messages.",
  },
  de: {
    label: "Nachrichten",
    code: "Ihr Code:",
    open: "Ansehen",
    dismiss: "Gesehen",
    "dismiss-label": "Gesehen: {title}",
    new: "{n, plural, one {Eine neue Nachricht} other {# neue Nachrichten}}",
    none: "Keine weiteren Nachrichten.",
  },
};
