// Capability 7: her name in the window: from a signed login or her own word, as text, and from nowhere else.

import { customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const HOSTILE = `<img src=x onerror="document.title='owned'"> "Bobby" & 'Tables' \u202eevil`;

behaviour("c07 a signed name is shown", async ({ shopper }) => {
  const [anna] = customers;
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, anna);
  await she.go(page, "/");
  const name = page.locator('[data-wm-slot="greeting"] bdi').first();
  assert.ok(anna.name.startsWith(await name.innerText()), await name.innerText());
});

behaviour("c07 HTML in her own word is shown as text", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await page.evaluate((name) => window.wellmet.setName(name), HOSTILE);
  await she.settled(page);
  await she.later(2 * 3_600_000);
  await she.go(page, "/");
  const greeting = page.locator('[data-wm-slot="greeting"]').first();
  assert.match(await greeting.innerText(), /<img src=x/, "her word, letter by letter");
  assert.equal(await greeting.locator("img").count(), 0);
  assert.notEqual(await page.title(), "owned");
  await she.go(page, "/");
  assert.notEqual(await page.title(), "owned", "nor when it is painted from the snapshot");
});

behaviour("c07 no name comes out of an address", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.later(2 * 3_600_000);
  await she.go(page, "/?name=Mallory&customer=Mallory&wm-name=Mallory#name=Mallory");
  const words = await page.evaluate(() => document.body.innerText);
  assert.ok(!words.includes("Mallory"));
});
