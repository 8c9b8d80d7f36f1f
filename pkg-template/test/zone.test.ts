import { expect, test } from "vitest";
import { zone } from "../src/zone.js";

const at = Date.UTC(2026, 5, 1);

test("a zone without changes is one pair", () => {
  expect([...zone(at, () => 330)]).toEqual([at - 731 * 86_400_000, 330]);
});

test("Berlin's changes are found to the minute", () => {
  const berlin = (ms: number): number => {
    const name = new Intl.DateTimeFormat("en", { timeZone: "Europe/Berlin", timeZoneName: "longOffset" });
    const offset = name.formatToParts(ms).find(({ type }) => type === "timeZoneName")!.value;
    return offset.includes("2") ? 120 : 60;
  };
  const pairs = [...zone(at, berlin)];
  expect(pairs.slice(0, 2)).toEqual([at - 731 * 86_400_000, 120]);
  expect(pairs.slice(2)).toEqual([
    ...[Date.UTC(2024, 9, 27, 1), 60, Date.UTC(2025, 2, 30, 1), 120, Date.UTC(2025, 9, 26, 1), 60],
    ...[Date.UTC(2026, 2, 29, 1), 120, Date.UTC(2026, 9, 25, 1), 60, Date.UTC(2027, 2, 28, 1), 120],
  ]);
});
