// Capability 32: a cart that is edited offline on two devices is merged without loss.

import { A, B, C, customers } from "./harness/data.mjs";
import { FAILED_REQUEST, assert, behaviour, eventually } from "./harness/index.mjs";

behaviour("c32 both offline, both edit, nothing is lost", async ({ shopper }) => {
  const anna = customers[1];
  const phone = await shopper();
  const desktop = await shopper({ viewport: { width: 1280, height: 900 } });
  const here = await phone.open("/");
  await phone.allow(here);
  await phone.signIn(here, anna);
  await phone.add(here, A, 2);
  await phone.add(here, B, 1);
  const there = await desktop.open("/");
  await desktop.allow(there);
  await desktop.signIn(there, anna);
  await phone.go(here, "/cart");
  await desktop.go(there, "/cart");
  await eventually(async () => (await desktop.cart(there))[B.id] === 1, "both start from the same cart");

  await phone.context.setOffline(true);
  await desktop.context.setOffline(true);
  // The phone removes B and adds C; the desktop, knowing nothing of it, adds two of B and raises A.
  await phone.setQuantity(here, B, 0);
  await here.evaluate((id) => window.wellmet.add(id, 1), C.id);
  await there.evaluate((id) => window.wellmet.add(id, 2), B.id);
  await desktop.setQuantity(there, A, 5);
  assert.deepEqual(await phone.cart(here), { [A.id]: 2, [C.id]: 1 });
  assert.deepEqual(await desktop.cart(there), { [A.id]: 5, [B.id]: 3 });

  await phone.context.setOffline(false);
  await desktop.context.setOffline(false);
  // She removed the one B that the phone saw; the two that the desktop added meanwhile survive.
  const merged = { [A.id]: 5, [B.id]: 2, [C.id]: 1 };
  const sorted = (cart) => JSON.stringify(Object.entries(cart).sort());
  await eventually(async () => sorted(await phone.cart(here)) === sorted(merged), "the phone has it all", 15_000);
  await eventually(async () => sorted(await desktop.cart(there)) === sorted(merged), "so has the desktop", 15_000);
  await eventually(async () => (await here.locator(".line").count()) === 3, "and the page shows it");
}, { expect: [FAILED_REQUEST], cartMoves: true });

behaviour("c32 an offline edit survives a reload before it could be sent", async ({ shopper, hub }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.add(page, A);
  await hub.stop();
  await she.go(page, "/cart");
  await she.setQuantity(page, A, 4);
  await eventually(async () => (await she.cart(page))[A.id] === 4, "the change is shown");
  await she.go(page, "/cart");
  assert.deepEqual(await she.cart(page), { [A.id]: 4 }, "from this device's own store");
  await hub.start();
  await she.go(page, "/cart");
  await eventually(async () => (await she.told(page, "saved")).at(-1)?.state === "hub", "and is safe at the hub then", 15_000);
}, { expect: [FAILED_REQUEST] });
