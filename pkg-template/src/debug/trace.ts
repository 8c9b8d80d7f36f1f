/** What became of each variant of a slot, in words. */
import type { Refusal, Trace } from "../shapes.js";
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
export function seenIn({ code, args }: Refusal): string {
  if (code === "not-targeted" && "operator" in args) {
    const { attribute, operator, wanted, seen } = args;
    const clause = [attribute || "the condition", operator, ...(wanted == null ? [] : [said(wanted)])].join(" ");
    return `${clause}, seen: ${seen == null ? "nothing" : said(seen)}`;
  }
  const value = (name: string, what: unknown): string =>
    MOMENTS.test(name) ? new Date(Number(what)).toISOString() : name === "purpose" ? purposes(Number(what)).join(" and ") : said(what);
  return Object.entries(args).map(([name, what]) => `${name} = ${value(name, what)}`).join(", ");
}

/** One row for each variant, in the shop's order; nothing for a slot that the book does not know. */
export function variants({ choice, refused, later }: Trace): HTMLTableElement | undefined {
  if (!choice && !refused.length) return;
  const name = (variant: string): HTMLElement => make("code", {}, variant);
  return table(
    ["Variant", "Why, or why not"],
    [
      ...refused.map((refusal) => [name(refusal.choice), make("span", {}, name(refusal.code), " ", seenIn(refusal))]),
      ...(choice ? [[name(choice), make("strong", {}, "shown")]] : []),
      ...later.map((variant) => [name(variant), "comes later"]),
    ],
  );
}
