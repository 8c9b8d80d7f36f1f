// Saved state that somebody edited, or that a crash cut short: the page works, and what can be had comes from the hub.

import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

/** Damages what is kept, in one of several ways. Runs in the page. */
const spoil = (way) => new Promise((resolve, reject) => {
  const open = indexedDB.open("wellmet");
  open.onerror = () => reject(open.error);
  open.onsuccess = () => {
    const db = open.result;
    const transaction = db.transaction("kv", "readwrite");
    const kv = transaction.objectStore("kv");
    const damage = (value) => {
      if (!(value instanceof Uint8Array)) return value;
      if (way === "cut short") return value.slice(0, value.length >> 1);
      if (way === "turned over") return value.map((byte) => byte ^ 0xa5);
      if (way === "emptied") return new Uint8Array();
      return new Uint8Array(1_000_000).fill(0xff);
    };
    kv.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      const value = cursor.value;
      if (way === "replaced by nonsense") cursor.update("nonsense");
      else if (value instanceof Uint8Array) cursor.update(damage(value));
      else if (value && typeof value === "object") {
        for (const key of Object.keys(value)) value[key] = damage(value[key]);
        cursor.update(value);
      }
      cursor.continue();
    };
    transaction.oncomplete = () => {
      db.close();
      localStorage.setItem("wm-s", "{broken");
      localStorage.setItem("wm-m0", "x !!!not base64");
      resolve();
    };
  };
});

for (const way of ["cut short", "turned over", "emptied", "blown up", "replaced by nonsense"]) {
  behaviour(`saved state ${way}`, async ({ shopper }) => {
    const she = await shopper();
    const page = await she.open("/");
    await she.allow(page);
    await she.add(page, A, 2);
    await page.evaluate(spoil, way);
    await she.go(page, "/cart");
    await she.settled(page);
    assert.ok(await page.locator("h1").isVisible());
    await she.add(page, B);
    assert.equal((await she.cart(page))[B.id], 1, "the cart works");
    await she.go(page, "/cart");
    assert.equal((await she.cart(page))[B.id], 1, "and is kept again");
  });
}

behaviour("a signed-in customer's cart comes back whole", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, customers[3]);
  await she.add(page, A, 2);
  await eventually(async () => (await she.told(page, "saved")).at(-1)?.state === "hub", "the cart is at the hub");
  await page.evaluate(spoil, "turned over");
  await she.go(page, "/cart");
  await eventually(async () => (await she.cart(page))[A.id] === 2, "the hub has it");
});
