// A browser that keeps nothing: the visit is personal all the same, in memory, and says so.

import { A } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

/** What browsers do when storage is forbidden: reading the very property throws, or opening fails. */
const WAYS = {
  "every access throws": () => {
    const refuse = { get() { throw new DOMException("The operation is insecure.", "SecurityError"); } };
    for (const name of ["indexedDB", "localStorage", "sessionStorage", "caches"]) Object.defineProperty(window, name, refuse);
    Object.defineProperty(Document.prototype, "cookie", { get: () => "", set: () => {} });
  },
  "the database cannot be opened": () => {
    IDBFactory.prototype.open = () => {
      const request = new EventTarget();
      setTimeout(() => {
        request.error = new DOMException("no", "UnknownError");
        const event = new Event("error", { cancelable: true });
        request.dispatchEvent(event);
        request.onerror?.(event);
      });
      return request;
    };
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  },
};

for (const [way, block] of Object.entries(WAYS)) {
  behaviour(`storage blocked: ${way}`, async ({ shopper }) => {
    const she = await shopper();
    await she.context.addInitScript(block);
    const page = await she.open("/");
    await she.allow(page);
    await page.evaluate((id) => window.wellmet.add(id, 2), A.id);
    assert.deepEqual(await she.cart(page), { [A.id]: 2 });
    const states = (await she.told(page, "saved")).map(({ state }) => state);
    assert.ok(states.length > 0 && !states.includes("device"), `it never claims to have kept it: ${states}`);
    await she.go(page, "/c/furniture");
    assert.ok(await page.locator(".card").first().isVisible());
  });
}
