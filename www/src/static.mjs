// Files from a few directories: content-hash ETags, brotli or gzip, and nothing from outside.

import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".wmb": "application/octet-stream",
  ".woff2": "font/woff2",
};
/** Already compressed, so a second time only costs. */
const PACKED = new Set([".png", ".webp", ".woff2"]);

/** Quality 9 of 11: the files are packed once and kept, but a first request waits for it. */
const QUALITY = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 } };

/** The encoding to answer with: what the browser accepts, brotli before gzip before none. */
export function encodingFor(accept = "") {
  const offered = new Map(
    accept.split(",").map((part) => {
      const [name, ...rest] = part.trim().toLowerCase().split(";");
      return [name.trim(), !rest.some((parameter) => /^\s*q=0(\.0*)?$/.test(parameter))];
    }),
  );
  return offered.get("br") ? "br" : offered.get("gzip") ? "gzip" : "identity";
}

/** Packs a whole body; for answers that are made anew each time, quick beats small. */
export async function pack(body, encoding, quality = QUALITY) {
  if (encoding === "br") return brotli(body, quality);
  if (encoding === "gzip") return gzip(body);
  return body;
}

/**
 * The file that a decoded URL path names below `root`, or null when it would be outside of it, is
 * hidden, or is not a file. Links are followed first, so one that leads out is refused as well.
 */
async function inside(root, relative) {
  if (relative.includes("\0") || relative.includes("\\")) return null;
  const parts = relative.split("/");
  if (parts.some((part) => part === ".." || part.startsWith("."))) return null;
  try {
    const [base, file] = await Promise.all([realpath(root), realpath(path.join(root, ...parts))]);
    if (!file.startsWith(base + path.sep)) return null;
    const facts = await stat(file);
    return facts.isFile() ? { file, stamp: `${facts.mtimeMs}-${facts.size}` } : null;
  } catch {
    return null;
  }
}

/**
 * Serves the files below `root`.
 *
 * @param {string} root
 * @param {(relative: string) => string} caching gives the `cache-control` of a file
 * @returns {(request, response, relative: string) => Promise<boolean>} false: there is no such file
 */
export function openFolder(root, caching) {
  const kept = new Map();

  async function load(file, stamp) {
    const known = kept.get(file);
    if (known?.stamp === stamp) return known;
    const body = await readFile(file);
    const entry = { stamp, etag: createHash("sha256").update(body).digest("base64url").slice(0, 22), identity: body };
    kept.set(file, entry);
    return entry;
  }

  return async (request, response, relative) => {
    const found = await inside(root, relative);
    if (!found) return false;
    const extension = path.extname(found.file);
    const entry = await load(found.file, found.stamp);
    let encoding = PACKED.has(extension) ? "identity" : encodingFor(request.headers["accept-encoding"]);
    if (encoding !== "identity") {
      entry[encoding] ??= pack(entry.identity, encoding);
      if ((await entry[encoding]).length >= entry.identity.length) encoding = "identity";
    }
    const body = await entry[encoding];
    const etag = `"${entry.etag}${encoding === "identity" ? "" : `-${encoding}`}"`;
    const headers = {
      "cache-control": caching(relative),
      "content-type": TYPES[extension] ?? "application/octet-stream",
      "x-content-type-options": "nosniff",
      // The script tag asks with crossorigin, and its integrity check needs a readable answer.
      "cross-origin-resource-policy": "same-origin",
      vary: "accept-encoding",
      etag,
    };
    const asked = (request.headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    if (asked.includes(etag)) {
      response.writeHead(304, headers).end();
      return true;
    }
    if (encoding !== "identity") headers["content-encoding"] = encoding;
    headers["content-length"] = body.length;
    response.writeHead(200, headers);
    response.end(request.method === "HEAD" ? undefined : body);
    return true;
  };
}
