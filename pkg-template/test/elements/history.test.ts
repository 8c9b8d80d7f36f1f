import { beforeEach, describe, expect, test } from "vitest";
import "../../src/elements/history.js";
import { readRecord } from "../../src/elements/record.js";
import { settle } from "../fakes.js";
import { CLAIRE, inside, isDefault, press, recordBytes, shop, signIn, text, the } from "./page.js";

beforeEach(() => {
  document.documentElement.lang = "en";
});

describe("<wm-history>", () => {
  test("c08 shows the latest orders with date and picture, only after a login", async () => {
    await shop('<wm-history order-href="/orders/{id}"><p>Sign in to see your orders.</p></wm-history>');
    const history = the("wm-history");
    expect(isDefault(history)).toBe(true);
    signIn(CLAIRE);
    await settle();
    expect(text(history)).toContain("A chair and 1 more");
    expect(text(history)).toContain("May 3, 2026 · Order A-2 · €271.95");
    expect(inside(history, "img").getAttribute("src")).toBe("/img/chair.svg");
    expect(inside(history, "[part=date] a").getAttribute("href")).toBe("/orders/A-2");
    signIn(null);
    await settle();
    expect(isDefault(history)).toBe(true);
    expect(history.shadowRoot!.textContent).not.toContain("A chair");
  });

  test("c08 buys again what is still sold", async () => {
    const page = await shop("<wm-history></wm-history>");
    signIn(CLAIRE);
    await settle();
    const history = the("wm-history");
    expect(text(history)).toContain("No longer sold");
    await press(history, "Buy again: Order A-2");
    expect(page.wellmet.cart().lines.map(({ item, quantity }) => [item, quantity])).toEqual([["chair", 2]]);
    await press(history, "Buy again: A desk");
    expect(page.wellmet.cart().count).toBe(3);
  });

  test("shows no more than its limit, and says when there is nothing", async () => {
    await shop('<wm-history limit="1"></wm-history>');
    signIn(CLAIRE);
    await settle();
    expect(the("wm-history").shadowRoot!.querySelectorAll("[part=order]")).toHaveLength(1);
    signIn({ ...CLAIRE, orders: [] });
    await settle();
    expect(text(the("wm-history"))).toBe("No orders yet.");
  });

  test("bytes of another version, or cut anywhere, are no record", () => {
    const bytes = recordBytes(CLAIRE);
    expect(readRecord(bytes)).toEqual(CLAIRE);
    for (let end = 0; end < bytes.length; end++) expect(readRecord(bytes.subarray(0, end)), `cut at ${end}`).toBeUndefined();
    const other = bytes.slice();
    other[0] = 9;
    expect(readRecord(other)).toBeUndefined();
  });
});
