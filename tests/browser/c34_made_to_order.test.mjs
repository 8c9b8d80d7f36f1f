// Capability 34: options, constraints and price; an engraving with its letters, length and surcharge. Capability 38: a
// design is shared as a link that opens as a copy.

import { assert, behaviour, eventually } from "./harness/index.mjs";

const choose = (page, group, value) => page.locator(`input[name="${group}"][value="${value}"]`).check({ force: true });
const price = (page) => page.locator(".order-sum [data-wm-money]").innerText();
const write = async (page, text) => {
  await page.locator('[name="monogram"]').fill(text);
  await page.locator('[name="monogram"]').press("Tab");
};

behaviour("c34 what does not go together is greyed and says why", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/made-to-order/humidor");
  await choose(page, "size", "medium");
  await choose(page, "size", "small");
  const digital = page.locator('[name="gauge"][value="digital"]');
  await eventually(() => digital.isDisabled(), "no room in the small lid");
  assert.match(await digital.getAttribute("aria-description"), /no room/);
  const monogram = page.locator('[name="monogram"]');
  assert.ok(await monogram.isDisabled(), "ash takes no letters");
  assert.match(await monogram.getAttribute("aria-description"), /too soft/);
  await choose(page, "size", "medium");
  await choose(page, "wood", "walnut");
  await eventually(async () => !(await digital.isDisabled()) && !(await monogram.isDisabled()), "now they go");
  await choose(page, "gauge", "digital");
  await eventually(async () => (await price(page)) === "$289.00", "140 and 50 and 60 and 39");
});

behaviour("c34 c31 an engraving has its letters, its length and its price", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/made-to-order/humidor");
  await choose(page, "wood", "oak");
  await eventually(async () => (await price(page)) === "$165.00", "140 and 25");
  const add = page.locator('[data-wm-action="add"]');
  await write(page, "ab");
  await eventually(() => add.isDisabled(), "small letters are not cut");
  await write(page, "EP");
  await eventually(async () => (await price(page)) === "$180.00" && !(await add.isDisabled()), "and 15 for the letters");
  await add.click();
  await she.settled(page);
  await she.go(page, "/cart");
  await eventually(async () => (await page.locator(".line").count()) === 1, "the humidor is in the cart");
  assert.match(await page.locator(".line").innerText(), /EP/);
  assert.match(await page.locator(".line").innerText(), /\$180\.00/);
});

behaviour("c38 a link opens a design as a copy, without anything of hers", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/made-to-order/cigar");
  await choose(page, "format", "toro");
  await choose(page, "wrapper", "maduro");
  await eventually(async () => (await price(page)) === "$146.00", "90 and 36 and 20");
  const link = await page.locator("a[data-wm-share]").getAttribute("href");
  assert.deepEqual([...new URL(link).searchParams.keys()], ["wm-design"]);

  const friend = await shopper();
  const there = await friend.open("/made-to-order/cigar");
  await choose(there, "wrapper", "habano");
  await friend.settled(there);
  await friend.go(there, new URL(link).pathname + new URL(link).search);
  await eventually(async () => (await price(there)) === "$146.00", "the design is shown");
  await choose(there, "format", "corona");
  await eventually(async () => (await price(there)) === "$110.00", "and may be changed");
  await friend.settled(there);
  // His own draft and her design are as they were.
  await friend.go(there, "/made-to-order/cigar");
  await eventually(async () => (await there.locator('[value="habano"]').isChecked()), "his own draft is still his");
  await she.go(page, "/made-to-order/cigar");
  await eventually(async () => (await page.locator('[value="toro"]').isChecked()), "hers is still hers");
  // A link that means nothing here leaves the form as it is.
  await friend.go(there, "/made-to-order/cigar?wm-design=cigar:9nonsense");
  const told = async () => (await friend.told(there, "error")).some(({ code }) => code === "WM-DESIGN-001");
  await eventually(told, "it is told");
});
