// Capability 36: a configuration is kept, and continued on another device; edits of different options merge.

import { customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

const chosen = (page) =>
  page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-wm-group]:checked")].map((field) => [field.name, field.value])));

const choose = (page, group, value) => page.locator(`input[name="${group}"][value="${value}"]`).check({ force: true });

behaviour("c36 started on the phone, continued on the desktop", async ({ shopper }) => {
  const anna = customers[2];
  const phone = await shopper();
  const here = await phone.open("/");
  await phone.allow(here);
  await phone.signIn(here, anna);
  await phone.go(here, "/made-to-order");
  await choose(here, "wood", "oak");
  await choose(here, "size", "medium");
  await phone.settled(here);
  const price = here.locator(".order-sum [data-wm-money]");
  await eventually(async () => (await price.innerText()) === "$580.00", "480 and 60 and 40");

  const desktop = await shopper({ viewport: { width: 1280, height: 900 } });
  const there = await desktop.open("/");
  await desktop.allow(there);
  await desktop.signIn(there, anna);
  await desktop.go(there, "/made-to-order");
  await eventually(async () => (await chosen(there)).wood === "oak", "the desktop shows the phone's choice");
  assert.deepEqual(await chosen(there), { size: "medium", wood: "oak", legs: "trestle" });

  // Different options on both: both hold.
  await choose(here, "legs", "steel");
  await choose(there, "wood", "walnut");
  for (const [shopper, page] of [[phone, here], [desktop, there]]) {
    await eventually(async () => {
      const now = await chosen(page);
      return now.legs === "steel" && now.wood === "walnut" && now.size === "medium";
    }, "both edits are on both devices");
    await shopper.settled(page);
  }
  await there.getByRole("button", { name: "Add to cart" }).click();
  await desktop.go(there, "/cart");
  await eventually(async () => (await there.locator(".line").count()) === 1, "the desk is in the cart");
  assert.match(await there.locator(".line").innerText(), /\$710\.00/, "480 and 60 and 120 and 50");
});

behaviour("c36 it is kept over a reload without a sign-in", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/made-to-order");
  await choose(page, "wood", "walnut");
  await she.settled(page);
  await she.go(page, "/made-to-order");
  await eventually(async () => (await chosen(page)).wood === "walnut", "walnut is still chosen");
});

behaviour("c36 a choice made before the page is complete is kept, too", async ({ shopper }) => {
  const she = await shopper();
  await she.context.route("**/living.js", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  const page = await she.open("/made-to-order");
  await choose(page, "wood", "walnut");
  await she.settled(page);
  assert.equal((await chosen(page)).wood, "walnut");
  await she.go(page, "/made-to-order");
  await eventually(async () => (await chosen(page)).wood === "walnut", "walnut is still chosen");
});
