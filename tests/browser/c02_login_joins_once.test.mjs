// Capability 2: a login joins what she did before it with her account, once, and a logout leaves nothing.

import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

const [anna] = customers;

behaviour("c02 what she put into the cart before the login is there after it, once", async ({ shopper }) => {
  const phone = await shopper();
  const page = await phone.open("/");
  await phone.allow(page);
  await phone.add(page, A, 2);
  await phone.signIn(page, anna);
  assert.deepEqual(await phone.cart(page), { [A.id]: 2 });

  // The same again on another device: the account's own line and the guest's are not added up.
  const desktop = await shopper({ viewport: { width: 1280, height: 900 } });
  const there = await desktop.open("/");
  await desktop.allow(there);
  await desktop.add(there, A, 2);
  await desktop.add(there, B);
  await desktop.signIn(there, anna);
  await eventually(async () => (await desktop.cart(there))[B.id] === 1, "her line came along");
  assert.deepEqual(await desktop.cart(there), { [A.id]: 2, [B.id]: 1 });

  await desktop.signOut(there);
  assert.deepEqual(await desktop.cart(there), {}, "the account's lines leave with her");
  await desktop.signIn(there, anna);
  await eventually(async () => (await desktop.cart(there))[A.id] === 2, "and come back");
  assert.deepEqual(await desktop.cart(there), { [A.id]: 2, [B.id]: 1 });
});

behaviour("c02 a logout leaves her name nowhere", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, anna);
  await she.go(page, "/");
  const first = anna.name.split(" ")[0];
  assert.match(await she.slot(page, "greeting"), new RegExp(first));
  await she.signOut(page);
  for (const path of ["/", "/cart", "/account"]) {
    await she.go(page, path);
    const words = await page.evaluate(() => document.querySelector("main").innerText);
    if (path !== "/account") assert.ok(!words.includes(anna.name) && !words.includes(first), `${path} still names her`);
  }
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.ok(!kept.includes(first), "nor does anything that is kept for the next paint");
});
