// Pages of a shop that is nothing but files: the built package, the demo's book, and whatever HTML a test writes.

import { mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DATA, DIST, serve } from "../../package/customer.mjs";
import { Shopper } from "./shopper.mjs";

/** The two lines of the README. `data-book` is part of `attributes`, where a page has a book. */
export const TWO_LINES = (attributes = "") =>
  `<script>(function(w,n){w[n]=w[n]||function(){(w[n].q=w[n].q||[]).push(arguments)}})(window,"wellmet")</script>
<script type="module" async src="/wellmet/wellmet.js" ${attributes}></script>`;

export const BOOK = 'data-book="/book/"';

export const html = ({ head = TWO_LINES(BOOK), body = "", attributes = 'lang="en"', title = "A page" }) =>
  `<!doctype html><html ${attributes}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

/** A greeting as shops have it, in a box that is large enough. */
export const GREETING = `<section data-wm-slot="greeting" style="min-height:9rem;display:flow-root"><h1>Welcome to our shop</h1>
<template data-wm-when="known"><h1>Welcome back, <bdi data-wm-text="name"></bdi></h1></template>
<template data-wm-when="returning"><h1>Good to see you again</h1></template></section>`;

/**
 * Serves pages by path; returns the origin.
 *
 * @param {Record<string, string>} pages HTML by path, such as `{ "index.html": html({ body }) }`
 * @param {Record<string, (request: object, response: object) => void>} mounts who answers below other paths, such as a hub
 */
export async function site(t, pages, headers = {}, mounts = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-site-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(pages)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return serve(t, { "/": folder, "/wellmet/": DIST, "/book/": path.join(DATA, "book"), ...mounts }, headers);
}

/** A shopper on this site; her console is looked at when the test ends. */
export async function shopperAt(t, browser, origin, options = {}) {
  const she = await Shopper.arrive(browser, origin, options);
  t.after(() => she.leave());
  return she;
}

/** She is known by the name she gave. */
export async function known(she, page, name = "Anna") {
  await page.evaluate(async (name) => {
    await window.wellmet.consent({ personalization: true });
    await window.wellmet.setName(name);
  }, name);
  await she.settled(page);
}

/** In the page: all that its origin keeps where scripts can see it, as one text. */
export async function everythingKept() {
  const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  const text = (value) =>
    value instanceof Uint8Array || value instanceof ArrayBuffer
      ? new TextDecoder().decode(value)
      : value && typeof value === "object"
      ? Object.values(value).map(text).join(" ")
      : String(value);
  const texts = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) texts.push(text(await done(database.transaction(store).objectStore(store).getAll())));
    database.close();
  }
  return texts.join(" ");
}
