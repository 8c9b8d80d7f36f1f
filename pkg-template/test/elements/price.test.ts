import { beforeEach, describe, expect, test, vi } from "vitest";
import "../../src/elements/price.js";
import { NEW_YORK } from "../../src/elements/price.words.js";
import { decision, settle } from "../fakes.js";
import { inside, isDefault, scene, shop, text, the } from "./page.js";

beforeEach(() => {
  document.documentElement.lang = "en";
});

async function price(attributes: string, inner = "€50.00"): Promise<HTMLElement> {
  await shop("");
  document.body.innerHTML = `<wm-price currency="EUR" ${attributes}>${inner}</wm-price>`;
  await settle();
  return the("wm-price");
}
const told = (heard: ReturnType<typeof vi.spyOn>): unknown[] => heard.mock.calls.map(([code]) => code);

describe("<wm-price>", () => {
  test("c33 a personal price carries the notice of Art. 6(1)(ea)", async () => {
    const element = await price('amount="4500" was="5000" personal');
    expect(inside(element, "[part=price]").textContent).toContain("€45.00");
    expect(inside(element, "[part=notice]").textContent).toBe("This price was personalised for you by automated decision-making.");
    document.documentElement.lang = "de";
    element.setAttribute("amount", "4400");
    await settle();
    expect(inside(element, "[part=notice]").textContent).toMatch(/automatisierten Entscheidung/);
  });

  test("c33 what was decided for her is personal whatever the markup says", async () => {
    await shop('<wm-price data-wm-slot="price" currency="EUR">€50.00</wm-price>', (slots) => ({
      decisions: slots.map((slot) => decision(slot, "gold", { fields: { amount: 4500 } })),
    }));
    expect(inside(the("wm-price"), "[part=notice]").textContent).not.toBe("");
  });

  test("c33 where the notice cannot be seen, the price for everybody is shown", async () => {
    const element = await price('amount="4500" personal');
    expect(isDefault(element)).toBe(false);
    const hidden = await price('amount="4500" personal', '€50.00<span slot="notice"> </span>');
    const problems = vi.spyOn(scene(), "tell");
    expect(isDefault(hidden)).toBe(true);
    void problems;
  });

  test("c33 a public reduction shows the lowest price of 30 days, or is none", async () => {
    const element = await price('amount="4500" was="5000" prior="4700" announced="public"');
    expect(text(element)).toContain("€50.00");
    expect(inside(element, "[part=prior]").textContent).toBe("Lowest price of the last 30 days: €47.00");
    await shop("");
    const problems = vi.spyOn(scene(), "tell");
    document.body.innerHTML = '<wm-price currency="EUR" amount="4500" was="5000">€50.00</wm-price>';
    await settle();
    expect(the("wm-price").shadowRoot!.querySelector("s")).toBeNull();
    expect(text(the("wm-price"))).toBe("€45.00");
    expect(told(problems)).toContain("WM-PRICE-001");
  });

  test("c33 a personal reduction needs no prior price; a rise is no reduction", async () => {
    const element = await price('amount="4500" was="5000" personal');
    expect(text(element)).toContain("€50.00");
    const dearer = await price('amount="5500" was="5000" prior="5000"');
    expect(dearer.shadowRoot!.querySelector("s")).toBeNull();
  });

  test("New York has its own sentence", async () => {
    const element = await price('amount="4500" personal law="us-ny"');
    expect(inside(element, "[part=notice]").textContent).toContain(NEW_YORK);
  });

  test("what is no amount or no currency is no price", async () => {
    for (const bad of ['amount="12.5"', 'amount="abc"', 'amount=""', 'amount="100" currency="euro"']) {
      const element = await price(bad.includes("currency") ? "" : bad);
      if (bad.includes("currency")) {
        element.setAttribute("currency", "euro");
        element.setAttribute("amount", "100");
        await settle();
      }
      expect(isDefault(element), bad).toBe(true);
    }
  });
});
