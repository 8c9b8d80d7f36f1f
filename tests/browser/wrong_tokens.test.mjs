// A login that the shop did not sign changes nothing: not the page, not the cart, not what the hub tells.

import { createHmac, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { SignJWT, generateKeyPair, importJWK } from "jose";
import { A, customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const [anna] = customers;
const MINUTE = 60;

/** A token like the shop's own, except for what `change` says. */
async function token({ key, header = {}, claims = {} }) {
  const now = Math.floor(Date.now() / 1000);
  const body = { name: anna.name, sub: anna.id, aud: "wellmet", iat: now, exp: now + 2 * MINUTE, jti: randomUUID(), ...claims };
  return new SignJWT(body).setProtectedHeader({ alg: "EdDSA", typ: "JWT", ...header }).sign(key);
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

behaviour("no wrong token signs anybody in, and the right one does", async ({ shopper, data }) => {
  const jwk = JSON.parse(await readFile(path.join(data, "shop-key.json"), "utf8"));
  const key = await importJWK(jwk, "EdDSA");
  const kid = jwk.kid;
  const now = Math.floor(Date.now() / 1000);
  const stranger = (await generateKeyPair("EdDSA", { crv: "Ed25519" })).privateKey;
  const good = await token({ key, header: { kid } });
  const [head, body, signature] = good.split(".");
  const payload = JSON.parse(Buffer.from(body, "base64url"));
  const hmacHead = encode({ alg: "HS256", typ: "JWT", kid });
  const wrong = {
    expired: await token({ key, header: { kid }, claims: { iat: now - 20 * MINUTE, exp: now - 10 * MINUTE } }),
    "good for too long": await token({ key, header: { kid }, claims: { exp: now + 24 * 60 * MINUTE } }),
    "without an end": await token({ key, header: { kid }, claims: { exp: undefined } }),
    "signed by another key": await token({ key: stranger, header: { kid } }),
    "signed by an unknown key": await token({ key: stranger, header: { kid: "other" } }),
    "for another audience": await token({ key, header: { kid }, claims: { aud: "somebody-else" } }),
    "without a subject": await token({ key, header: { kid }, claims: { sub: undefined } }),
    "with alg none": `${encode({ alg: "none", typ: "JWT" })}.${body}.`,
    "with the public key as a secret": `${hmacHead}.${body}.${createHmac("sha256", JSON.stringify(jwk.x)).update(`${hmacHead}.${body}`).digest("base64url")}`,
    "with a changed name": `${head}.${encode({ ...payload, sub: customers[1].id })}.${signature}`,
    "cut short": good.slice(0, -10),
    "not a token": "hello",
    empty: "",
    "very long": "a.".repeat(100_000),
  };

  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await page.evaluate((id) => window.wellmet.add(id, 1), A.id);
  for (const [what, bad] of Object.entries(wrong)) {
    const accepted = await page.evaluate((token) => window.wellmet.identify({ token }), bad);
    assert.equal(accepted, false, `a token ${what} was accepted`);
    assert.match(await she.slot(page, "greeting"), /Good work starts|Welcome back\. The desk/, what);
    assert.deepEqual(await she.cart(page), { [A.id]: 1 }, what);
  }
  assert.ok(!(await she.context.cookies()).some(({ name }) => name === "__Host-wellmet-session"), "no session was given");
  assert.equal((await she.context.request.get("/wellmet/v1/record")).status(), 401);

  assert.equal(await page.evaluate((token) => window.wellmet.identify({ token }), good), true);
  await page.evaluate(() => window.wellmet.logout());
  await she.settled(page);
  assert.equal(await page.evaluate((token) => window.wellmet.identify({ token }), good), false, "a token is good once");
}, { expect: [/status of (400|401|413)/] });
