/**
 * Who may see the overlay: a developer on her own machine, or who has a token that the shop has signed.
 *
 * It shows nothing that the browser's own tools would not show; the check keeps it out of shoppers' way.
 */
import { fromBase64 } from "../bytes.js";

/** Where only developers are (RFC 6761, and addresses of this machine). */
export const isDevelopment = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$|\.(localhost|test)$/.test(host);

const AUDIENCE = "wellmet-debug";
const ALGORITHMS: Record<string, [AlgorithmIdentifier | EcKeyImportParams, AlgorithmIdentifier | EcdsaParams]> = {
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
};

const part = (text: string): Uint8Array<ArrayBuffer> => fromBase64(text.replace(/-/g, "+").replace(/_/g, "/"));

/** Whether one of the keys has signed this token for the overlay, and it has not run out. */
export async function signed(token: string, keys: JsonWebKey[], now: number): Promise<boolean> {
  try {
    const [head = "", body = "", signature = ""] = token.split(".");
    const words = (text: string): Record<string, unknown> => JSON.parse(new TextDecoder().decode(part(text)));
    const { alg, kid } = words(head);
    const { aud, exp } = words(body);
    const how = typeof alg === "string" && Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
    if (!how || ![aud].flat().includes(AUDIENCE) || !(Number(exp) * 1000 > now)) return false;
    for (const key of keys) {
      if (kid != null && (key as { kid?: string }).kid !== kid) continue;
      try {
        // Whatever else the key says of itself, here it verifies.
        const { kty, crv, x, y } = key;
        const jwk = { kty, crv, x, ...(y && { y }) } as JsonWebKey;
        const imported = await crypto.subtle.importKey("jwk", jwk, how[0], false, ["verify"]);
        if (await crypto.subtle.verify(how[1], imported, part(signature), new TextEncoder().encode(`${head}.${body}`))) return true;
      } catch {
        // Of another kind.
      }
    }
  } catch {
    // No token.
  }
  return false;
}
