/** Decimal prices as pages and other tools write them, to minor units. What can be read in two ways is not read. */
import { exponent } from "./currency.js";

/**
 * `"1.234,56"`, `"1,234.56"`, `"1 234,5"`, `"€ 19"`, `19.99` in minor units of `currency`. Nothing for what is no amount,
 * has more digits than the currency, or is ambiguous (`"1,234"` euros).
 */
export function minorUnits(amount: unknown, currency: string): number | undefined {
  const digits = exponent(currency);
  if (typeof amount === "number") {
    const minor = amount * 10 ** digits;
    // 19.99 is not exactly representable; 19.999 is another amount.
    return amount >= 0 && Math.abs(minor - Math.round(minor)) < 1e-6 * Math.max(1, minor) && minor < 2 ** 53
      ? Math.round(minor)
      : undefined;
  }
  if (typeof amount !== "string" || amount.length > 40) return;
  // Currency signs and codes before or after; blanks, apostrophes and full-width blanks between thousands.
  const text = amount.trim().replace(/^[^\d.,-]+|[^\d.,]+$/g, "").replace(/(?<=\d)[\s'’](?=\d{3})/g, "");
  const parts = /^(\d{1,3}(?:([.,])\d{3}(?:\2\d{3})*)?|\d+)(?:([.,])(\d*))?$/.exec(text);
  if (!parts) return;
  const [, head = "", between, mark, tail = ""] = parts;
  let whole = head.replace(/[.,]/g, "");
  let rest = tail;
  if (between && !mark) {
    // One separator and three digits: thousands, unless they could be the decimals.
    const single = head.indexOf(between) === head.lastIndexOf(between);
    if (single && digits === 3) {
      if (between === ",") return;
      [whole = "", rest = ""] = head.split(".");
    } else if (single && digits) return;
  } else if (between && between === mark) return;
  rest = rest.replace(/0+$/, "");
  if (rest.length > digits) return;
  const minor = Number(whole + rest.padEnd(digits, "0"));
  return minor < 2 ** 53 ? minor : undefined;
}
