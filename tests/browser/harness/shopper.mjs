// A shopper: a browser profile of her own, and the few things that shoppers do in the demo shop.

import assert from "node:assert/strict";
import { Watch } from "./watch.mjs";

/** Runs in the page before anything of the shop does: keeps what wellmet tells. */
function keepEvents() {
  window.__told = [];
  for (const name of ["ready", "cart", "decided", "saved", "identity", "error"]) {
    document.addEventListener(`wellmet:${name}`, (event) => {
      window.__told.push({ name, detail: JSON.parse(JSON.stringify(event.detail ?? null)) });
    });
  }
}

export class Shopper {
  /** Opens a new profile. `options` are those of Playwright's `newContext`. */
  static async arrive(browser, origin, options) {
    const context = await browser.newContext({ baseURL: origin, viewport: { width: 390, height: 844 }, ...options });
    context.setDefaultTimeout(10_000);
    const shopper = new Shopper(context, origin);
    await shopper.watch.attach(context);
    await context.addInitScript(keepEvents);
    return shopper;
  }

  constructor(context, origin) {
    this.context = context;
    this.origin = origin;
    this.watch = new Watch(origin);
  }

  leave() {
    return this.context.close();
  }

  /** A new tab on a page of the shop, when wellmet has decided there; `decided: false` does not wait for that. */
  async open(path = "/", { decided = true } = {}) {
    const page = await this.context.newPage();
    await page.goto(path);
    if (decided) await this.decided(page);
    return page;
  }

  /** Follows to another page of the shop in the same tab. */
  async go(page, path) {
    await page.goto(path);
    await this.decided(page);
  }

  /** Waits until wellmet has decided on this page and what it decided is shown. */
  async decided(page) {
    await page.waitForFunction(() => window.__told?.some(({ name }) => name === "decided"));
    // The swap happens in the same task as the event; a frame later it is on the screen.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  }

  /** All that wellmet told on this page under one name. */
  told(page, wanted) {
    return page.evaluate((wanted) => window.__told.filter(({ name }) => name === wanted).map(({ detail }) => detail), wanted);
  }

  /** The visible text of a slot, in one line. */
  async slot(page, name) {
    const text = await page.locator(`[data-wm-slot="${name}"]`).first().innerText();
    return text.replace(/\s+/g, " ").trim();
  }

  /** The cart as wellmet sees it: `{ item: quantity }`. */
  cart(page) {
    return page.evaluate(() => Object.fromEntries(window.wellmet.cart().lines.map((line) => [line.item, line.quantity])));
  }

  /** Everything that a browser keeps for this shop. */
  async stored() {
    const page = this.context.pages()[0];
    const inPage = await page.evaluate(async () => ({
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    }));
    const cookies = (await this.context.cookies()).map(({ name }) => name);
    return { cookies, ...inPage };
  }

  /** Fails unless the browser keeps nothing at all. */
  async storedNothing(message) {
    const nothing = { cookies: [], local: [], session: [], databases: [], caches: [], workers: 0 };
    assert.deepEqual(await this.stored(), nothing, message);
  }
}
