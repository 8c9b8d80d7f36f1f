// Capability 10: a status offer is shown to those who have the status, and to nobody else.
//
// In January 2018, right after the log's end, Emily Phan had once spent enough in twelve months for gold and since
// then enough to keep it, and Tamara Chand nothing at all in a year; `www/wellmet.json` has the rules.

import { customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const JANUARY_2018 = Date.parse("2018-01-13T09:30:00Z");
const emily = customers.find(({ id }) => id === "EP-13915");
const tamara = customers.find(({ id }) => id === "TC-20980");
const GOLD = /gold/i;

async function then(shopper) {
  const she = await shopper();
  await she.later(JANUARY_2018 - Date.now());
  const page = await she.open("/");
  return { she, page };
}

behaviour("c10 a gold customer sees the gold offer, and why", async ({ shopper }) => {
  const { she, page } = await then(shopper);
  const own = await she.slot(page, "status-offer");
  await she.allow(page);
  await she.signIn(page, emily);
  await she.go(page, "/");
  const offer = await she.slot(page, "status-offer");
  assert.notEqual(offer, own);
  assert.match(offer, GOLD);
  assert.doesNotMatch(offer, /[{}]/, "the text is finished");
  const decision = await page.evaluate(() => window.wellmet.explain("status-offer"));
  assert.equal(decision.choice, "offer");
  assert.ok(decision.reason.code, "the decision carries its reason");
});

behaviour("c10 nobody else sees it", async ({ shopper }) => {
  const { she, page } = await then(shopper);
  const own = await she.slot(page, "status-offer");
  assert.doesNotMatch(own, GOLD);
  await she.allow(page);
  await she.go(page, "/");
  assert.doesNotMatch(await she.slot(page, "status-offer"), GOLD, "a guest");
  await she.signIn(page, tamara);
  await she.go(page, "/");
  assert.doesNotMatch(await she.slot(page, "status-offer"), GOLD, "a customer without the status");
  await she.signOut(page);
  await she.go(page, "/");
  assert.doesNotMatch(await she.slot(page, "status-offer"), GOLD, "after signing out");
});
