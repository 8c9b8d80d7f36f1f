// A token that says: the browser that holds this is customer such and such.

import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";

const LIFETIME_S = 120;

/** Makes a key pair and writes its public half where the hub reads it. A real shop keeps its key between starts. */
export async function openMint(folder) {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
  const jwk = { ...(await exportJWK(publicKey)), alg: "EdDSA", use: "sig" };
  jwk.kid = await calculateJwkThumbprint(jwk);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL("jwks.json", folder), JSON.stringify({ keys: [jwk] }));
  return ({ id, name }) =>
    new SignJWT({ name })
      .setProtectedHeader({ alg: "EdDSA", kid: jwk.kid, typ: "JWT" })
      .setSubject(id)
      .setAudience("wellmet")
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_S}s`)
      .setJti(randomUUID())
      .sign(privateKey);
}
