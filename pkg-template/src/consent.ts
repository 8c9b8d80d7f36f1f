/**
 * Consent as other tools on the page know it, mapped to our three purposes. The first that speaks is believed:
 * the shop's own `wellmet("consent", …)`, then Google's consent mode, then a TCF platform. Global Privacy Control
 * switches measuring off unless the shopper granted it expressly.
 */
import type { Consent } from "./api.js";

/** Bits of the engine. */
export const CART = 1;
export const PERSONALIZATION = 2;
export const ANALYTICS = 4;

/** `bits` with the named purposes switched. */
export function withConsent(bits: number, { cart, personalization, analytics }: Consent): number {
  const set = (bit: number, granted?: boolean): void => {
    if (granted != null) bits = granted ? bits | bit : bits & ~bit;
  };
  set(CART, cart);
  set(PERSONALIZATION, personalization);
  set(ANALYTICS, analytics);
  return bits;
}

type Signals = Record<string, unknown>;

/**
 * Purposes from Google's consent mode v2. Personalization needs `personalization_storage`, measuring
 * `analytics_storage`; a signal that was never given says nothing.
 */
export function fromGoogle(signals: Signals): Consent {
  const granted = (name: string): boolean | undefined =>
    signals[name] === "granted" ? true : signals[name] === "denied" ? false : undefined;
  const consent: Consent = {};
  const personalization = granted("personalization_storage");
  const analytics = granted("analytics_storage");
  if (personalization != null) consent.personalization = personalization;
  if (analytics != null) consent.analytics = analytics;
  return consent;
}

type Page = typeof globalThis & { dataLayer?: unknown[] };

/** Follows Google's consent mode until the returned function is called; it says so when it has heard anything. */
export function followGoogle(granted: (consent: Consent) => void): () => void {
  const page = globalThis as Page;
  const signals: Signals = {};
  const read = (entry: unknown[]): void => {
    const [command, , values] = entry;
    if (command === "consent" && values) granted(fromGoogle(Object.assign(signals, values)));
  };
  const layer = (page.dataLayer ??= []);
  for (const entry of layer) read(argumentsIn(entry));
  const push = layer.push;
  // Tag managers wrap `push` the same way.
  const ours = (layer.push = (...entries) => {
    const result = push.apply(layer, entries);
    for (const entry of entries) read(argumentsIn(entry));
    return result;
  });
  return () => {
    if (layer.push === ours) layer.push = push;
  };
}

/** `gtag` pushes its `arguments`; other entries are plain objects. */
const argumentsIn = (entry: unknown): unknown[] =>
  entry && typeof entry === "object" && "length" in entry ? Array.from(entry as ArrayLike<unknown>) : [];

/** Purposes without those that a browser-wide objection rules out. */
export const heedPrivacyControl = (consent: Consent): Consent =>
  (navigator as Navigator & { globalPrivacyControl?: boolean }).globalPrivacyControl
    ? { ...consent, analytics: false }
    : consent;
