// Looking around leaves no trace. Filling the cart keeps the cart and nothing else.

import { A, B } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

behaviour("nothing is stored by a visit over several pages", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  for (const path of ["/c/furniture", A.link, B.link, "/made-to-order", "/cart", "/privacy", "/"]) await she.go(page, path);
  await she.settled(page);
  await she.storedNothing("after seven pages");
});

behaviour("a cart that she fills is kept, without a name or a cookie", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.add(page, A);
  const stored = await she.stored();
  assert.deepEqual(stored.databases, ["wellmet"]);
  assert.deepEqual({ ...stored, databases: [] }, { cookies: [], local: [], session: [], databases: [], caches: [], workers: 0 });
  const keys = await page.evaluate(() => new Promise((resolve) => {
    indexedDB.open("wellmet").onsuccess = ({ target: { result: db } }) => {
      db.transaction("kv").objectStore("kv").getAllKeys().onsuccess = (event) => {
        db.close();
        resolve(event.target.result);
      };
    };
  }));
  assert.deepEqual(keys.filter((key) => key !== "doc" && !key.startsWith("actor")), [], "the document and its writer's number");
  await she.go(page, "/cart");
  assert.deepEqual(await she.cart(page), { [A.id]: 1 }, "and it is there after a reload");
});

behaviour("no request goes to the hub before consent", async ({ shopper }) => {
  const she = await shopper();
  const asked = [];
  she.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const page = await she.open("/");
  await she.add(page, A);
  await she.go(page, "/cart");
  assert.deepEqual(asked.filter((path) => path.startsWith("/wellmet/")), []);
});

behaviour("a no is kept as a no", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await page.getByRole("button", { name: "No, just the cart" }).first().click();
  await she.settled(page);
  await she.go(page, A.link);
  await she.go(page, "/");
  const stored = await she.stored();
  assert.deepEqual(stored.databases, []);
  assert.ok(!stored.cookies.includes("wm") && !stored.cookies.includes("__Host-wellmet"), stored.cookies.join());
  assert.match(await she.slot(page, "greeting"), /Good work starts/);
});
