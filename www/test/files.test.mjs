// Files: the shop's own, the package, the book; and nothing from outside their folders.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import zlib from "node:zlib";
import { encodingFor } from "../src/static.mjs";
import { fixture, raw, shop } from "./shop.mjs";

const FOLDERS = { sdk: fixture("sdk"), book: fixture("book") };

test("nothing outside of the folders is served", async (t) => {
  const { origin, data } = await shop(t, FOLDERS);
  await writeFile(path.join(data, "secret.json"), "secret");
  const tries = [
    "/css/../server.mjs", "/css/../../package.json", "/css/%2e%2e/server.mjs", "/css/..%2fserver.mjs", "/css/..%5cserver.mjs",
    "/book/../products.jsonl", "/sdk/..%2fproducts.jsonl", "/book/%2e%2e%2fproducts.jsonl", "/sdk/..%2f..%2fproducts.jsonl", "/img/..\\..\\server.mjs",
    "/css/.hidden", "/css/%00base.css", "/css//etc/passwd", "/book//etc/passwd", "/css/", "/css",
  ];
  for (const address of tries) {
    const answer = await raw(origin, address);
    assert.ok(answer.status === 404 || answer.status === 400, `${address} gave ${answer.status}`);
  }
  assert.equal((await raw(origin, "/%")).status, 400);
  assert.equal((await raw(origin, "/c/%E0%A4%A")).status, 400);
});

test("a link that leads out of the folder is not followed", async (t) => {
  const book = await mkdtemp(path.join(os.tmpdir(), "half-past-nine-book-"));
  t.after(() => rm(book, { recursive: true, force: true }));
  await writeFile(path.join(book, "book.wmb"), "core");
  await symlink(fixture("products.jsonl"), path.join(book, "out.wmb"));
  const { get } = await shop(t, { book });
  assert.equal((await get("/book/book.wmb")).status, 200);
  assert.equal((await get("/book/out.wmb")).status, 404);
});

test("chunks are kept for ever, the core is asked for again", async (t) => {
  const { get } = await shop(t, FOLDERS);
  assert.equal((await get("/book/c-0123456789abcdef.wmb")).headers.get("cache-control"), "public, max-age=31536000, immutable");
  const core = await get("/book/book.wmb");
  assert.match(core.headers.get("cache-control"), /^public, max-age=60/);
  const again = await get("/book/book.wmb", { "if-none-match": core.headers.get("etag") });
  assert.equal(again.status, 304);
  assert.equal(await again.text(), "");
});

test("a changed file has another tag", async (t) => {
  const book = await mkdtemp(path.join(os.tmpdir(), "half-past-nine-book-"));
  t.after(() => rm(book, { recursive: true, force: true }));
  await writeFile(path.join(book, "book.wmb"), "first");
  const { get } = await shop(t, { book });
  const etag = (await get("/book/book.wmb")).headers.get("etag");
  await writeFile(path.join(book, "book.wmb"), "the second one");
  const answer = await get("/book/book.wmb", { "if-none-match": etag });
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), "the second one");
});

test("text is packed as the browser likes it and comes out whole", async (t) => {
  const { origin } = await shop(t);
  const sheet = await readFile(new URL("../public/css/base.css", import.meta.url));
  const br = await raw(origin, "/css/base.css", { headers: { "accept-encoding": "gzip, br" } });
  assert.equal(br.headers["content-encoding"], "br");
  assert.deepEqual(zlib.brotliDecompressSync(br.body), sheet);
  const gzip = await raw(origin, "/css/base.css", { headers: { "accept-encoding": "br;q=0, gzip" } });
  assert.equal(gzip.headers["content-encoding"], "gzip");
  assert.deepEqual(zlib.gunzipSync(gzip.body), sheet);
  const plain = await raw(origin, "/css/base.css");
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.notEqual(br.headers.etag, plain.headers.etag);
  assert.match(plain.headers.vary, /accept-encoding/);
  assert.equal(encodingFor("deflate"), "identity");
});

test("the two lines carry the hash of the script and the package's own stub", async (t) => {
  const { get } = await shop(t, FOLDERS);
  const page = await (await get("/")).text();
  const hash = createHash("sha384").update(await readFile(path.join(FOLDERS.sdk, "wellmet.js"))).digest("base64");
  const tag = /<script type="module" async src="\/sdk\/wellmet\.js"[^>]*>/.exec(page)[0];
  assert.ok(tag.includes(`integrity="sha384-${hash}"`));
  assert.ok(tag.includes('data-book="/book/"'));
  assert.ok(!tag.includes("data-hub"), "no hub was named");
  assert.ok(page.includes(">(function(){/* stands for the stub */})()</script>"));
  assert.equal((await get("/sdk/wellmet.js")).headers.get("content-type"), "text/javascript; charset=utf-8");
});

test("every picture and style sheet that the pages name is there", async (t) => {
  const { get, catalogue } = await shop(t, FOLDERS);
  const addresses = new Set(catalogue.departments.flatMap((d) => d.shelves.map((shelf) => `/img/${shelf.slug}.svg`)));
  for (const page of ["/", "/?dev", "/p/FUR-BO-10001798", "/made-to-order", "/cart", "/nowhere"]) {
    const text = await (await get(page)).text();
    for (const [, address] of text.matchAll(/(?:src|href)="(\/(?:img|css|js)\/[^"]+)"/g)) addresses.add(address);
  }
  for (const address of addresses) assert.equal((await get(address)).status, 200, address);
});
