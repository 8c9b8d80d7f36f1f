import { beforeEach, describe, expect, test, vi } from "vitest";
import "../../src/elements/cart.js";
import { settle } from "../fakes.js";
import { inside, isDefault, press, shop, text, the } from "./page.js";

beforeEach(() => {
  document.documentElement.lang = "en";
});

const MARKUP = '<wm-cart checkout-href="/checkout"><p>Your cart is being fetched.</p></wm-cart>';

describe("<wm-cart>", () => {
  test("shows lines, total and whether they are safe", async () => {
    const page = await shop(MARKUP);
    await page.wellmet.add("chair", 2, { colour: "red" });
    await settle();
    const cart = the("wm-cart");
    expect(text(cart)).toContain("Article chair");
    expect(text(cart)).toContain("red · €2.50 each");
    expect(text(cart)).toContain("2 things€5.00");
    expect(inside(cart, "[part=saved]").textContent).toMatch(/^(Saved on this device|Kept until you leave)$/);
    expect(inside(cart, "[part=checkout]").getAttribute("href")).toBe("/checkout");
  });

  test("steppers and the field change the quantity, within bounds", async () => {
    const page = await shop(MARKUP.replace("<wm-cart", '<wm-cart max="3"'));
    await page.wellmet.add("chair", 1);
    await settle();
    const cart = the("wm-cart");
    const changes: unknown[] = [];
    document.addEventListener("wm-change", ({ detail }) => changes.push(detail), { once: true });
    const fewer = inside<HTMLButtonElement>(cart, '[aria-label="One fewer of Article chair"]');
    expect(fewer.disabled).toBe(true);
    await press(cart, "One more of Article chair");
    await press(cart, "One more of Article chair");
    expect(page.wellmet.cart().count).toBe(3);
    expect(inside<HTMLButtonElement>(cart, '[aria-label="One more of Article chair"]').disabled).toBe(true);
    expect(changes[0]).toEqual({ line: "chair", item: "chair", quantity: 2, was: 1 });
    const field = inside<HTMLInputElement>(cart, "input");
    field.value = "99";
    field.dispatchEvent(new Event("change"));
    await settle();
    expect(page.wellmet.cart().count).toBe(3);
    field.value = "some";
    field.dispatchEvent(new Event("change"));
    expect(field.value).toBe("3");
  });

  test("removing can be undone, and the line is what it was", async () => {
    const page = await shop(MARKUP);
    await page.wellmet.add("chair", 2, { colour: "red" });
    await page.wellmet.add("desk");
    await settle();
    const cart = the("wm-cart");
    await press(cart, "Remove Article chair");
    expect(page.wellmet.cart().lines.map(({ item }) => item)).toEqual(["desk"]);
    expect(text(cart)).toContain("Article chair was removed.");
    await press(cart, "Undo");
    expect(page.wellmet.cart().lines.map(({ key, quantity }) => [key, quantity])).toContainEqual(["chair?colour=red", 2]);
    expect(text(cart)).not.toContain("was removed");
  });

  test("an empty cart says so, also right after the last line went", async () => {
    const page = await shop(MARKUP);
    const cart = the("wm-cart");
    expect(text(cart), "in the words of the shop file").toBe("Nothing here.");
    await page.wellmet.add("desk");
    await settle();
    await press(cart, "Remove Article desk");
    expect(text(cart)).toContain("Undo");
    expect(text(cart)).toContain("Nothing here.");
  });

  test("words: of the element, else of the page, else of the shop file, else its own", async () => {
    await shop(`<script type="application/json" data-wm-texts>{"en": {"cart.empty": "Not a thing."}}</script>${MARKUP}`);
    const cart = the("wm-cart") as HTMLElement & { texts?: Record<string, string> };
    expect(text(cart)).toBe("Not a thing.");
    cart.texts = { empty: "Void." };
    await settle();
    expect(text(cart)).toBe("Void.");
  });

  test("a page may keep its own checkout", async () => {
    const page = await shop(MARKUP);
    await page.wellmet.add("desk", 2);
    await settle();
    const heard = vi.fn((event: Event) => event.preventDefault());
    document.addEventListener("wm-checkout", heard, { once: true });
    const click = new MouseEvent("click", { cancelable: true, bubbles: true });
    inside(the("wm-cart"), "[part=checkout]").dispatchEvent(click);
    expect(click.defaultPrevented).toBe(true);
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ count: 2, total: 500, currency: "EUR" });
  });

  test("without the SDK the shop's own content is there", async () => {
    const page = await shop(MARKUP);
    page.wellmet.destroy();
    await settle();
    expect(isDefault(the("wm-cart"))).toBe(true);
  });
});
