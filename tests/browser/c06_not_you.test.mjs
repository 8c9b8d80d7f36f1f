// Capability 6: "Not you?" returns to a neutral page in one click, and stays there.

import { A, customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

behaviour("c06 one click and the page knows nobody", async ({ shopper }) => {
  const [anna] = customers;
  const first = anna.name.split(" ")[0];
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, anna);
  await she.add(page, A);
  await she.go(page, "/");
  assert.match(await she.slot(page, "greeting"), new RegExp(first));

  // Measured inside the page: after the click, the very next frame must not show her name.
  const shown = await page.evaluate((first) => new Promise((resolve) => {
    document.querySelector('[data-wm-slot="greeting"] [data-wm-action]').click();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(document.querySelector("main").innerText.includes(first))));
  }), first);
  assert.equal(shown, false, "her name was on the screen for more than a frame");
  assert.match(await she.slot(page, "greeting"), /Good work starts/);
  assert.deepEqual(await she.cart(page), {});
  await she.settled(page);

  await she.go(page, "/");
  assert.match(await she.slot(page, "greeting"), /Good work starts/, "a reload brings nothing back");
  await she.go(page, "/cart");
  assert.deepEqual(await she.cart(page), {});
});

behaviour("c06 a cookie alone never shows orders", async ({ shopper, origin }) => {
  const [anna] = customers;
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, anna);
  const visitorOnly = (await she.context.cookies()).filter(({ name }) => name !== "__Host-wellmet-session");
  const other = await shopper();
  await other.context.addCookies(visitorOnly);
  const answer = await other.context.request.get(`${origin}/wellmet/v1/record`);
  assert.equal(answer.status(), 401);
});
