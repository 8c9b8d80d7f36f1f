import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isDevelopment, signed } from "../src/debug/allowed.js";

describe("who may see the overlay", () => {
  it.each(["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "shop.localhost", "shop.test"])("a developer at %s", (host) =>
    expect(isDevelopment(host)).toBe(true),
  );

  it.each(["shop.example", "localhost.shop.example", "127.0.0.1.shop.example", "mytest", "test", "10.0.0.1", ""])("nobody at %s", (host) =>
    expect(isDevelopment(host)).toBe(false),
  );
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const NOW = 1_800_000_000_000;
const good = { aud: "wellmet-debug", exp: NOW / 1000 + 60 };

function token(claims: object, key: KeyObject, head: object = { alg: "EdDSA" }): string {
  const text = `${part(head)}.${part(claims)}`;
  const how = key.asymmetricKeyType === "ec" ? { key, dsaEncoding: "ieee-p1363" as const } : key;
  const signature = sign(key.asymmetricKeyType === "ec" ? "sha256" : null, Buffer.from(text), how);
  return `${text}.${signature.toString("base64url")}`;
}

describe("a token", () => {
  const pairs = { EdDSA: generateKeyPairSync("ed25519"), ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }) };
  const keys = Object.entries(pairs).map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: "jwk" }), kid })) as JsonWebKey[];

  it.each(["EdDSA", "ES256"] as const)("of the shop, by %s", async (alg) => {
    expect(await signed(token(good, pairs[alg].privateKey, { alg }), keys, NOW)).toBe(true);
    expect(await signed(token(good, pairs[alg].privateKey, { alg, kid: alg }), keys, NOW)).toBe(true);
    expect(await signed(token(good, pairs[alg].privateKey, { alg, kid: "another" }), keys, NOW), "of a key that is not named").toBe(false);
  });

  const key = pairs.EdDSA.privateKey;
  it.each([
    ["for something else", () => token({ ...good, aud: "wellmet" }, key)],
    ["that has run out", () => token({ ...good, exp: NOW / 1000 }, key)],
    ["that never ends", () => token({ aud: good.aud }, key)],
    ["of somebody else", () => token(good, generateKeyPairSync("ed25519").privateKey)],
    ["without an algorithm", () => token(good, key, { alg: "none" })],
    ["with an algorithm of Object", () => token(good, key, { alg: "constructor" })],
    ["with another one than its key", () => token(good, key, { alg: "ES256" })],
    ["with other claims than were signed", () => token(good, key).replace(/\.[^.]+\./, `.${part({ ...good, exp: 9e9 })}.`)],
    ["that is none", () => "a.b.c"],
    ["that is empty", () => ""],
  ])("%s is refused", async (_, made) => expect(await signed(made(), keys, NOW)).toBe(false));

  it("is refused where there is no key, or keys are no keys", async () => {
    expect(await signed(token(good, key), [], NOW)).toBe(false);
    expect(await signed(token(good, key), [{ kty: "oct" }, {} as JsonWebKey], NOW)).toBe(false);
  });
});
