import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { moment, type WmOffer } from "../../src/elements/offer.js";
import { decision } from "../fakes.js";
import { inside, press, scene, shop, text, the } from "./page.js";

const NOON = Date.UTC(2026, 10, 25, 12);
const HOUR = 3_600_000;
/** The hub is ten minutes ahead of this device. */
const AHEAD = 600_000;

let said: string[];

async function offer(attributes: string, inner = "<p>Free delivery</p>"): Promise<WmOffer> {
  const page = await shop("");
  // Opening the page took real time, more on a busy machine: the countdown starts at noon all the same.
  vi.setSystemTime(NOON - AHEAD);
  scene().clock(AHEAD);
  said = [];
  scene().backstage!.say = (sentence) => said.push(sentence);
  document.body.innerHTML = `<wm-offer ${attributes}>${inner}</wm-offer>`;
  await vi.advanceTimersByTimeAsync(1);
  void page;
  return the<WmOffer>("wm-offer");
}

const iso = (ms: number): string => new Date(ms).toISOString();

beforeEach(() => {
  document.documentElement.lang = "en";
  vi.useFakeTimers({ now: NOON - AHEAD, toFake: ["Date", "setTimeout", "clearTimeout"], shouldAdvanceTime: true });
});
afterEach(() => void vi.useRealTimers());

describe("<wm-offer>", () => {
  test("c11 counts down on the hub's time and ends on it", async () => {
    const ends = NOON + 30 * HOUR;
    const element = await offer(`ends="${iso(ends)}"`);
    const heard = vi.fn();
    document.addEventListener("wm-end", heard, { once: true });
    expect(text(element)).toContain("Ends in 1 day, 6 hours");
    vi.setSystemTime(ends - AHEAD - 90_500);
    element.refresh();
    await vi.advanceTimersByTimeAsync(1);
    expect(text(element)).toContain("Ends in 00:01:31");
    expect(heard).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(92_000);
    expect(text(element)).toBe("This offer has ended.");
    expect(heard).toHaveBeenCalledOnce();
  });

  test("c11 is silent but for the start, ten minutes and one minute", async () => {
    const ends = NOON + 21 * HOUR;
    const element = await offer(`ends="${iso(ends)}"`);
    expect(said).toEqual(["Ends in 21 hours"]);
    expect(inside(element, "[role=timer]").getAttribute("aria-live")).toBe("off");
    vi.setSystemTime(ends - AHEAD - 601_000);
    element.refresh();
    await vi.advanceTimersByTimeAsync(605_000);
    expect(said).toEqual(["Ends in 21 hours", "Ends in 10 minutes", "Ends in 1 minute"]);
  });

  test("c11 can be paused and hidden", async () => {
    const element = await offer(`ends="${iso(NOON + 2 * HOUR)}" starts="${iso(NOON - 20 * HOUR)}"`);
    const clock = (): string => inside(element, "[role=timer]").textContent!;
    expect(clock()).toBe("Ends in 02:00:00");
    const button = (label: string): void => inside(element, `[aria-label="${label}"]`).click();
    button("Pause the countdown");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(clock()).toBe("Ends in 02:00:00");
    button("Resume the countdown");
    expect(clock()).toMatch(/^Ends in 01:5[78]:/);
    button("Hide the countdown");
    expect(element.shadowRoot!.querySelector("[role=timer]")).toBeNull();
    expect(text(element)).toContain("Until ");
    button("Show the countdown");
    expect(clock()).toMatch(/^Ends in 01:5/);
  });

  test("c11 twenty hours or less have no countdown without a reason or more time", async () => {
    const short = `ends="${iso(NOON + HOUR)}"`;
    let element = await offer(short);
    expect(element.shadowRoot!.querySelector("[role=timer]")).toBeNull();
    expect(text(element)).toContain("Until ");
    element = await offer(`${short} essential="The kitchen closes then."`);
    expect(text(element)).toContain("The kitchen closes then.");
    expect(inside(element, "[role=timer]").textContent).toBe("Ends in 01:00:00");
    element = await offer(`${short} extend="30"`);
    const heard = vi.fn();
    document.addEventListener("wm-extend", heard, { once: true });
    void press(element, "I need more time");
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ ends: NOON + HOUR, minutes: 30 });
  });

  test("an end is a moment, never a span that begins anew for everyone", () => {
    expect(moment("2026-12-24T18:00:00+01:00")).toBe(Date.UTC(2026, 11, 24, 17));
    expect(moment(NOON)).toBe(NOON);
    for (const span of ["PT1H", "3600", "2026-12-24T18:00", "tomorrow", ""]) expect(moment(span), span).toBeUndefined();
  });

  test("shows what was decided for its slot, as text", async () => {
    const fields = { title: "<b>Gold</b> week", text: "Free delivery.", code: "GOLD", ends: NOON + 40 * HOUR };
    await shop('<wm-offer data-wm-slot="offer"><p>For everybody</p></wm-offer>', (slots) => ({
      decisions: slots.map((slot) => decision(slot, "gold", { fields, exposure: "gold-week" })),
    }));
    await vi.advanceTimersByTimeAsync(1);
    const element = the("wm-offer");
    expect(text(element)).toContain("<b>Gold</b> weekFree delivery.Your code: GOLD");
    expect(element.shadowRoot!.querySelector("[part=title] b")).toBeNull();
    expect((element as WmOffer).shown, "so that frequency caps count it").toBe(true);
  });
});
