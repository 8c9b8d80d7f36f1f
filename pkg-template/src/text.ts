/**
 * Words, money and dates for the shopper: the only place where values become text.
 *
 * Patterns are a small part of ICU message format: `{name}`, `{n, plural, =0 {none} one {# unit} other {# units}}`,
 * `{tier, select, gold {…} other {…}}`, `{price, money}`, `{until, date}`. What it prints is set as text, never as markup.
 */
import { exponent } from "./currency.js";
import type { Field } from "./engine.js";

/** Longest text that reaches the page, in UTF-16 units: more is no title and no name. */
const LONGEST = 1000;

/** Embeddings, overrides and isolates: they could turn the text around them. Plain LRM and RLM marks are harmless. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** How this page speaks. */
export interface Voice {
  locale: string;
  /** ISO 4217 code that amounts are in. */
  currency: string;
}

/** Text from outside, made harmless for the text around it. */
export function clean(text: string): string {
  const kept = text.replace(BIDI_CONTROLS, "");
  return kept.length > LONGEST ? kept.slice(0, LONGEST) + "…" : kept;
}

const made: Record<string, unknown> = {};

/** Formatters cost about 50 µs each to make, so each is made once. A locale the browser refuses gives its own. */
function once<T>(key: string, make: (locale?: string) => T, locale: string): T {
  key += locale;
  if (!made[key]) {
    try {
      made[key] = make(locale);
    } catch {
      made[key] = make();
    }
  }
  return made[key] as T;
}

/** A plain number. */
export const number = (value: number, locale: string): string =>
  once("n", (l) => new Intl.NumberFormat(l), locale).format(value);

/** An amount in minor units; how many digits are minor is the currency's own affair (JPY 0, KWD 3). */
export function money(minor: number, { locale, currency }: Voice): string {
  if (!/^[A-Z]{3}$/.test(currency)) return number(minor / 100, locale);
  const format = once(currency, (l) => new Intl.NumberFormat(l, { style: "currency", currency }), locale);
  return format.format(minor / 10 ** exponent(currency));
}

/** A day (`full`, `long`, `medium`, `short`), a `time` of day, or both (`datetime`). Empty for no valid moment. */
export function date(ms: number, style: string, locale: string): string {
  if (!(Math.abs(ms) <= 8.64e15)) return "";
  const how: Intl.DateTimeFormatOptions =
    style === "time"
      ? { timeStyle: "short" }
      : style === "datetime"
        ? { dateStyle: "medium", timeStyle: "short" }
        : { dateStyle: /^(full|long|short)$/.test(style) ? (style as "full") : "medium" };
  return once("d" + style, (l) => new Intl.DateTimeFormat(l, how), locale).format(ms);
}

/** Prints a pattern; a place without a value prints nothing, a broken pattern what could be read of it. */
export function phrase(pattern: string, args: Record<string, Field>, voice: Voice): string {
  const { locale } = voice;
  let at = 0;
  pattern = pattern.slice(0, LONGEST);

  /** Reads up to one of `stops`, which it leaves. */
  const word = (stops: string): string => {
    const from = at;
    while (at < pattern.length && !stops.includes(pattern[at]!)) at++;
    return pattern.slice(from, at).trim();
  };

  const value = (given: Field | undefined, kind: string): string => {
    if (typeof given === "number") {
      return kind === "money" ? money(given, voice) : kind === "date" ? date(given, "", locale) : number(given, locale);
    }
    const text = clean(given ?? "");
    // A title in the other direction must not carry the words around it along.
    return text && RIGHT_TO_LEFT.test(pattern + text) ? `\u2068${text}\u2069` : text;
  };

  const place = (): string => {
    const name = word(",}");
    const given = Object.hasOwn(args, name) ? args[name] : undefined;
    let kind = "";
    let printed: string | undefined;
    if (pattern[at] === ",") {
      at++;
      kind = word(",}");
    }
    if (pattern[at] === ",") {
      at++;
      const wanted =
        kind === "plural"
          ? once("p", (l) => new Intl.PluralRules(l), locale).select(Number(given))
          : String(given ?? "");
      let other: string | undefined;
      for (;;) {
        const key = word("{}");
        if (pattern[at++] !== "{") break;
        const branch = text(kind === "plural" ? number(Number(given), locale) : undefined);
        at++;
        if (key === `=${given}`) printed = branch;
        else if (key === wanted) printed ??= branch;
        else if (key === "other") other = branch;
      }
      return printed ?? other ?? "";
    }
    at++;
    return value(given, kind);
  };

  const text = (count?: string): string => {
    let out = "";
    while (at < pattern.length && pattern[at] !== "}") {
      const c = pattern[at++]!;
      out += c === "{" ? place() : c === "#" && count != null ? count : c;
    }
    return out;
  };

  // A stray closing brace at the top is text.
  let out = text();
  while (at < pattern.length) out += pattern[at++] + text();
  return out;
}
