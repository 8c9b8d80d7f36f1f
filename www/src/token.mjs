// The shop's side of a wellmet login: a short-lived JWT, signed with a key that only the shop has.
// The hub reads the public half from a JWKS file. This is all a real shop's backend has to add.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";

/** Seconds a token is good for. It is swapped for a session at once, so a minute would do. */
const LIFETIME_S = 120;

/** Reads the signing key, or makes one on the first start. The private half never leaves `dir`. */
async function signingKey(dir) {
  const file = path.join(dir, "shop-key.json");
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  jwk.kid = await calculateJwkThumbprint(jwk);
  jwk.alg = "EdDSA";
  jwk.use = "sig";
  await writeFile(file, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}

/**
 * Opens the token mint and writes the public key set for the hub.
 *
 * @param {{ dir: string, jwks?: string, audience?: string, now?: () => number }} options
 *   `dir` holds the private key; `jwks` is where the public set goes (default `dir`/jwks.json).
 */
export async function openMint({ dir, jwks = path.join(dir, "jwks.json"), audience = "wellmet", now = Date.now }) {
  await mkdir(dir, { recursive: true });
  const jwk = await signingKey(dir);
  const { d: _private, ...publicJwk } = jwk;
  await mkdir(path.dirname(jwks), { recursive: true });
  await writeFile(jwks, `${JSON.stringify({ keys: [publicJwk] }, null, 2)}\n`);
  const key = await importJWK(jwk, "EdDSA");
  return {
    jwks,
    /** A token that says: the browser that holds this is customer `id`. */
    mint(customer) {
      const seconds = Math.floor(now() / 1000);
      return new SignJWT({ name: customer.name })
        .setProtectedHeader({ alg: "EdDSA", kid: jwk.kid, typ: "JWT" })
        .setSubject(customer.id)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + LIFETIME_S)
        .setJti(randomUUID())
        .sign(key);
    },
  };
}
