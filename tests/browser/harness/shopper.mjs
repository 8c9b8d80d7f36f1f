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

/** Longer than wellmet waits for more before it writes or sends: see `journey` and `sync` in the package. */
const QUIET_MS = 350;

export class Shopper {
  #pending;
  #lastChange = 0;

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
    /** Requests under way, without the one by which the hub wakes a page up: that one stays open. */
    this.#pending = new Set();
    context.on("request", (request) => {
      if (!request.url().includes("/live")) this.#pending.add(request);
      this.#lastChange = Date.now();
    });
    for (const end of ["requestfinished", "requestfailed"]) {
      context.on(end, (request) => {
        this.#pending.delete(request);
        this.#lastChange = Date.now();
      });
    }
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

  /** Waits until wellmet is ready on this page, which includes that what it decided is shown. */
  async decided(page) {
    await page.waitForFunction(() => window.__told?.some(({ name }) => name === "ready"));
    // The swap happened before the event; a frame later it is on the screen.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  }

  /** All that wellmet told on this page under one name. */
  told(page, wanted) {
    return page.evaluate((wanted) => window.__told.filter(({ name }) => name === wanted).map(({ detail }) => detail), wanted);
  }

  /** Says yes to being remembered, in the bar that the shop shows on a first visit. */
  async allow(page) {
    await page.getByRole("button", { name: "Yes, remember me" }).first().click();
    await page.getByRole("button", { name: "Yes, remember me" }).first().waitFor({ state: "hidden" });
    await this.settled(page);
  }

  /** Signs in on the account page as one of the sample customers. */
  async signIn(page, customer) {
    await page.goto("/account");
    await this.decided(page);
    await page.locator(`main button[name="customer"][value="${customer.id}"]`).click();
    await page.waitForSelector(`body[data-customer="${customer.id}"]`);
    await page.waitForFunction((id) => window.__told?.some(({ name, detail }) => name === "identity" && detail.customer?.id === id), customer.id);
    await this.settled(page);
  }

  /** Signs out on the account page. */
  async signOut(page) {
    await this.go(page, "/account");
    await page.locator("main").getByRole("button", { name: "Sign out" }).click();
    await page.waitForSelector("body:not([data-customer])");
    await this.settled(page);
    await this.decided(page);
  }

  /** Waits until nothing is on its way: no request, nothing that is still to be written or sent. */
  async settled(page) {
    await page.waitForLoadState("load");
    const since = Date.now();
    const busy = () => {
      // A page that was closed does not tell how its requests ended.
      for (const request of this.#pending) if (request.frame().page().isClosed()) this.#pending.delete(request);
      return this.#pending.size > 0 || Date.now() - Math.max(since, this.#lastChange) < QUIET_MS;
    };
    for (const deadline = Date.now() + 15_000; busy() && Date.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Puts articles into the cart on their product pages, as a shopper does. */
  async add(page, product, quantity = 1) {
    await this.go(page, product.link);
    await page.locator("form.buy [data-wm-quantity]").fill(String(quantity));
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.waitForFunction((id) => window.wellmet.cart().lines.some((line) => line.item === id), product.id);
    await this.settled(page);
  }

  /** Sets a line of the cart page that is open to a quantity; 0 removes it. */
  async setQuantity(page, product, quantity) {
    const line = page.locator(".line", { hasText: product.title });
    if (quantity === 0) await line.getByRole("button", { name: "Remove" }).click();
    else {
      await line.getByRole("spinbutton").fill(String(quantity));
      await line.getByRole("spinbutton").press("Enter");
    }
  }

  /** From here on the pages of this shopper live `ms` later (or earlier). Time goes on running. */
  async later(ms) {
    await this.context.addInitScript((ms) => {
      const Real = window.__RealDate ??= Date;
      window.__late = (window.__late ?? 0) + ms;
      const now = () => Real.now() + window.__late;
      window.Date = class extends Real {
        constructor(...parts) {
          if (parts.length === 0) super(now());
          else super(...parts);
        }
        static now() {
          return now();
        }
      };
    }, ms);
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
