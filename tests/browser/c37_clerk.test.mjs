// Capability 37: begun on the phone, continued on the desktop, finished with a clerk at the counter, with the
// shopper's leave: three browsers, one cart.

import { readFile } from "node:fs/promises";
import { sign } from "node:crypto";
import path from "node:path";
import { A, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

const anna = customers[3];

const choose = (page, group, value) => page.locator(`input[name="${group}"][value="${value}"]`).check({ force: true });
const chosen = (page) =>
  page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-wm-group]:checked")].map((field) => [field.name, field.value])));

/** What the shop's backend mints for somebody who works there: with the shop's key, and the scope that says so. */
async function clerkToken(data) {
  const key = JSON.parse(await readFile(path.join(data, "shop-key.json"), "utf8"));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: "rosa", name: "Rosa", aud: "wellmet", scope: "consultant", jti: `rosa-${now}-${Math.random()}`, iat: now, exp: now + 60 };
  const text = `${part({ alg: "EdDSA", kid: key.kid })}.${part(claims)}`;
  return `${text}.${sign(null, Buffer.from(text), { key, format: "jwk" }).toString("base64url")}`;
}

/** The clerk's page speaks to the hub as any page does. */
const ask = (page, method, route, body) =>
  page.evaluate(async ([method, route, body]) => {
    const answer = await fetch(`/wellmet/v1/clerk/${route}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, ...(await answer.json().catch(() => ({}))) };
  }, [method, route, body]);

behaviour("c37 phone, desktop and clerk work on one cart", async ({ shopper, data }) => {
  const phone = await shopper();
  const here = await phone.open("/");
  await phone.allow(here);
  await phone.signIn(here, anna);
  await phone.go(here, "/made-to-order/humidor");
  await choose(here, "size", "medium");
  await choose(here, "wood", "walnut");
  await phone.settled(here);

  const desktop = await shopper({ viewport: { width: 1280, height: 900 } });
  const there = await desktop.open("/");
  await desktop.allow(there);
  await desktop.signIn(there, anna);
  await desktop.go(there, "/made-to-order/humidor");
  await eventually(async () => (await chosen(there)).wood === "walnut", "the desktop goes on where the phone was");
  assert.equal(await there.locator('[aria-current="step"]').getAttribute("data-wm-step"), "wood", "at the same step");

  // At the counter: she lets the clerk in with a code.
  const clerk = await shopper({ viewport: { width: 1280, height: 900 } });
  const counter = await clerk.open("/privacy");
  assert.equal((await ask(counter, "POST", "login", { token: await clerkToken(data) })).status, 200);
  const { code, id } = await here.evaluate(() => window.wellmet.grant({ minutes: 30 }));
  assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const sight = await ask(counter, "POST", "open", { code });
  assert.equal(sight.name, anna.name);
  const [[draft]] = Object.entries(sight.document.configurations);
  const edits = [
    { do: "configure", configuration: draft, register: "gauge", value: "gauge=dial" },
    { do: "add", line: A.id, quantity: 2 },
  ];
  // Bound groups share a register; which one it is the document shows.
  const registers = Object.keys(sight.document.configurations[draft]);
  const shared = registers.find((name) => sight.document.configurations[draft][name].includes("size="));
  edits[0] = { ...edits[0], register: shared, value: `${sight.document.configurations[draft][shared].split("&").filter((pair) => !pair.startsWith("gauge=")).concat("gauge=dial").sort().join("&")}` };
  const edited = await ask(counter, "POST", `grants/${sight.grant.id}`, { seen: sight.seen, edits });
  assert.equal(edited.status, 200, JSON.stringify(edited));
  for (const [who, page] of [[phone, here], [desktop, there]]) {
    await eventually(async () => (await chosen(page)).gauge === "dial", "the clerk's choice is on both devices", 2_000);
    await eventually(async () => (await who.cart(page))[A.id] === 2, "and what she put into the cart", 2_000);
  }

  // She sees what was done, and takes the grant back.
  const [grant] = await here.evaluate(() => window.wellmet.grants());
  assert.deepEqual([grant.id, grant.clerk], [id, "Rosa"]);
  assert.equal(await here.evaluate((id) => window.wellmet.revoke(id), id), true);
  const after = await ask(counter, "GET", `grants/${sight.grant.id}`);
  assert.deepEqual([after.status, after.code], [404, "no-grant"]);
}, { cartMoves: true, expect: [/status of 404/] });
