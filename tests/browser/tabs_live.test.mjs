// Two tabs of one browser show the same cart, at once and without a hub.

import { A, B } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

behaviour("what is done in one tab shows in the other", async ({ shopper }) => {
  const she = await shopper();
  const left = await she.open("/cart");
  const right = await she.open(A.link);
  await she.add(right, A, 2);
  await eventually(async () => (await left.locator(".line").count()) === 1, "the line appears", 2_000);
  await she.setQuantity(left, A, 5);
  await eventually(async () => (await she.cart(right))[A.id] === 5, "the number follows", 2_000);
}, { cartMoves: true });

behaviour("both tabs at the same moment lose nothing", async ({ shopper }) => {
  const she = await shopper();
  const left = await she.open("/cart");
  const right = await she.open("/cart");
  await Promise.all([
    left.evaluate(async (id) => { for (let n = 0; n < 20; n += 1) await window.wellmet.add(id, 1); }, A.id),
    right.evaluate(async (id) => { for (let n = 0; n < 20; n += 1) await window.wellmet.add(id, 1); }, B.id),
  ]);
  const all = { [A.id]: 20, [B.id]: 20 };
  for (const page of [left, right]) {
    await eventually(async () => {
      const cart = await she.cart(page);
      return cart[A.id] === 20 && cart[B.id] === 20;
    }, "all forty are in both");
  }
  await Promise.all([left.close(), right.close()]);
  const later = await she.open("/cart");
  assert.deepEqual(await she.cart(later), all, "and are kept");
}, { cartMoves: true });
