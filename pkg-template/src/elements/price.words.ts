/** What a price says. */
import type { Vocabulary } from "./words.js";

export const words: Vocabulary = {
  en: {
    personal: "This price was personalised for you by automated decision-making.",
    prior: "Lowest price of the last 30 days: {price}",
    was: "Price for everybody: {price}",
    now: "Your price: {price}",
    before: "Price before: {price}",
  },
  de: {
    personal: "Dieser Preis wurde auf der Grundlage einer automatisierten Entscheidung für Sie personalisiert.",
    prior: "Niedrigster Preis der letzten 30 Tage: {price}",
    was: "Preis für alle: {price}",
    now: "Ihr Preis: {price}",
    before: "Bisheriger Preis: {price}",
  },
};

/** New York, General Business Law section 349-a: its own sentence, in capital letters, in English. */
export const NEW_YORK = "THIS PRICE WAS SET BY AN ALGORITHM USING YOUR PERSONAL DATA.";
