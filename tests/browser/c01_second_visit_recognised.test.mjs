// Capability 1: a second visit in the same browser is recognised, without login and without the hub.

import { A, B } from "./harness/data.mjs";
import { FAILED_REQUEST, assert, behaviour, eventually } from "./harness/index.mjs";

const HOUR = 3_600_000;

behaviour("c01 the first visit is neutral, the second is greeted", async ({ shopper }) => {
  const she = await shopper();
  let page = await she.open("/");
  assert.match(await she.slot(page, "greeting"), /Good work starts/);
  await she.allow(page);
  await she.go(page, A.link);
  await she.settled(page);
  await page.close();

  await she.later(2 * HOUR);
  page = await she.open("/");
  assert.match(await she.slot(page, "greeting"), /^Good to see you Welcome back/);
  assert.match(await she.slot(page, "recent"), new RegExp(A.title.slice(0, 20).replace(/[^\w ]/g, ".")), "what she looked at");
});

behaviour("c01 she is greeted while the hub is away", async ({ shopper, hub }) => {
  const she = await shopper();
  let page = await she.open("/");
  await she.allow(page);
  await page.close();
  await hub.stop();
  await she.later(2 * HOUR);
  page = await she.open("/");
  assert.match(await she.slot(page, "greeting"), /Welcome back/);
}, { expect: [FAILED_REQUEST] });

behaviour("c01 a browser that erased what scripts wrote finds her cart again by the hub's own cookie", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.add(page, A, 2);
  await she.add(page, B);
  await eventually(async () => (await she.told(page, "saved")).at(-1)?.state === "hub", "the cart is at the hub");

  // What Safari does after seven days without a tap: all that scripts wrote is gone, the HttpOnly cookie stays.
  const cookies = (await she.context.cookies()).filter(({ httpOnly }) => httpOnly);
  assert.ok(cookies.some(({ name }) => name === "__Host-wellmet"), "the hub has set its cookie");
  const choice = (await she.context.cookies()).filter(({ name }) => name.startsWith("hpn_"));
  const she2 = await shopper();
  await she2.context.addCookies([...cookies, ...choice]);
  const again = await she2.open("/cart");
  await eventually(async () => (await she2.cart(again))[A.id] === 2, "the cart came back");
  assert.deepEqual(await she2.cart(again), { [A.id]: 2, [B.id]: 1 });
});
