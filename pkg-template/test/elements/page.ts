/** A page with elements on it: the SDK on a fake engine, and ways to look into what an element shows. */
import { expect } from "vitest";
import { settle } from "../fakes.js";
import { testPage, type TestPage } from "../page.js";
import type { Script } from "../fakes.js";
import type { Scene } from "../../src/wellmet.js";
import { SCENE } from "../../src/scene.js";
import { Writer } from "../../src/elements/journey.write.js";
import type { CustomerRecord } from "../../src/elements/record.js";

export const scene = (): Scene => (document as unknown as Record<symbol, Scene>)[SCENE]!;

/** Starts the SDK on this markup and lets the elements draw. */
export async function shop(markup: string, decide?: Script["decide"]): Promise<TestPage> {
  const page = testPage(markup, decide);
  await page.start();
  await settle();
  return page;
}

/** The first element of that name. */
export const the = <T extends HTMLElement>(tag: string): T => document.querySelector<T>(tag)!;

/** Its text, in one line; without slots. */
export const text = (element: Element): string => inside(element, ".base").textContent!.replace(/\s+/g, " ").trim();

/** One node of its shadow tree. */
export function inside<T extends HTMLElement = HTMLElement>(element: Element, selector: string): T {
  const found = element.shadowRoot!.querySelector<T>(selector);
  expect(found, `${selector} in <${element.localName}>: ${element.shadowRoot!.innerHTML}`).not.toBeNull();
  return found!;
}

/** Whether it shows the shop's own content. */
export const isDefault = (element: Element): boolean =>
  element.shadowRoot!.childNodes.length === 1 && element.shadowRoot!.firstElementChild!.localName === "slot";

/** What was said last to who cannot see it. */
export async function saidAloud(): Promise<string | undefined> {
  await new Promise((go) => setTimeout(go, 60));
  const hosts = [...document.body.children].filter(({ shadowRoot }) => shadowRoot?.querySelector("[role=status]"));
  return hosts.at(-1)?.shadowRoot!.textContent ?? undefined;
}

/** Clicks the button that says so. */
export async function press(element: Element, label: string): Promise<void> {
  const buttons = [...element.shadowRoot!.querySelectorAll<HTMLElement>("button,a")];
  const button = buttons.find((one) => (one.getAttribute("aria-label") ?? one.textContent) === label);
  expect(button, `no "${label}" among ${buttons.map((one) => one.getAttribute("aria-label") ?? one.textContent).join(" | ")}`).toBeDefined();
  button!.click();
  await settle();
}

/** The record's bytes, as the hub writes them. */
export function recordBytes({ customer, name, traits, orderCount, spent, currency, orders }: CustomerRecord): Uint8Array {
  const w = new Writer().byte(1).text(customer).text(name).number(traits.length);
  for (const [trait, value] of traits) w.text(trait).text(value);
  w.number(orderCount).signed(BigInt(spent));
  for (const letter of currency) w.byte(letter.charCodeAt(0));
  w.signed(BigInt(orders.at(-1)?.at ?? 0)).number(orders.length);
  for (const order of orders) {
    w.text(order.id).signed(BigInt(order.at)).number(order.lines.length);
    for (const line of order.lines) w.text(line.item).text(line.title).number(line.quantity).signed(BigInt(line.price));
  }
  return w.done();
}

export const CLAIRE: CustomerRecord = {
  customer: "CG-12520",
  name: "Claire Gute",
  traits: [["segment", "Consumer"]],
  orderCount: 7,
  spent: 123_456,
  currency: "EUR",
  orders: [
    { id: "A-2", at: Date.UTC(2026, 4, 3), lines: [{ item: "chair", title: "A chair", quantity: 2, price: 13_098 }, { item: "gone", title: "A lamp", quantity: 1, price: 999 }] },
    { id: "A-1", at: Date.UTC(2026, 2, 1), lines: [{ item: "desk", title: "A desk", quantity: 1, price: 50_000 }] },
  ],
};

/** Signs her in as far as elements are concerned. */
export function signIn(record: CustomerRecord | null): void {
  const { desk } = scene();
  desk.customer = record && { id: record.customer, name: record.name };
  desk.record = record ? recordBytes(record) : undefined;
  document.dispatchEvent(new CustomEvent("wellmet:identity", { detail: { customer: desk.customer } }));
}
