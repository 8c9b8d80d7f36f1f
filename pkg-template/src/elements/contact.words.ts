/** What a contact says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    phone: "Call {phone}",
    mail: "Write a mail",
    chat: "Open the chat",
    open: "There now, until {time}",
    opens: "Back at {time}",
    "opens-on": "Back on {day} at {time}",
    hours: "Hours",
    closed: "closed",
    to: "{from} to {to}",
    zone: "Times are those of {zone}.",
  },
  de: {
    phone: "{phone} anrufen",
    mail: "E-Mail schreiben",
    chat: "Chat öffnen",
    open: "Jetzt da, bis {time}",
    opens: "Wieder da um {time}",
    "opens-on": "Wieder da am {day} um {time}",
    hours: "Zeiten",
    closed: "geschlossen",
    to: "{from} bis {to}",
    zone: "Die Zeiten gelten für {zone}.",
  },
};
