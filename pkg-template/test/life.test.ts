import { afterEach, expect, test, vi } from "vitest";
import { watchLife } from "../src/life.js";
import { live } from "./fakes.js";

afterEach(() => void vi.useRealTimers());

test("tells what happens to the page, and nothing once it is ended", () => {
  const told: string[] = [];
  const watch = watchLife((what) => told.push(what));
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  for (const what of ["offline", "online", "hidden", "visible", "leave", "back"] as const) live(what);
  expect(told).toEqual(["offline", "online", "hidden", "visible", "leave", "back"]);
  watch.end();
  for (const what of ["offline", "online", "hidden", "visible", "leave", "back"] as const) live(what);
  expect(told).toHaveLength(6);
});

test("wakes once, at the last time that was wished for", () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const watch = watchLife((what) => told.push(what));
  watch.wakeIn(1_000);
  watch.wakeIn(3_000);
  vi.advanceTimersByTime(2_999);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(["wake"]);
  watch.wakeIn(1_000);
  watch.wakeIn(0);
  watch.wakeIn(Number.NaN);
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(["wake"]);
  // Beyond 32 bits a browser would fire at once.
  const timers = vi.spyOn(globalThis, "setTimeout");
  watch.wakeIn(1e12);
  expect(timers.mock.calls[0]![1]).toBeLessThan(2 ** 31);
  watch.wakeIn(1_000);
  watch.end();
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(["wake"]);
});
