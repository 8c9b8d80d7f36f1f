import { describe, expect, test } from "vitest";
import { clean, date, money, phrase } from "../src/text.js";

const voice = { locale: "en", currency: "EUR" };

describe("phrase", () => {
  test("puts values into their places", () => {
    expect(phrase("Goes with {title} in your cart", { title: "Oak desk" }, voice)).toBe("Goes with Oak desk in your cart");
    expect(phrase("{missing}!", {}, voice)).toBe("!");
    expect(phrase("{n} of {price, money}", { n: 1234, price: 1999 }, voice)).toBe("1,234 of €19.99");
  });

  test("chooses by plural rules, exact numbers first", () => {
    const pattern = "{n, plural, =0 {nothing} one {# article} other {# articles}}";
    expect([0, 1, 2, 1000].map((n) => phrase(pattern, { n }, voice))).toEqual([
      "nothing",
      "1 article",
      "2 articles",
      "1,000 articles",
    ]);
    // Arabic has six forms; two has one of its own.
    const arabic = "{n, plural, two {مقالان} few {# مقالات} other {# مقال}}";
    expect(phrase(arabic, { n: 2 }, { ...voice, locale: "ar" })).toBe("مقالان");
  });

  test("selects by a word and nests", () => {
    const pattern = "{tier, select, gold {Gold: {n, plural, one {# point} other {# points}}} other {Welcome}}";
    expect(phrase(pattern, { tier: "gold", n: 3 }, voice)).toBe("Gold: 3 points");
    expect(phrase(pattern, { tier: "tin" }, voice)).toBe("Welcome");
  });

  test("isolates a value in the other direction and nothing else", () => {
    expect(phrase("Goes with {title}", { title: "שולחן" }, voice)).toBe("Goes with \u2068שולחן\u2069");
    expect(phrase("Goes with {title}", { title: "Tisch" }, voice)).toBe("Goes with Tisch");
  });

  test("takes no property of Object for a value", () => {
    expect(phrase("{constructor}{__proto__}", {}, voice)).toBe("");
  });

  test.each(["{", "}", "{a", "{a,", "{a, plural", "{a, plural, one", "{a, plural, one {", "a}b{c}d}", "{{{{{{"])(
    "ends on the broken pattern %s",
    (pattern) => {
      expect(typeof phrase(pattern, { a: 1 }, voice)).toBe("string");
    },
  );

  test("bounds what a huge pattern can do", () => {
    expect(phrase("{a, select, other ".repeat(5000), { a: 1 }, voice).length).toBeLessThan(1001);
  });
});

describe("money and dates", () => {
  test("minor units are the currency's own", () => {
    expect(money(123456, voice)).toBe("€1,234.56");
    expect(money(1234, { locale: "en", currency: "JPY" })).toBe("¥1,234");
    expect(money(1234, { locale: "en", currency: "KWD" })).toMatch(/1\.234$/);
    expect(money(1999, { locale: "de", currency: "EUR" })).toBe("19,99\u00a0€");
  });

  test("an unknown currency or locale is no reason to throw", () => {
    expect(money(1999, { locale: "en", currency: "" })).toBe("19.99");
    expect(money(100, { locale: "not a locale!", currency: "USD" })).toContain("1");
  });

  test("a moment that is none prints nothing", () => {
    expect(date(NaN, "", "en")).toBe("");
    expect(date(9e15, "", "en")).toBe("");
    expect(date(Date.UTC(2026, 0, 15, 12), "long", "en")).toContain("January 15, 2026");
  });
});

test("clean takes bidi controls out and cuts what is no name", () => {
  expect(clean("An\u202ena\u2066\u2069")).toBe("Anna");
  expect(clean("x".repeat(10_000)).length).toBe(1001);
  expect(clean("שלום\u200f")).toBe("שלום\u200f");
});
