// Capability 10: a status offer is shown to those who have the status, and reaches nobody else.

import { customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

/** The sample customers say in their note which status they have. */
const gold = customers.find(({ status }) => status === "gold");
const none = customers.find(({ status }) => !status || status === "none");

behaviour("c10 a gold customer sees the gold offer", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  const before = await she.slot(page, "status-offer");
  await she.allow(page);
  await she.signIn(page, gold);
  await she.go(page, "/");
  const offer = await she.slot(page, "status-offer");
  assert.notEqual(offer, before);
  const decision = await page.evaluate(() => window.wellmet.explain("status-offer"));
  assert.equal(decision.choice, "offer");
  assert.ok(decision.reason.code, "it says why");
});

behaviour("c10 a guest and a customer without the status see the shop's own words", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  const own = await she.slot(page, "status-offer");
  await she.allow(page);
  assert.equal(await she.slot(page, "status-offer"), own);
  await she.signIn(page, none);
  await she.go(page, "/");
  assert.equal(await she.slot(page, "status-offer"), own);
});
