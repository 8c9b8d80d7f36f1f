// Capability 2: a login joins what she did before it with her account, once, and a logout leaves nothing.

import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

// Her account of one test is not the other's.
const [anna, berta] = customers;

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

behaviour("c02 a login at the checkout puts nothing old into the order", async ({ shopper }) => {
  const phone = await shopper();
  const before = await phone.open("/");
  await phone.allow(before);
  await phone.add(before, A, 3);
  await phone.signIn(before, berta);

  const desktop = await shopper({ viewport: { width: 1280, height: 900 } });
  const page = await desktop.open("/");
  await desktop.allow(page);
  await desktop.add(page, B);
  // The shop's own words for what kind of page this is.
  await page.route("**/cart", async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    assert.match(text, /data-wm-page="cart"/);
    await route.fulfill({ response, body: text.replace('data-wm-page="cart"', 'data-wm-page="checkout"') });
  });
  await desktop.go(page, "/cart");
  const lines = page.locator(".cart > div > .lines > .line");
  const aside = page.getByRole("region", { name: "Saved for later" });
  assert.equal(await aside.count(), 0, "nothing was put aside yet");
  const taken = await page.evaluate(async (customer) => {
    const post = (path, body) => fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    await post("/login", { customer });
    const { token } = await (await post("/token", {})).json();
    return window.wellmet.identify({ token });
  }, berta.id);
  assert.equal(taken, true);

  await aside.waitFor();
  assert.deepEqual(await desktop.cart(page), { [B.id]: 1 }, "what she is about to pay is what she saw");
  assert.match(await aside.innerText(), new RegExp(`${A.title}[\\s\\S]*3 ×`), "her older line is put aside, and said so");
  assert.equal(await lines.count(), 1);
  await aside.getByRole("button", { name: "Move to the cart" }).click();
  await eventually(async () => (await desktop.cart(page))[A.id] === 3, "and comes back when she wants it");
  await aside.waitFor({ state: "detached" });
  await desktop.settled(page);

  // The account is the same everywhere: the phone has both lines, and nothing twice.
  await phone.go(before, "/cart");
  await eventually(async () => (await phone.cart(before))[B.id] === 1, "the phone has the guest's line");
  assert.deepEqual(await phone.cart(before), { [A.id]: 3, [B.id]: 1 });
});
