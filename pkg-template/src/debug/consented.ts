/** The purposes of a bit set, by name. */
import { ANALYTICS, CART, PERSONALIZATION } from "../consent.js";

export const PURPOSES: readonly (readonly [name: string, bit: number])[] = [
  ["cart", CART],
  ["personalization", PERSONALIZATION],
  ["analytics", ANALYTICS],
];

export const purposes = (bits: number): string[] => PURPOSES.filter(([, bit]) => bits & bit).map(([name]) => name);
