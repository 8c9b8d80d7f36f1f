// The shop's own sign-in: a cookie that names the customer, signed so that it cannot be written by
// hand. A real shop has accounts and passwords here; wellmet does not care which.

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const COOKIE = "hpn_session";

/** The cookies of a request by name. Malformed pairs are left out. */
export function cookies(request) {
  const found = new Map();
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0) found.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return found;
}

/** Opens the session keeper with a secret of its own in `dir`. */
export async function openSessions(dir) {
  await mkdir(dir, { recursive: true });
  const file = path.join(dir, "shop-session-secret");
  let secret;
  try {
    secret = await readFile(file);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    secret = randomBytes(32);
    await writeFile(file, secret, { mode: 0o600 });
  }
  const sign = (text) => createHmac("sha256", secret).update(text).digest("base64url");

  return {
    /** The signed-in customer's id, or null. */
    read(request) {
      const value = cookies(request).get(COOKIE) ?? "";
      const at = value.lastIndexOf(".");
      if (at < 1) return null;
      const body = value.slice(0, at);
      const given = Buffer.from(value.slice(at + 1));
      const wanted = Buffer.from(sign(body));
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      return Buffer.from(body, "base64url").toString("utf8");
    },
    /** The `Set-Cookie` value that signs a customer in. */
    write(id) {
      const body = Buffer.from(id, "utf8").toString("base64url");
      return `${COOKIE}=${body}.${sign(body)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400`;
    },
    /** The `Set-Cookie` value that signs out. */
    clear() {
      return `${COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`;
    },
  };
}
