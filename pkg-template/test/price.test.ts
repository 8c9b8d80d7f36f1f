import { describe, expect, it } from "vitest";
import { exponent } from "../src/currency.js";
import { minorUnits } from "../src/price.js";

describe("decimal prices to minor units", () => {
  it.each([
    ["19.99", "EUR", 1999],
    ["19,99", "EUR", 1999],
    ["19", "EUR", 1900],
    ["19.9", "EUR", 1990],
    ["1.234,56", "EUR", 123456],
    ["1,234.56", "USD", 123456],
    ["1 234,50", "EUR", 123450],
    ["1\u202f234,50", "EUR", 123450],
    ["1'234.50", "CHF", 123450],
    ["1.234.567", "EUR", 123456700],
    ["1,234,567", "USD", 123456700],
    ["€ 19,99", "EUR", 1999],
    ["19,99 €", "EUR", 1999],
    ["CHF 1’234.50", "CHF", 123450],
    ["USD19.50", "USD", 1950],
    ["19.9900", "EUR", 1999],
    ["0.00", "EUR", 0],
    [".5", "EUR", undefined],
    ["1,234", "JPY", 1234],
    ["1.234", "JPY", 1234],
    ["980", "JPY", 980],
    ["980.00", "JPY", 980],
    ["12.345", "KWD", 12345],
    ["12.5", "KWD", 12500],
    ["1990", "HUF", 199000],
    [19.99, "EUR", 1999],
    [0.1 + 0.2, "EUR", 30],
    [1e9, "EUR", 100000000000],
  ])("%s %s is %s", (amount, currency, minor) => expect(minorUnits(amount, currency)).toBe(minor));

  it.each([
    ["1,234", "EUR"],
    ["1.234", "EUR"],
    ["1,234", "KWD"],
    ["19.999", "EUR"],
    ["980.5", "JPY"],
    ["1,23,456", "EUR"],
    ["1.234.56", "EUR"],
    ["1,234,56", "EUR"],
    ["from 19.99 to 29.99", "EUR"],
    ["-19.99", "EUR"],
    ["NaN", "EUR"],
    ["", "EUR"],
    ["9".repeat(41), "EUR"],
    ["99999999999999999999", "EUR"],
    [19.999, "EUR"],
    [-1, "EUR"],
    [NaN, "EUR"],
    [Infinity, "EUR"],
    [null, "EUR"],
    [{}, "EUR"],
  ])("%s %s is not guessed", (amount, currency) => expect(minorUnits(amount, currency)).toBeUndefined());

  it("the currency says how many digits are minor", () => {
    expect(["EUR", "JPY", "KWD", "CLF", "HUF", "IDR", "XYZ"].map(exponent)).toEqual([2, 0, 3, 4, 2, 2, 2]);
  });
});
