import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "../src/hub.js";
import { keepInStep, type Sync } from "../src/sync.js";

let answers: (Answer<{ bytes: Uint8Array }> | Promise<Answer<{ bytes: Uint8Array }>>)[];
let log: string[];
let wanted: boolean;
let again: number;
let streams: { onopen?: () => void; onmessage?: () => void; onerror?: () => void; closed: boolean }[];
let listening: boolean;
let sync: Sync;

const good: Answer<{ bytes: Uint8Array }> = { ok: true, bytes: new Uint8Array() };
const bad = (status: number): Answer<{ bytes: Uint8Array }> => ({ ok: false, status, code: "", message: "" });
const asked = (): number => log.filter((one) => one === "ask").length;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  log = [];
  wanted = true;
  again = 0;
  listening = false;
  streams = [];
  sync = keepInStep({
    wanted: () => wanted,
    request: () => new Uint8Array(),
    async exchange() {
      log.push("ask");
      return answers.shift() ?? good;
    },
    received: () => again-- > 0,
    saved: (state) => log.push(state),
    refused: (status) => log.push(`refused ${status}`),
    live: () => {
      if (!listening) return;
      const stream = { closed: false, close: () => (stream.closed = true) };
      streams.push(stream);
      return stream as unknown as EventSource;
    },
    random: () => 1,
  });
});
afterEach(() => {
  sync.stop();
  vi.useRealTimers();
});

test("several wishes make one exchange", async () => {
  sync.soon();
  await vi.advanceTimersByTimeAsync(200);
  sync.soon();
  await vi.advanceTimersByTimeAsync(299);
  expect(asked()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(log).toEqual(["ask", "hub"]);
});

test("work that changes whose the exchange is waits for the one on its way, and none begins meanwhile", async () => {
  let arrive!: (answer: typeof good) => void;
  answers = [new Promise((resolve) => (arrive = resolve))];
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(0);
  let finish!: (value: string) => void;
  const work = vi.fn(() => new Promise<string>((resolve) => (finish = resolve)));
  const done = sync.between(work);
  await vi.advanceTimersByTimeAsync(0);
  expect(work, "an exchange is on its way").not.toHaveBeenCalled();
  arrive(good);
  await vi.advanceTimersByTimeAsync(0);
  expect(work).toHaveBeenCalledOnce();
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked()).toBe(1);
  finish("signed in");
  expect(await done).toBe("signed in");
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked(), "what was wanted meanwhile, once").toBe(2);
});

test("work that fails lets exchanges go on; where none was wanted none comes", async () => {
  await expect(sync.between(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked()).toBe(0);
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(["ask", "hub"]);
});

test("what waits when the page is left goes at once, and nothing goes when nothing waits", async () => {
  sync.leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(0);
  sync.soon();
  sync.leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(["ask", "hub"]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked(), "and not again").toBe(1);
  sync.soon();
  sync.stop();
  sync.leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked(), "nor for who has gone").toBe(1);
});

test("a hub that is away is asked less and less, and not for ever in a hidden page", async () => {
  answers = Array.from({ length: 40 }, () => bad(0));
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(0);
  const times = [0];
  for (let ms = 500; ms < 200_000; ms += 500) {
    const before = asked();
    await vi.advanceTimersByTimeAsync(500);
    if (asked() > before) times.push(ms);
  }
  const waits = times.slice(1).map((time, i) => time - times[i]!);
  expect(waits.slice(0, 6)).toEqual([1000, 2000, 4000, 8000, 16000, 32000]);
  expect(Math.max(...waits)).toBe(60_000);
  expect(log).toContain("device");
  wanted = false;
  const before = asked();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(asked()).toBe(before);
});

test("after a success the waiting begins anew", async () => {
  answers = [bad(503), bad(503), good, bad(503)];
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked()).toBe(3);
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked()).toBe(5);
});

test("what the hub refuses is not sent again", async () => {
  answers = [bad(413)];
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(log).toEqual(["ask", "device"]);
});

test.each([401, 409, 410])("%i is told: someone else is meant", async (status) => {
  answers = [bad(status)];
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(log).toEqual(["ask", "device", `refused ${status}`]);
});

test("a change during an exchange makes another one", async () => {
  let answer!: (answer: Answer<{ bytes: Uint8Array }>) => void;
  answers = [new Promise((resolve) => (answer = resolve))];
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(10);
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(10);
  expect(asked()).toBe(1);
  answer(good);
  await vi.advanceTimersByTimeAsync(1000);
  expect(log).toEqual(["ask", "ask", "hub"]);
});

test("the hub may ask for more, within bounds", async () => {
  again = 100;
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked()).toBe(5);
  expect(log.at(-1)).toBe("hub");
});

test("an answer to an exchange that was stopped is dropped", async () => {
  let answer!: (answer: Answer<{ bytes: Uint8Array }>) => void;
  answers = [new Promise((resolve) => (answer = resolve))];
  sync.soon(0);
  await vi.advanceTimersByTimeAsync(10);
  sync.stop();
  answer(bad(401));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(log).toEqual(["ask"]);
});

describe("wake-ups", () => {
  beforeEach(() => void (listening = true));

  test("are listened for before the exchange, so that nothing is missed between", async () => {
    sync.soon(0);
    await vi.advanceTimersByTimeAsync(500);
    expect(log).toEqual([]);
    streams[0]!.onopen!();
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toEqual(["ask", "hub"]);
    streams[0]!.onmessage!();
    await vi.advanceTimersByTimeAsync(1);
    expect(asked()).toBe(2);
    expect(streams).toHaveLength(1);
  });

  test("that never come do not hold the exchange up", async () => {
    sync.soon(0);
    await vi.advanceTimersByTimeAsync(1001);
    expect(asked()).toBe(1);
  });

  test("that cannot be had are tried less and less, and the exchange goes on", async () => {
    sync.soon(0);
    const times: number[] = [];
    for (let ms = 0; ms < 100_000; ms += 250) {
      await vi.advanceTimersByTimeAsync(250);
      const last = streams.at(-1)!;
      if (last.closed) continue;
      times.push(ms);
      last.onerror!();
      expect(last.closed).toBe(true);
    }
    expect(streams.length).toBeLessThan(12);
    expect(times.at(-1)! - times.at(-2)!).toBeGreaterThan(30_000);
    expect(asked()).toBeGreaterThanOrEqual(streams.length - 1);
  });

  test("end with stop", async () => {
    sync.soon(0);
    await vi.advanceTimersByTimeAsync(1);
    sync.stop();
    expect(streams[0]!.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked()).toBe(0);
  });
});
