/** What an offer says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    "ends-in": "Ends in {time}",
    "ends-on": "Until {when}",
    ended: "This offer has ended.",
    pause: "Pause the countdown",
    resume: "Resume the countdown",
    hide: "Hide the countdown",
    show: "Show the countdown",
    extend: "I need more time",
    days: "{n, plural, one {# day} other {# days}}",
    hours: "{n, plural, one {# hour} other {# hours}}",
    minutes: "{n, plural, one {# minute} other {# minutes}}",
    seconds: "{n, plural, one {# second} other {# seconds}}",
    code: "Your code: {code}",
  },
  de: {
    "ends-in": "Endet in {time}",
    "ends-on": "Bis {when}",
    ended: "Dieses Angebot ist beendet.",
    pause: "Countdown anhalten",
    resume: "Countdown fortsetzen",
    hide: "Countdown ausblenden",
    show: "Countdown einblenden",
    extend: "Ich brauche mehr Zeit",
    days: "{n, plural, one {# Tag} other {# Tagen}}",
    hours: "{n, plural, one {# Stunde} other {# Stunden}}",
    minutes: "{n, plural, one {# Minute} other {# Minuten}}",
    seconds: "{n, plural, one {# Sekunde} other {# Sekunden}}",
    code: "Ihr Code: {code}",
  },
};
