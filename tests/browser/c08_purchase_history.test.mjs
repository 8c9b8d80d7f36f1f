// Capability 8: her latest orders with date and picture, and buying again: from the hub's record, after a login only.

import { customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

behaviour("c08 her orders are shown once she is signed in, and gone when she signs out", async ({ shopper }) => {
  const [anna] = customers;
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.go(page, "/elements");
  const history = page.locator("wm-history");
  assert.ok(await history.getByText("Sign in to see your orders.").isVisible());
  await she.signIn(page, anna);
  const first = history.locator("[part=order]").first();
  await first.waitFor();
  assert.match(await first.locator("[part=date]").innerText(), /^[A-Z][a-z]+ \d{1,2}, 20\d\d · Order [A-Z]{2}-20\d\d-\d+ · \$[\d,]+\.\d\d$/);
  const picture = await first.locator("img").first().evaluate((img) => ({ src: img.getAttribute("src"), loaded: img.naturalWidth > 0 }));
  assert.match(picture.src, /^\/img\/.+\.svg$/);

  await first.getByRole("button", { name: /^Buy again: Order/ }).click();
  await eventually(async () => Object.keys(await she.cart(page)).length > 0, "what was in it is in the cart");
  await first.locator("summary").click();
  const bought = await first.locator("[part=line] a").first().getAttribute("href");
  assert.ok(bought.endsWith(Object.keys(await she.cart(page)).find((id) => bought.endsWith(id))), bought);

  await page.locator("main").getByRole("button", { name: "Sign out" }).click();
  await page.waitForSelector("body:not([data-customer])");
  await she.settled(page);
  await she.go(page, "/elements");
  assert.equal(await page.locator("wm-history [part=order]").count(), 0);
});
