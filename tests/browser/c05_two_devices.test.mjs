// Capability 5: the same person on phone and desktop; what she does on one shows on the other within two seconds.

import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

behaviour("c05 the cart follows to the other device, live", async ({ shopper }) => {
  const [anna] = customers;
  const phone = await shopper();
  const desktop = await shopper({ viewport: { width: 1280, height: 900 } });
  const here = await phone.open("/");
  await phone.allow(here);
  await phone.signIn(here, anna);
  const there = await desktop.open("/");
  await desktop.allow(there);
  await desktop.signIn(there, anna);
  await desktop.go(there, "/cart");

  await phone.add(here, A, 2);
  await eventually(async () => (await desktop.cart(there))[A.id] === 2, "the phone's line is on the desktop", 2_000);
  assert.equal(await there.locator(".line").count(), 1, "and on its screen, without a reload");

  await phone.go(here, "/cart");
  await desktop.add(there, B);
  await eventually(async () => (await phone.cart(here))[B.id] === 1, "the desktop's line is on the phone", 2_000);
  await desktop.go(there, "/cart");
  await desktop.setQuantity(there, A, 0);
  await eventually(async () => !(A.id in (await phone.cart(here))), "a removal follows too", 2_000);
  assert.deepEqual(await phone.cart(here), { [B.id]: 1 });
}, { cartMoves: true });
