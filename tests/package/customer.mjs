// What a customer has: the packed package installed into a new folder, a book, and a file server.

import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const DIST = path.join(ROOT, "dist");
/** The prepared demo data with a book in it; `cargo xtask test` sets the variable. */
export const DATA = process.env.WELLMET_DATA ?? path.join(ROOT, "demo-data");

/** Runs one of the pinned tools with Node, in a folder. Rejects with what it printed when it fails. */
export async function tool(script, parameters, cwd) {
  try {
    const { stdout } = await run(process.execPath, [path.join(ROOT, "node_modules", script), ...parameters], { cwd });
    return stdout;
  } catch (error) {
    throw new Error(`${script} ${parameters.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}

/** A new folder that is removed when the test file ends. */
export async function folder(t) {
  const made = await mkdtemp(path.join(os.tmpdir(), "wellmet-customer-"));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** `npm pack` of the built package; returns the archive's path and the list of files in it. */
export async function pack(into) {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", into], { cwd: DIST });
  const answer = JSON.parse(stdout);
  const [archive] = Array.isArray(answer) ? answer : Object.values(answer);
  return { archive: path.join(into, archive.filename), files: archive.files.map((file) => file.path) };
}

/** A fresh project with the package installed, as a customer does it, and nothing else. */
export async function project(t, files) {
  const home = await folder(t);
  const { archive } = await pack(home);
  const manifest = { name: "customer", version: "1.0.0", private: true, type: "module" };
  await writeFile(path.join(home, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", archive], { cwd: home });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(home, name), text);
  return home;
}

/** One article of the demo's catalogue that can be bought. */
export async function article() {
  const lines = (await readFile(path.join(DATA, "products.jsonl"), "utf8")).split("\n");
  return lines.filter(Boolean).map((line) => JSON.parse(line)).find((product) => product.in_stock !== false);
}

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves folders by path prefix, longest first, with the same headers on every answer. Returns the origin.
 *
 * @param {Record<string, string | ((request: object, response: object) => void)>} mounts such as
 *   `{ "/": "/tmp/site", "/book/": "/tmp/book" }`; a function answers by itself
 */
export async function serve(t, mounts, headers = {}) {
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const server = createServer(async (request, response) => {
    const wanted = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const prefix = prefixes.find((candidate) => wanted.startsWith(candidate));
    if (typeof mounts[prefix] === "function") return mounts[prefix](request, response);
    const rest = wanted.slice(prefix.length).replace(/(^|\/)$/, "$1index.html");
    try {
      const body = await readFile(path.join(mounts[prefix], rest));
      response.writeHead(200, { "content-type": TYPES[path.extname(rest)] ?? "application/octet-stream", ...headers });
      response.end(body);
    } catch {
      // An icon that nobody made is asked for by the browser, not by the page.
      response.writeHead(wanted === "/favicon.ico" ? 204 : 404, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  }));
  return `http://127.0.0.1:${server.address().port}`;
}
