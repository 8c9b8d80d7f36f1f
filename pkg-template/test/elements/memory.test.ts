import { beforeEach, describe, expect, test, vi } from "vitest";
import "../../src/elements/memory.js";
import { readJourney, type Journey } from "../../src/elements/journey.js";
import { writeJourney } from "../../src/elements/journey.write.js";
import { everything } from "../../src/elements/memory.acts.js";
import type { Stage } from "../../src/elements/base.js";
import { settle } from "../fakes.js";
import { CLAIRE, inside, press, scene, shop, signIn, text, the } from "./page.js";

const DAY = 86_400_000;
const at = (day: number): bigint => BigInt(Date.UTC(2026, 4, day));
const JOURNEY: Journey = {
  visits: 3,
  moments: [at(1), at(4), at(2)],
  events: [
    { at: at(1), kind: "visit", item: "", category: "" },
    { at: at(1), kind: "view", item: "chair", category: "Furniture" },
    { at: at(2), kind: "view", item: "desk", category: "Furniture" },
    { at: at(4), kind: "view", item: "chair", category: "Furniture" },
  ],
  shown: [[at(4), "gold-week"]],
  assigned: [["test", "b"]],
};

beforeEach(() => {
  document.documentElement.lang = "en";
  localStorage.clear();
});

async function memory() {
  const page = await shop("<wm-memory></wm-memory>");
  await page.wellmet.consent({ personalization: true });
  scene().desk.run((s) => s.restoreJourney(writeJourney(JOURNEY)));
  the<HTMLElement & { refresh(): void }>("wm-memory").refresh();
  await settle();
  return { page, element: the("wm-memory") };
}
const kept = (): Journey => readJourney(scene().desk.run((s) => s.saveJourney()))!;

describe("<wm-memory>", () => {
  test("c03 shows each thing once, with its source and date", async () => {
    const { element } = await memory();
    signIn(CLAIRE);
    await settle();
    const shown = text(element);
    expect(shown).toContain("Article chair: You looked at itDelete");
    expect(shown).toContain("Seen in this browser on May 4, 2026");
    expect(shown).toContain("Visits: 3 visits");
    expect(shown).toContain("segment: Consumer");
    expect(shown).toContain("Orders: 7 orders, €1,234.56 in all");
    const facts = [...element.shadowRoot!.querySelectorAll("[part=fact]")];
    expect(facts.length).toBeGreaterThan(5);
    for (const fact of facts) expect(fact.querySelector("[part=source]")!.textContent, fact.textContent!).not.toBe("");
  });

  test("c03 deletes one thing and keeps the rest", async () => {
    const { element } = await memory();
    const heard = vi.fn();
    document.addEventListener("wm-delete", heard, { once: true });
    await press(element, "Delete: Article chair");
    await vi.waitFor(() => expect(kept().events.map(({ item }) => item)).toEqual(["", "desk"]));
    await settle();
    expect(text(element)).toContain("Deleted: Article chair");
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ fact: "view|chair" });
    expect(kept()).toMatchObject({ visits: 3, moments: JOURNEY.moments, shown: JOURNEY.shown, assigned: JOURNEY.assigned });
    await press(element, "Delete: Shown to you");
    await vi.waitFor(() => expect(kept().shown).toEqual([]));
  });

  test("c03 corrects her name", async () => {
    const { page, element } = await memory();
    const field = inside<HTMLInputElement>(element, "input[name=value]");
    field.value = "Anna";
    inside(element, "form").dispatchEvent(new Event("submit", { cancelable: true }));
    await settle();
    expect(page.script.calls).toContain("preference name Anna");
    expect(text(element)).toContain("You told us on");
  });

  test("c04 forgets everything, but only when asked twice", async () => {
    const { page, element } = await memory();
    await page.wellmet.add("chair");
    await settle();
    await press(element, "Forget everything");
    expect(text(element)).toContain("Your next page is a first visit.");
    await press(element, "Keep it");
    expect(page.wellmet.cart().count).toBe(1);
    await press(element, "Forget everything");
    await press(element, "Yes, forget me");
    await vi.waitFor(() => expect(page.wellmet.cart().count).toBe(0));
  });

  test("grants and withdraws purposes", async () => {
    const { element } = await memory();
    const remember = inside<HTMLInputElement>(element, "[role=switch]");
    expect(remember.checked).toBe(true);
    remember.checked = false;
    remember.dispatchEvent(new Event("change"));
    await settle();
    expect(scene().desk.personal()).toBe(false);
    expect(text(element)).not.toContain("Article chair");
  });

  test("the download holds all that is shown", async () => {
    await memory();
    signIn(CLAIRE);
    const all = JSON.stringify(await everything(scene() as Stage));
    for (const part of ["chair", "desk", "2026-05-04T00:00:00.000Z", "gold-week", "Claire Gute", '"personalization":true']) expect(all).toContain(part);
  });
});

describe("the journey's bytes", () => {
  test("come back as they were", () => {
    const bytes = writeJourney(JOURNEY);
    expect(readJourney(bytes)).toEqual(JOURNEY);
    expect(readJourney(writeJourney({ ...JOURNEY, moments: [-(2n ** 63n), at(1), -(2n ** 63n)] }))!.moments[0]).toBe(-(2n ** 63n));
  });
  test("of another version, or cut, are none", () => {
    const bytes = writeJourney(JOURNEY);
    for (let end = 0; end < bytes.length; end++) expect(readJourney(bytes.subarray(0, end)), `cut at ${end}`).toBeUndefined();
    bytes[0] = 7;
    expect(readJourney(bytes)).toBeUndefined();
    expect(readJourney(undefined)).toBeUndefined();
    void DAY;
  });
});
