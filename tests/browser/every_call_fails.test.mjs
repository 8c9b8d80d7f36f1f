// Storage and network fail at every step of start-up, each kind of call in turn: the page is whole each time, the cart works,
// and the console stays empty.

import { A, customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

/** Counts the calls of start-up that a browser may refuse, and refuses the one numbered `refuse`. */
function meddle(refuse) {
  const calls = (window.__calls = []);
  // Which of many articles a part of the book is about does not matter.
  const path = (given) => new URL(given[0]?.url ?? given[0], document.baseURI).pathname.replace(/[ci]-[0-9a-f]+/, "chunk");
  const due = (name) => {
    // Later calls are her own acts, which other tests are about.
    if (window.__started) return false;
    calls.push(name);
    return calls.length - 1 === refuse;
  };
  const error = () => new DOMException("refused by the test", "SecurityError");
  const wrap = (object, name, label = name, how = "throws") => {
    const real = object[name];
    object[name] = function (...given) {
      if (!due(label === "fetch" ? `fetch ${path(given)}` : label)) return real.apply(this, given);
      if (how === "rejects") return Promise.reject(new TypeError("refused by the test"));
      throw error();
    };
  };
  for (const name of ["getItem", "setItem", "removeItem"]) wrap(Storage.prototype, name, `localStorage.${name}`);
  wrap(IDBFactory.prototype, "open", "indexedDB.open");
  wrap(IDBDatabase.prototype, "transaction");
  for (const name of ["get", "put", "delete"]) wrap(IDBObjectStore.prototype, name, `store.${name}`);
  wrap(LockManager.prototype, "request", "locks.request", "rejects");
  wrap(window, "fetch", "fetch", "rejects");
  for (const name of ["BroadcastChannel", "EventSource"]) {
    const Real = window[name];
    window[name] = class extends Real {
      constructor(...given) {
        if (due(name)) throw error();
        super(...given);
      }
    };
  }
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    configurable: true,
    get() {
      if (due("cookie")) throw error();
      return cookie.get.call(this);
    },
    set(value) {
      if (due("cookie=")) throw error();
      cookie.set.call(this, value);
    },
  });
}

for (const [who, signedIn] of [["a returning shopper", false], ["a customer who is signed in", true]]) {
  behaviour(`each call of start-up fails in turn, for ${who}`, async ({ shopper }) => {
    const she = await shopper();
    const first = await she.open("/");
    await she.allow(first);
    if (signedIn) await she.signIn(first, customers[0]);
    await she.add(first, A);
    await first.close();

    const opened = async (refuse) => {
      const page = await she.context.newPage();
      await page.addInitScript(meddle, refuse);
      await page.goto("/");
      await page.waitForFunction(() => window.__told?.some(({ name }) => name === "ready" || name === "error") || window.wellmet?.cart);
      await she.settled(page);
      return page;
    };
    const whole = await opened(-1);
    const calls = await whole.evaluate(() => window.__calls);
    await whole.close();
    assert.ok(calls.length > 10, `start-up asks the browser for something: ${calls}`);
    // Each kind of call the first and the last time; of her who is signed in what the other does not have: the hub's.
    const ends = calls.map((_, n) => n).filter((n) => calls.indexOf(calls[n]) === n || calls.lastIndexOf(calls[n]) === n);
    const turns = signedIn ? ends.filter((n) => /^(fetch|EventSource)/.test(calls[n])) : ends;
    for (const n of turns) {
      const page = await opened(n);
      const step = `call ${n + 1} of ${calls.length}, ${calls[n]}`;
      assert.ok(await page.locator("h1").first().isVisible(), step);
      assert.ok((await page.locator(".card").count()) > 3, `${step}: the shop's articles are there`);
      for (const slot of await page.locator("[data-wm-slot]").all()) {
        const { text, own } = await slot.evaluate((node) => ({ text: node.innerText.trim(), own: node.childElementCount }));
        assert.ok(text || own, `${step}: no empty box`);
      }
      assert.deepEqual(she.watch.unexpected(), [], step);
      await page.close();
    }
  }, { cartMoves: true });
}
