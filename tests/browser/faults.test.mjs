// What goes wrong in browsers: the database's connection dies, two tabs sign in at once, a page comes back out of the
// back/forward cache, a clock is a day ahead. Nothing she did is lost or doubled.

import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

const [anna, bert] = customers;
const DAY = 86_400_000;

const atHub = (shopper, page) =>
  eventually(async () => (await shopper.told(page, "saved")).at(-1)?.state === "hub", "everything is at the hub");

behaviour("c32 the database's connection is killed under her hands", async ({ shopper }) => {
  const she = await shopper();
  await she.context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    window.connections = [];
    IDBFactory.prototype.open = function (...parts) {
      const request = open.apply(this, parts);
      request.addEventListener("success", () => window.connections.push(request.result));
      return request;
    };
  });
  const page = await she.open("/");
  await she.allow(page);
  await she.add(page, A);
  for (let round = 2; round < 5; round++) {
    const killed = await page.evaluate(() => {
      const open = window.connections.splice(0);
      for (const connection of open) {
        connection.close();
        connection.dispatchEvent(new Event("close"));
      }
      return open.length;
    });
    assert.ok(round > 2 || killed > 0, "there was a connection to kill");
    await page.evaluate((id) => window.wellmet.add(id), A.id);
    assert.deepEqual(await she.cart(page), { [A.id]: round });
    assert.notEqual((await she.told(page, "saved")).at(-1)?.state, "memory", "it was kept all the same");
  }
  await she.settled(page);
  await she.go(page, "/cart");
  assert.deepEqual(await she.cart(page), { [A.id]: 4 });
});

behaviour("c02 two tabs that sign in at once double nothing", async ({ shopper }) => {
  const desktop = await shopper();
  const there = await desktop.open("/");
  await desktop.allow(there);
  await desktop.signIn(there, anna);
  await desktop.add(there, A, 3);
  await atHub(desktop, there);

  const phone = await shopper();
  const left = await phone.open("/");
  await phone.allow(left);
  await phone.add(left, A, 2);
  await phone.add(left, B);
  const right = await phone.open("/cart");
  // The shop's own login, and one token for each tab.
  await left.evaluate(async (id) => {
    await fetch("/login", { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams({ customer: id }) });
  }, anna.id);
  const signIn = (page) =>
    page.evaluate(async () => {
      const answer = await fetch("/token", { method: "POST", headers: { accept: "application/json" } });
      return window.wellmet.identify(await answer.json());
    });
  const accepted = await Promise.all([signIn(left), signIn(right)]);
  assert.ok(accepted.some(Boolean), "she is signed in");
  const wanted = { [A.id]: 3, [B.id]: 1 };
  for (const page of [left, right]) {
    await eventually(async () => JSON.stringify(await phone.cart(page)) === JSON.stringify(wanted), "the larger of both, once");
  }
  await desktop.go(there, "/cart");
  await eventually(async () => (await desktop.cart(there))[B.id] === 1, "and so on the desktop");
  assert.deepEqual(await desktop.cart(there), wanted);
}, { cartMoves: true });

behaviour("c32 a page out of the back/forward cache shows what happened meanwhile", async ({ shopper }) => {
  const she = await shopper();
  const kept = await she.open("/cart");
  // What hears of other tabs comes after the first decision.
  await she.settled(kept);
  await kept.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  const other = await she.open(A.link);
  await she.add(other, A, 2);
  assert.deepEqual(await she.cart(kept), {}, "a page in the cache hears nothing");
  await kept.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await eventually(async () => (await she.cart(kept))[A.id] === 2, "it reads again when it comes back");
  // And it goes on keeping what she does.
  await she.setQuantity(kept, A, 5);
  await eventually(async () => (await she.cart(other))[A.id] === 5, "the other tab hears of it");
}, { cartMoves: true });

behaviour("c32 a clock that is a day ahead wins nothing and loses nothing", async ({ shopper }) => {
  const ahead = await shopper();
  await ahead.later(DAY);
  const here = await ahead.open("/");
  await ahead.allow(here);
  await ahead.signIn(here, bert);
  await ahead.add(here, A, 2);
  await ahead.go(here, "/cart");
  await ahead.setQuantity(here, A, 7);
  await atHub(ahead, here);

  const right = await shopper();
  const there = await right.open("/");
  await right.allow(there);
  await right.signIn(there, bert);
  await right.go(there, "/cart");
  await eventually(async () => (await right.cart(there))[A.id] === 7, "the hub took it");
  // A later wish on the device with the right clock holds, although its stamp is a day earlier.
  await right.setQuantity(there, A, 1);
  await eventually(async () => (await ahead.cart(here))[A.id] === 1, "on both");
  await atHub(right, there);
  assert.deepEqual(await right.cart(there), { [A.id]: 1 });
}, { cartMoves: true });
