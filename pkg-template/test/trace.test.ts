import { expect, test } from "vitest";
import { seenIn, variants } from "../src/debug/trace.js";

const refusal = (code: string, args: Record<string, unknown> = {}) => ({ choice: "a", code, args });

test("a refusal says what it saw", () => {
  const clause = { attribute: "status", operator: "$in", wanted: ["gold", "silver"], seen: "bronze" };
  expect(seenIn(refusal("not-targeted", clause))).toBe('status $in ["gold","silver"], seen: "bronze"');
  expect(seenIn(refusal("not-targeted", { ...clause, wanted: null, seen: null }))).toBe("status $in, seen: nothing");
  expect(seenIn(refusal("not-targeted", { attribute: "", operator: "$and", wanted: null, seen: null }))).toBe("the condition $and, seen: nothing");
  expect(seenIn(refusal("not-targeted"))).toBe("");
  expect(seenIn(refusal("no-consent", { attribute: "segment.returning", purpose: 6 }))).toBe('attribute = "segment.returning", purpose = personalization and analytics');
  expect(seenIn(refusal("ended", { at: Date.UTC(2026, 0, 2) }))).toBe("at = 2026-01-02T00:00:00.000Z");
  expect(seenIn(refusal("cap-reached", { used: 3, cap: 3 }))).toBe("used = 3, cap = 3");
  expect(seenIn(refusal("missing", { attribute: "<img src=x onerror=alert(1)>".repeat(9) }))).toMatch(/^attribute = "<img .{100,130}…$/);
});

test("every variant has a row, in the shop's order", () => {
  const table = variants({
    slot: "s",
    variants: [refusal("group-taken", { by: "x" }), { choice: "b", offer: "birthday", code: "shown", args: {} }, { ...refusal("later"), choice: "<b>" }],
  })!;
  expect([...table.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ["a", 'group-taken by = "x"'],
    ["b birthday", "shown"],
    ["<b>", "later "],
  ]);
});

test("a slot that the book does not know has none", () => {
  expect(variants({ slot: "s", variants: [] })).toBeUndefined();
});
