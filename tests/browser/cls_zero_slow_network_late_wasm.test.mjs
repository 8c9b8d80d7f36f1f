// Nothing moves, however late the engine arrives: no layout shift, no hidden page, no stolen focus.
// The harness itself fails every behaviour in which something moved; here the network is at its worst.

import { A, customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const VIEWPORTS = [{ width: 390, height: 844 }, { width: 1280, height: 900 }];

/** A slow phone network, as developer tools define "3G", and the engine two seconds later still. */
async function worst(shopper, page) {
  const devtools = await shopper.context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false, latency: 300, downloadThroughput: 90_000, uploadThroughput: 40_000,
  });
  await page.route("**/*.wasm", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await route.continue();
  });
}

for (const viewport of VIEWPORTS) {
  behaviour(`nothing moves at ${viewport.width} px for a signed-in customer on a slow network`, async ({ shopper }) => {
    const she = await shopper({ viewport });
    const page = await she.open("/");
    await she.allow(page);
    await she.signIn(page, customers[0]);
    await she.add(page, A);
    await page.close();

    const slow = await she.context.newPage();
    slow.setDefaultTimeout(30_000);
    await worst(she, slow);
    for (const path of ["/", A.link, "/cart", "/made-to-order"]) {
      await slow.goto(path);
      const main = slow.locator("main");
      assert.ok(await main.isVisible(), "the page is there before the engine");
      await she.decided(slow);
      // Below the fold as well: what is scrolled into view has been exchanged already.
      await slow.mouse.wheel(0, 600);
      await slow.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    }
    assert.deepEqual(she.watch.moved(), []);
  });
}

behaviour("the page is never hidden, and what she is typing stays where it is", async ({ shopper }) => {
  const she = await shopper();
  let page = await she.open("/");
  await she.allow(page);
  await page.close();
  await she.later(2 * 3_600_000);
  page = await she.context.newPage();
  await worst(she, page);
  await page.goto("/");
  const search = page.getByRole("searchbox");
  await search.focus();
  await page.keyboard.type("stap");
  assert.ok(await page.locator("h1").first().isVisible());
  await she.decided(page);
  await page.keyboard.type("ler");
  assert.equal(await search.inputValue(), "stapler");
  assert.ok(await search.evaluate((field) => document.activeElement === field), "the focus did not move");
});

behaviour("a returning shopper sees her page at first paint, before the engine", async ({ shopper }) => {
  const she = await shopper();
  let page = await she.open("/");
  await she.allow(page);
  await she.later(2 * 3_600_000);
  await she.go(page, "/");
  await she.settled(page);
  await page.close();
  page = await she.context.newPage();
  await page.route("**/*.wasm", () => {});
  await page.goto("/", { waitUntil: "domcontentloaded" });
  assert.match(await she.slot(page, "greeting"), /Welcome back/, "painted from the snapshot, the engine never came");
  await page.unrouteAll({ behavior: "ignoreErrors" });
});
