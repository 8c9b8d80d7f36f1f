/** What became of each variant of a slot, in words. */
import type { Fate, Trace } from "../shapes.js";
import { purposes } from "./consented.js";
import { make, table } from "./make.js";

/** Arguments that are moments, ms since the epoch. */
const MOMENTS = /^(from|at|until)$/;
/** Longer lists are cut: a rule may name hundreds of articles. */
const LONGEST = 120;

const said = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

/** The values that a refusal saw: of a condition the clause that failed, of anything else names and values. */
export function seenIn({ code, args }: Fate): string {
  if (code === "not-targeted" && "operator" in args) {
    const { attribute, operator, wanted, seen } = args;
    const clause = [attribute || "the condition", operator, ...(wanted == null ? [] : [said(wanted)])].join(" ");
    return `${clause}, seen: ${seen == null ? "nothing" : said(seen)}`;
  }
  const value = (name: string, what: unknown): string =>
    MOMENTS.test(name) ? new Date(Number(what)).toISOString() : name === "purpose" ? purposes(Number(what)).join(" and ") : said(what);
  return Object.entries(args).map(([name, what]) => `${name} = ${value(name, what)}`).join(", ");
}

/** One row for each variant, in the shop's order; nothing for a slot that none of them was asked for. */
export function variants({ variants }: Trace): HTMLTableElement | undefined {
  if (!variants.length) return;
  return table(
    ["Variant", "Why, or why not"],
    variants.map((fate) => [
      make("span", {}, make("code", {}, fate.choice), fate.offer && ` ${fate.offer}`),
      fate.code === "shown" ? make("strong", {}, "shown") : make("span", {}, make("code", {}, fate.code), " ", seenIn(fate)),
    ]),
  );
}
