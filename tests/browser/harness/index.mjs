// The harness of the browser tests: `behaviour(name, body)` is a test in a real browser against a real
// hub and the demo shop. The body gets a shop and makes shoppers; every shopper is a browser profile of
// its own. A behaviour ends, whatever else it showed, with: the console is empty, nothing moved, and
// nobody else was asked.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { startServers } from "./servers.mjs";
import { Shopper } from "./shopper.mjs";

let browser;
let servers;

before(async () => {
  [browser, servers] = await Promise.all([launch(), startServers()]);
});

after(async () => {
  await browser?.close();
  await servers?.stop();
});

/** Chromium itself reports a failed request on the console; no script can prevent it. */
export const FAILED_REQUEST = /^error: Failed to load resource: /;

/**
 * One behaviour.
 *
 * @param {string} name what is shown, beginning with the capability number where it has one
 * @param {(given: { shop: object, hub: object, origin: string, data: string, shopper: Function, wait: Function }) => Promise<void>} body
 * @param {{ expect?: RegExp[], cartMoves?: boolean, stirred?: string }} options `expect`: console lines that belong to the behaviour;
 *   `cartMoves`: another device, another tab or a script changes the cart while its page is open, so that its lines
 *   come and go without her touch; `stirred`: path of a page whose size her acts change, which a busy machine may show
 *   later than the half second in which the browser calls it hers
 */
export function behaviour(name, body, { expect = [], cartMoves = false, stirred = "" } = {}) {
  test(name, { timeout: 150_000 }, async () => {
    const shoppers = [];
    /** A new person with a new browser profile; options as of Playwright's `newContext`. */
    const shopper = async (options = {}) => {
      const made = await Shopper.arrive(browser, servers.origin, options);
      shoppers.push(made);
      return made;
    };
    try {
      await body({ ...servers, shopper });
      for (const { watch } of shoppers) {
        assert.deepEqual(watch.unexpected(expect), [], "the console is empty");
        assert.deepEqual(watch.moved({ cartMoves, stirred }), [], "nothing moved");
        assert.deepEqual(watch.foreign, [], "nobody else was asked");
      }
    } catch (error) {
      const said = shoppers.flatMap(({ watch }) => watch.console);
      if (said.length > 0) error.message += `\n\nconsole:\n  ${said.join("\n  ")}`;
      if (servers.hub.log.trim()) error.message += `\n\nhub:\n${servers.hub.log.slice(-2_000)}`;
      if (servers.shop.log.trim()) error.message += `\n\nshop:\n${servers.shop.log.slice(-2_000)}`;
      throw error;
    } finally {
      await Promise.all(shoppers.map((made) => made.leave()));
      // A behaviour may have stopped a server; the next one finds both.
      await servers.restore();
    }
  });
}

/** Repeats a question until the answer is yes, for what shows outside of a page. Fails after `patience` ms. */
export async function eventually(question, what, patience = 5_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    if (await question()) return;
    if (Date.now() > deadline) assert.fail(`not within ${patience} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export { assert };
