import { beforeEach, describe, expect, test, vi } from "vitest";
import "../../src/elements/configurator.js";
import "../../src/elements/greeting.js";
import "../../src/elements/survey.js";
import "../../src/elements/why.js";
import { decision, settle } from "../fakes.js";
import { testPage } from "../page.js";
import { CLAIRE, inside, isDefault, press, shop, signIn, text, the } from "./page.js";

beforeEach(() => {
  document.documentElement.lang = "en";
});

const choose = async (element: Element, group: string, value: string): Promise<void> => {
  const radio = inside<HTMLInputElement>(element, `input[name="${group}"][value="${value}"]`);
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
};

describe("<wm-greeting>", () => {
  test("c07 greets by the signed name or her own word, as text; a guest sees the shop's greeting", async () => {
    const page = await shop("<wm-greeting not-you>Welcome</wm-greeting>");
    const greeting = the("wm-greeting");
    expect(isDefault(greeting)).toBe(true);
    signIn(CLAIRE);
    await settle();
    expect(text(greeting)).toBe("Welcome back, Claire GuteNot you?");
    await page.wellmet.consent({ personalization: true });
    await page.wellmet.setName('<img src=x> "Bobby" \u202eevil');
    await settle();
    expect(inside(greeting, "bdi").textContent).toBe('<img src=x> "Bobby" evil');
    expect(greeting.shadowRoot!.querySelector("img")).toBeNull();
  });

  test("c07 greets whom the slot says, and nobody by an address", async () => {
    history.replaceState(null, "", "/?name=Mallory#name=Mallory");
    const known = (slots: string[]) => ({ decisions: slots.map((slot) => decision(slot, "known", { fields: { name: "Anna" } })) });
    await shop('<wm-greeting data-wm-slot="greeting">Welcome</wm-greeting><wm-greeting>Welcome</wm-greeting>', known);
    const [slotted, plain] = document.querySelectorAll("wm-greeting");
    expect(text(slotted!)).toBe("Welcome back, Anna");
    expect(isDefault(plain!)).toBe(true);
    history.replaceState(null, "", "/");
  });

  test("c06 not you: neutral at once", async () => {
    await shop("<wm-greeting not-you>Welcome</wm-greeting>");
    signIn(CLAIRE);
    await settle();
    await press(the("wm-greeting"), "Not you?");
    expect(isDefault(the("wm-greeting"))).toBe(true);
  });
});

describe("<wm-survey>", () => {
  const MARKUP = '<wm-survey name="delivery-1" question="How was your delivery?"></wm-survey>';

  test("c20 c22 asks once: five faces and a text, then the mark of the answer", async () => {
    const page = await shop(MARKUP);
    const survey = the("wm-survey");
    expect(survey.shadowRoot!.querySelectorAll("input[type=radio]")).toHaveLength(5);
    const heard = vi.fn();
    document.addEventListener("wm-answer", heard, { once: true });
    const send = async (): Promise<void> => {
      inside(survey, "form").dispatchEvent(new Event("submit", { cancelable: true }));
      await settle();
    };
    await send();
    expect(inside(survey, "[role=alert]").textContent).toBe("Please give an answer first.");
    expect(heard).not.toHaveBeenCalled();
    await choose(survey, "answer", "4");
    const field = inside<HTMLTextAreaElement>(survey, "textarea");
    field.value = " Very quick. ";
    field.dispatchEvent(new Event("input"));
    await send();
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ survey: "delivery-1", answer: "4", text: "Very quick." });
    expect(text(survey)).toContain("Thank you. Your answer has been received.");
    expect(page.script.calls).toContain("preference answer.delivery-1 4");
    expect(page.script.calls).toContain("answer delivery-1");

    // The same question elsewhere on the page knows already; another one is asked.
    document.body.insertAdjacentHTML("beforeend", MARKUP + MARKUP.replace("delivery-1", "delivery-2"));
    await settle();
    const [, again, other] = document.querySelectorAll("wm-survey");
    expect(text(again!)).toMatch(/^You answered on November 1\d, 2023: Happy$/);
    expect(again!.shadowRoot!.querySelector("form")).toBeNull();
    expect(other!.shadowRoot!.querySelector("form")).not.toBeNull();
  });
});

test("c68 other kinds of answers are what the shop file says", async () => {
  const kinds: Record<string, string> = { stars: "", nps: "", choice: "Red\nGreen", text: "" };
  await shop(Object.keys(kinds).map((kind) => `<wm-survey data-wm-slot="survey:${kind}"></wm-survey>`).join(""), (slots) => ({
    decisions: slots.map((slot) => {
      const answer = slot.split(":")[1]!;
      return decision(slot, "survey", { fields: { question: "Well?", answer, choices: kinds[answer]! } });
    }),
  }));
  const [stars, nps, choice, words] = document.querySelectorAll("wm-survey");
  const values = (element: Element) => [...element.shadowRoot!.querySelectorAll<HTMLInputElement>("input")].map(({ value }) => value);
  expect(values(stars!)).toEqual(["1", "2", "3", "4", "5"]);
  expect(values(nps!)).toHaveLength(11);
  expect(values(choice!)).toEqual(["Red", "Green"]);
  expect(values(words!)).toEqual([]);
  const heard = vi.fn();
  document.addEventListener("wm-answer", heard, { once: true });
  const field = inside<HTMLTextAreaElement>(words!, "textarea");
  field.value = "All well.";
  field.dispatchEvent(new Event("input"));
  inside(words!, "form").dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
  expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ survey: "text", answer: "", text: "All well." });
});

test("c22 an answer reaches the hub, also when the network comes back only later", async () => {
  const page = testPage('<wm-survey name="delivery-1" token="once"></wm-survey>');
  page.answer("/wellmet/v1/feedback", {}, 0);
  await page.start({ hub: "/wellmet" });
  await settle();
  const survey = the("wm-survey");
  await choose(survey, "answer", "2");
  inside(survey, "form").dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
  const sent = (): number => page.asked.filter((one) => one === "POST /wellmet/v1/feedback").length;
  expect(sent()).toBe(1);
  page.answer("/wellmet/v1/feedback", { ok: true });
  dispatchEvent(new Event("online"));
  await settle();
  expect(sent()).toBe(2);
  dispatchEvent(new Event("online"));
  await settle();
  expect(sent(), "what has arrived is not sent again").toBe(2);
});

describe("<wm-why>", () => {
  const reason = { code: "fits", text: "You bought {title} on a {day}.", args: { title: "<i>ink</i>", day: "Monday" } };
  const item = (id: string, why: string) => ({ id, title: `Article ${id}`, link: "/", image: "", category: "", price: 1, reason: { code: "with", text: why, args: {} } });

  test("c12 gives the reason of the slot and of each thing in it", async () => {
    await shop('<section data-wm-slot="for-you">ours<template data-wm-when="picks">picks</template></section><wm-why for="for-you" memory-href="/privacy"></wm-why>', (slots) => ({
      decisions: slots.map((slot) => decision(slot, "picks", { reason, items: [item("a", "Goes with your desk."), item("b", "")] })),
    }));
    const why = the("wm-why");
    const button = inside(why, ".open");
    expect(button.getAttribute("aria-expanded")).toBe("false");
    expect(inside(why, ".panel").hidden).toBe(true);
    const heard = vi.fn();
    document.addEventListener("wm-why", heard, { once: true });
    await press(why, "Why this?");
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(inside(why, "[part=reason]").textContent).toBe("You bought <i>ink</i> on a Monday.");
    expect(inside(why, "[part=items]").textContent).toBe("Article a: Goes with your desk.");
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ slot: "for-you", code: "fits" });
    inside(why, ".panel").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await settle();
    expect(inside(why, ".panel").hidden).toBe(true);
  });

  test("what everybody sees needs no reason, but keeps its room", async () => {
    await shop('<section data-wm-slot="x">ours</section><wm-why for="x"></wm-why>');
    const button = inside<HTMLButtonElement>(the("wm-why"), ".open");
    expect(button.disabled).toBe(true);
    expect(button.classList.contains("idle")).toBe(true);
  });
});

describe("<wm-configurator>", () => {
  test("asks the model's questions, prices, says what does not go together, and adds", async () => {
    const page = await shop('<wm-configurator model="desk"><p>A desk</p></wm-configurator>');
    const element = the("wm-configurator");
    expect(text(element)).toContain("Size");
    expect(text(element)).toContain("2 questions are open.");
    const add = inside<HTMLButtonElement>(element, ".main");
    expect(add.disabled).toBe(true);
    await choose(element, "size", "large");
    expect(inside(element, "[part=price] b").textContent).toBe("€150.00");
    expect(inside<HTMLInputElement>(element, "[value=ash]").disabled).toBe(true);
    expect(text(element)).toContain("Ash comes in small only");
    await choose(element, "wood", "oak");
    expect(add.disabled).toBe(false);
    const heard = vi.fn();
    document.addEventListener("wm-add", heard, { once: true });
    await press(element, "Add to cart");
    expect(page.script.calls).toContain("add cfg:desk 1");
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ model: "desk", configuration: "desk", price: 15000, currency: "EUR" });
    expect(text(element)).toContain("It is in your cart.");
  });

  test("a conflict that came from elsewhere is told", async () => {
    const page = await shop('<wm-configurator model="desk"></wm-configurator>');
    await page.wellmet.configure("desk", "wood", "ash");
    await page.wellmet.configure("desk", "size", "large");
    await settle();
    expect(inside(the("wm-configurator"), "[role=alert]").textContent).toContain("Large and ash do not go together");
  });

  test("an unknown model leaves the shop's own content", async () => {
    await shop("<wm-configurator><p>A desk</p></wm-configurator>");
    expect(isDefault(the("wm-configurator"))).toBe(true);
  });
});
