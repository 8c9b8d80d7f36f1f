// Every page, as wellmet left it: no finding of axe, light and dark, on a phone and on a desk.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { A, customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const PAGES = ["/", "/c/furniture", "/c/chairs", "/search?q=chair", A.link, "/made-to-order", "/made-to-order/humidor", "/made-to-order/cigar", "/cart", "/account", "/privacy", "/nowhere"];

async function findings(page) {
  // As an expression of the debugger, since the page's own policy allows no foreign script.
  await page.evaluate(`${axe};0`);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

for (const [name, options] of Object.entries({
  "on a phone, light": { viewport: { width: 390, height: 844 }, colorScheme: "light", reducedMotion: "reduce" },
  "on a desk, dark": { viewport: { width: 1280, height: 900 }, colorScheme: "dark", reducedMotion: "reduce" },
})) {
  behaviour(`axe finds nothing ${name}`, async ({ shopper }) => {
    const guest = await shopper(options);
    const first = await guest.open("/");
    assert.deepEqual(await findings(first), [], "a first visit, with the question about consent");

    const she = await shopper(options);
    const page = await she.open("/");
    await she.allow(page);
    await she.signIn(page, customers[0]);
    await she.add(page, A, 2);
    for (const path of PAGES) {
      await page.goto(path);
      await she.settled(page);
      assert.deepEqual(await findings(page), [], path);
    }
  }, { expect: [/status of 404/] });
}
