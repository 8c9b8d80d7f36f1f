// Capability 16: recommendations from what she bought and did, each with its reason, never what is in her cart; what she
// did does not leave her browser for them.

import { A, B, C, customers, products } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const byId = new Map(products.map((product) => [product.id, product]));

/** What wellmet decided for a slot, and what the page shows of it. */
async function shown(page, slot, choice) {
  // What it needs of the book comes in parts; the shop's own content stays until all of it is there.
  await page.waitForFunction(([slot, choice]) => window.wellmet.explain(slot)?.choice === choice, [slot, choice]);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const decision = await page.evaluate((slot) => window.wellmet.explain(slot), slot);
  const cards = await page.locator(`[data-wm-slot="${slot}"] .card`).evaluateAll((cards) =>
    cards.map((card) => ({
      title: card.querySelector(".card-title").textContent,
      why: card.querySelector(".card-why").textContent.trim(),
      price: card.querySelector(".card-price").textContent,
      href: card.querySelector("a").getAttribute("href"),
    })));
  return { decision, cards };
}

function sound({ decision, cards }, cart = []) {
  assert.ok(cards.length >= 1 && cards.length <= 4, `${cards.length} cards`);
  cards.forEach((card, index) => {
    const item = decision.items[index];
    const product = byId.get(item.id);
    assert.equal(card.title, product.title);
    assert.equal(card.href, product.link);
    assert.notEqual(card.why, "", `${card.title} has no reason`);
    assert.doesNotMatch(card.why, /[{}]/, "the reason is finished");
    assert.match(card.price, /^\$[\d,]+\.\d\d$/);
    assert.notEqual(product.in_stock, false, `${card.title} is out of stock`);
    assert.ok(!cart.includes(item.id), `${card.title} is in the cart already`);
  });
  const ids = decision.items.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, "no article twice");
}

behaviour("c16 a customer gets picks from what she bought", async ({ shopper }) => {
  for (const customer of customers.slice(0, 2)) {
    const she = await shopper();
    const page = await she.open("/");
    await she.allow(page);
    await she.signIn(page, customer);
    await she.go(page, "/");
    sound(await shown(page, "for-you", "picks"));
  }
});

behaviour("c16 what goes with the cart is not in the cart", async ({ shopper }) => {
  const she = await shopper({ viewport: { width: 1280, height: 900 } });
  const page = await she.open("/");
  await she.allow(page);
  await she.add(page, A);
  await she.go(page, "/cart");
  const goes = await shown(page, "with-cart", "goes");
  sound(goes, [A.id]);
  await she.add(page, byId.get(goes.decision.items[0].id));
  await she.go(page, "/cart");
  sound(await shown(page, "with-cart", "goes"), [A.id, goes.decision.items[0].id]);
});

behaviour("c16 no request tells what she looked at", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  const looks = [A, B, C];
  for (const product of looks) {
    await she.go(page, product.link);
    await she.settled(page);
  }
  const sent = [];
  she.context.on("request", (request) => {
    // Going to a page is hers to do, and the pictures of what is shown come from the shop.
    if (!request.isNavigationRequest() && request.resourceType() !== "image") sent.push(request);
  });
  await she.go(page, "/");
  const { decision } = await shown(page, "recent", "seen");
  assert.deepEqual(new Set(decision.items.map(({ id }) => id)), new Set(looks.map(({ id }) => id)), "it is about her visit");
  await she.settled(page);
  assert.ok(sent.some((request) => request.url().includes("/book/")), "the book is asked for");
  for (const request of sent) {
    const told = `${request.method()} ${request.url()} ${request.postData() ?? ""}`;
    for (const { id } of looks) assert.ok(!told.includes(id) && !told.includes(encodeURIComponent(id)), told);
    if (request.method() !== "GET") assert.match(request.url(), /\/v1\/(visit|sync)$/, told);
  }
});
