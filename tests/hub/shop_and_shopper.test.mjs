// A customer's way through what counts, as the shop's systems and her browser ask for it: every path, body and answer is
// typed by the OpenAPI document, so this file does not compile when the hub and its document part.
// @ts-check

import assert from "node:assert/strict";
import { createHmac, createPublicKey, randomUUID, verify } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { ROOT, Server, freePort } from "../../xtask/servers.mjs";
import { browser, system } from "./client.mjs";

const ORIGIN = "https://shop.example";
const SHOP = {
  shop: { name: "Tea & Co", currency: "EUR", languages: ["en"], zone: "Europe/Vienna", stockMinutes: 30 },
  offers: {
    welcome: { announced: "personal", when: { "orders.count": { $gte: 1 } }, voucher: { amount: 20, days: 30, minimum: 50 }, fields: { title: "A voucher" } },
  },
  slots: { banner: { variants: [{ choice: "offer", offers: ["welcome"] }] } },
  points: { perUnit: 1, pending: 14, expire: 365 },
};
const SECRET = "what the shop's systems and the hub know of";
const LOGINS = "a secret for logins of thirty-two bytes or more";

/** @type {string} */
let folder;
/** @type {Server} */
let hub;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-hub-"));
  /** @param {string} name @param {string} text */
  const file = async (name, text) => {
    await writeFile(path.join(folder, name), text, { mode: 0o600 });
    return path.join(folder, name);
  };
  const port = await freePort();
  const program = process.env.WELLMET ?? path.join(ROOT, "target/tool/wellmet");
  hub = new Server({
    name: "the hub", port, health: "/wellmet/v1/health",
    command: [
      program, "hub", "--data", path.join(folder, "data"), "--listen", `127.0.0.1:${port}`, "--origin", ORIGIN,
      "--shop", await file("wellmet.json", JSON.stringify(SHOP)), "--shop-secret-file", await file("secrets", `${SECRET}\n`),
      "--jwt-secret-file", await file("jwt", LOGINS),
    ],
  });
  await hub.start();
});
after(async () => {
  await hub?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** @param {string} customer */
function token(customer) {
  const now = Math.floor(Date.now() / 1000);
  /** @param {object} part */
  const text = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const message = `${text({ alg: "HS256", typ: "JWT" })}.${text({ sub: customer, aud: "wellmet", iat: now, exp: now + 120, jti: randomUUID() })}`;
  return `${message}.${createHmac("sha256", LOGINS).update(message).digest("base64url")}`;
}

/**
 * What came; fails with what the hub said where it refused.
 *
 * @template T
 * @param {{ data?: T, error?: unknown, response: Response }} answer
 * @returns {T}
 */
function came({ data, error, response }) {
  assert.ok(response.ok && data !== undefined, `${response.status} ${JSON.stringify(error)}`);
  return data;
}

test("from the first visit to being forgotten", async () => {
  const her = browser(hub.origin, ORIGIN);
  const shop = system(hub.origin, SECRET);

  const visit = came(await her.POST("/v1/visit", { body: {} }));
  assert.equal(visit.customer, null);
  const welcome = came(await her.POST("/v1/login", { body: { token: token("anna"), policy: "max" } }));
  assert.equal(welcome.customer.id, "anna");

  const order = { id: "A-1", state: /** @type {const} */ ("placed"), customer: "anna", at: new Date().toISOString(), currency: "EUR", lines: [{ item: "cup", title: "Cup", quantity: 2, price: "40.00" }] };
  assert.deepEqual(came(await shop.POST("/v1/orders", { body: { orders: [order] } })).outcomes, ["kept"]);
  assert.deepEqual(came(await shop.POST("/v1/orders", { body: { orders: [order] } })).outcomes, ["known"], "told twice is once");

  const { balance, entries } = came(await her.GET("/v1/points"));
  assert.equal(balance.pending, 80, "until the return window is over");
  assert.deepEqual(entries.map(({ kind, points }) => [kind, points]), [["earn", 80]]);

  const { vouchers } = came(await her.GET("/v1/vouchers"));
  const [voucher] = vouchers;
  assert.ok(voucher?.token && voucher.code);
  const [head = "", body = "", signature = ""] = voucher.token.split(".");
  const { keys } = came(await her.GET("/v1/keys"));
  const key = keys.find(({ kid }) => kid === JSON.parse(Buffer.from(head, "base64url").toString()).kid);
  assert.ok(key && verify(null, Buffer.from(`${head}.${body}`), createPublicKey({ key: /** @type {import("node:crypto").JsonWebKey} */ (key), format: "jwk" }), Buffer.from(signature, "base64url")));
  const wish = { code: voucher.code, customer: "anna", totalMinor: 8_000 };
  /** @param {string} order */
  const redeem = (order) => shop.POST("/v1/redeem", { body: { ...wish, order } });
  const both = await Promise.all([redeem("A-2"), redeem("A-3")]);
  assert.deepEqual(both.map(({ response }) => response.status).sort(), [200, 409], "of two orders at the same moment one has it");
  const refused = both.find(({ error }) => error)?.error;
  assert.ok(refused && refused.code && refused.message, JSON.stringify(refused));

  came(await shop.POST("/v1/stock", { body: { readings: [{ item: "cup", place: "web", quantity: 3 }] } }));
  const { items } = came(await her.GET("/v1/stock", { params: { query: { items: "cup" } } }));
  assert.deepEqual(items.map(({ item }) => item), ["cup"]);

  const everything = JSON.stringify(came(await her.GET("/v1/export")));
  for (const part of ["anna", "A-1", "cup"]) assert.ok(everything.includes(part), part);
  assert.equal((await her.DELETE("/v1/shopper")).response.status, 204);
  assert.equal((await her.GET("/v1/points")).response.status, 401, "nobody is signed in any more");
});

test("a caller without the secret is refused, with a code, a sentence and what to do", async () => {
  const nobody = system(hub.origin, "another secret, as long as it has to be, and wrong");
  const { error, response } = await nobody.POST("/v1/orders", { body: { orders: [] } });
  assert.equal(response.status, 401);
  assert.ok(error?.code && error.message && "fix" in error);
});
