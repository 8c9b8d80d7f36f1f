// Signing in: the shop's session, and the token that wellmet's hub believes.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { createLocalJWKSet, jwtVerify } from "jose";
import { openMint } from "../src/token.mjs";
import { shop } from "./shop.mjs";

const JSON_ANSWER = { accept: "application/json" };
const cookieOf = (answer) => answer.headers.get("set-cookie").split(";")[0];

test("a sign-in gives a token with the right claims, by the published key", async (t) => {
  const { post, jwks } = await shop(t);
  const answer = await post("/login", { customer: "CG-12520" }, JSON_ANSWER);
  assert.equal(answer.status, 200);
  const { token } = await answer.json();
  const keys = JSON.parse(await readFile(jwks, "utf8"));
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), { audience: "wellmet", algorithms: ["EdDSA"] });
  assert.equal(protectedHeader.alg, "EdDSA");
  assert.equal(protectedHeader.kid, keys.keys[0].kid);
  assert.equal(payload.sub, "CG-12520");
  assert.equal(payload.name, "Claire Gute");
  assert.ok(payload.exp - payload.iat <= 300, "good for at most five minutes");
  const again = await (await post("/login", { customer: "CG-12520" }, JSON_ANSWER)).json();
  const second = await jwtVerify(again.token, createLocalJWKSet(keys));
  assert.notEqual(second.payload.jti, payload.jti, "each token has a number of its own");
});

test("the private key stays in the data folder and is kept over a restart", async (t) => {
  const { jwks, data } = await shop(t);
  const [key] = JSON.parse(await readFile(jwks, "utf8")).keys;
  assert.equal(key.d, undefined);
  assert.equal((await stat(path.join(data, "shop-key.json"))).mode & 0o077, 0, "readable by its owner only");
  await openMint({ dir: data });
  assert.equal(JSON.parse(await readFile(jwks, "utf8")).keys[0].x, key.x);
});

test("a form is sent on to the account, where she is named as text", async (t) => {
  const { post, get } = await shop(t);
  const answer = await post("/login", { customer: "DV-13045" });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/account");
  assert.match(answer.headers.get("set-cookie"), /HttpOnly; SameSite=Lax/);
  const page = await (await get("/account", { cookie: cookieOf(answer) })).text();
  assert.ok(page.includes("&lt;b&gt;Darrin&lt;/b&gt; Van Huff"));
  assert.ok(!page.includes("<b>Darrin</b>"));
  assert.match(page, /<body [^>]*data-customer="DV-13045"/);
});

test("a session that was written by hand names nobody", async (t) => {
  const { post, get } = await shop(t);
  const real = cookieOf(await post("/login", { customer: "CG-12520" }));
  const [, body, signature] = /=(.*)\.(.*)$/.exec(real);
  const other = Buffer.from("DV-13045").toString("base64url");
  for (const forged of [`hpn_session=${other}.${signature}`, `hpn_session=${body}.`, `hpn_session=${body}`, "hpn_session=.", "hpn_session="]) {
    assert.ok(!(await (await get("/account", { cookie: forged })).text()).includes("data-customer="), forged);
    assert.equal((await post("/token", {}, { cookie: forged })).status, 401);
  }
  assert.equal((await post("/token", {}, { cookie: real })).status, 200);
});

test("nobody else's page can sign a browser in or out", async (t) => {
  const { origin, post } = await shop(t);
  const foreign = (headers) =>
    fetch(`${origin}/login`, { method: "POST", body: new URLSearchParams({ customer: "CG-12520" }), headers, redirect: "manual" });
  assert.equal((await foreign({ origin: "https://evil.example" })).status, 403);
  assert.equal((await foreign({ origin: "null" })).status, 403);
  assert.equal((await foreign({ "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await post("/logout", {}, { origin: "https://evil.example" })).status, 403);
});

test("unknown customers, other bodies and large ones are refused", async (t) => {
  const { post, origin } = await shop(t);
  assert.equal((await post("/login", { customer: "nobody" })).status, 422);
  assert.equal((await post("/login", {})).status, 422);
  const send = (body, type) => fetch(`${origin}/login`, { method: "POST", body, headers: { "content-type": type } });
  assert.equal((await send("customer=CG-12520", "text/plain")).status, 415);
  assert.equal((await send("{", "application/json")).status, 400);
  assert.equal((await send(JSON.stringify({ customer: { id: 1 } }), "application/json")).status, 422);
  assert.equal((await send("x".repeat(20_000), "application/x-www-form-urlencoded")).status, 413);
});

test("a choice is kept, said to wellmet, and forgotten", async (t) => {
  const { post, get, origin } = await shop(t, { sdk: new URL("fixtures/sdk", import.meta.url).pathname });
  assert.match(await (await get("/")).text(), /data-consent-bar/);
  const answer = await post("/consent", { choice: "all" }, { referer: `${origin}/c/chairs?page=1` });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), "/c/chairs?page=1");
  const page = await (await get("/", { cookie: cookieOf(answer) })).text();
  assert.ok(!page.includes("data-consent-bar"));
  assert.match(page, /data-choice="cart personalization analytics"/);
  assert.equal((await post("/consent", { choice: "everything" })).status, 422);
  assert.equal((await post("/consent", { choice: "cart" }, { referer: "https://evil.example/x" })).headers.get("location"), "/privacy");
  const forgotten = (await post("/forget", {})).headers.getSetCookie();
  assert.equal(forgotten.filter((cookie) => cookie.includes("Max-Age=0")).length, 2);
});
