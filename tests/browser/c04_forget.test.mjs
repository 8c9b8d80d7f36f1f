// Capability 4: "Forget me" erases this browser and the hub; the next page is a first visit.

import { A } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

behaviour("c04 after forgetting nothing is left here", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.add(page, A);
  await she.go(page, "/privacy");
  await page.getByRole("button", { name: "Forget everything" }).click();
  await page.getByRole("button", { name: "Yes, forget me" }).click();
  await she.settled(page);
  await eventually(async () => {
    const { cookies, local, databases } = await she.stored();
    return !cookies.some((name) => name === "wm" || name.startsWith("__Host-wellmet")) &&
      !local.some((key) => key.startsWith("wm")) && databases.length === 0;
  }, "every trace of wellmet is gone");
  await she.later(2 * 3_600_000);
  await she.go(page, "/");
  assert.match(await she.slot(page, "greeting"), /Good work starts/);
  assert.deepEqual(await she.cart(page), {});
});

behaviour("c04 the hub forgets too, and a second device of hers learns it", async ({ shopper }) => {
  const phone = await shopper();
  const page = await phone.open("/");
  await phone.allow(page);
  await phone.add(page, A, 3);
  await eventually(async () => (await phone.told(page, "saved")).at(-1)?.state === "hub", "the cart is at the hub");
  const cookies = await phone.context.cookies();
  await phone.go(page, "/privacy");
  await page.getByRole("button", { name: "Forget everything" }).click();
  await page.getByRole("button", { name: "Yes, forget me" }).click();
  await phone.settled(page);

  const copy = await shopper();
  await copy.context.addCookies(cookies);
  const there = await copy.open("/cart");
  await copy.settled(there);
  assert.deepEqual(await copy.cart(there), {}, "the old cookie finds nothing");
}, { expect: [/status of 410/] });
