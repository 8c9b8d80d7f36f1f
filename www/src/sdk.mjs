// The built wellmet package, as the shop found it: the inline stub, and the integrity of the script.
// Read again when the file changes, so that a rebuilt package needs no restart.

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";

/** The smallest stub there is: it keeps calls in order. The package's own one also paints the snapshot. */
const PLAIN_STUB =
  '(function(w,n){w[n]=w[n]||function(){(w[n].q=w[n].q||[]).push(arguments)}})(window,"wellmet")';

/** @returns {() => Promise<null | { stub: string, integrity: string }>} null: there is no package */
export function openSdk(dir) {
  let known = null;
  let stamp = "";
  return async () => {
    if (!dir) return null;
    try {
      const script = path.join(dir, "wellmet.js");
      const now = String((await stat(script)).mtimeMs);
      if (now !== stamp) {
        const hash = createHash("sha384").update(await readFile(script)).digest("base64");
        const stub = await readFile(path.join(dir, "stub.js"), "utf8").catch(() => PLAIN_STUB);
        known = { stub: stub.trim(), integrity: `sha384-${hash}` };
        stamp = now;
      }
      return known;
    } catch {
      return null;
    }
  };
}
