// A catalogue with HTML in a title and scripts in its links: shown as text, linked nowhere.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";
import { promisify } from "node:util";
import { assert, behaviour } from "./harness/index.mjs";
import { PROGRAM } from "./harness/servers.mjs";

const TITLE = `<img src=x onerror="document.title='owned'">`;
const LINKS = ["javascript:document.title='owned'//", "  JaVa\tScRiPt:document.title='owned'//", "data:text/html,<script>alert(1)</script>"];

const folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-hostile-"));
after(() => rm(folder, { recursive: true, force: true }));

/** A book of two articles whose links begin with `link`. */
async function bookWith(link) {
  const quoted = `"${TITLE.replaceAll('"', '""')}"`;
  const rows = [1, 2, 3, 4, 5, 6].flatMap((n) => [`${n},2024-01-0${n},c${n},A,${quoted},S,1,10.00`, `${n},2024-01-0${n},c${n},B,B,S,1,5.00`]);
  const mapping = {
    order: "order", time: { column: "day", format: "iso" }, customer: "customer", item: "item", title: "title",
    category: ["shelf"], quantity: "quantity", price: { unit: "price" }, currency: "USD", link: `${link}{id}`, image: `${link}{id}.png`,
  };
  const orders = path.join(folder, "orders.csv");
  await writeFile(orders, ["order,day,customer,item,title,shelf,quantity,price", ...rows].join("\n"));
  await writeFile(path.join(folder, "mapping.json"), JSON.stringify(mapping));
  const out = path.join(folder, `book-${LINKS.indexOf(link)}`);
  await promisify(execFile)(PROGRAM, ["build", "--orders", orders, "--mapping", path.join(folder, "mapping.json"), "--out", out]);
  return out;
}

for (const link of LINKS) {
  behaviour(`a link that begins with ${JSON.stringify(link)} leads nowhere`, async ({ shopper }) => {
    let book;
    try {
      book = await bookWith(link);
    } catch (error) {
      // Refusing such a row when the book is built is as good, if it says what is wrong.
      assert.match(String(error.stderr), /link/i);
      return;
    }
    const she = await shopper();
    await she.context.route("**/book/*", async (route) => {
      const name = path.basename(new URL(route.request().url()).pathname);
      await route.fulfill({ contentType: "application/octet-stream", body: await readFile(path.join(book, name)) });
    });
    const page = await she.open("/cart");
    await page.evaluate(() => window.wellmet.add("A", 1));
    await page.locator(".line").first().waitFor();
    await she.settled(page);
    assert.equal((await page.locator(".line-title").innerText()).trim(), TITLE, "the title is text");
    assert.equal(await page.locator(".line-title img").count(), 0);
    const origin = new URL(page.url()).origin;
    const leads = await page.locator(".line a, .line img").evaluateAll((nodes) => nodes.map((node) => node.href || node.src).filter(Boolean));
    for (const address of leads) assert.equal(new URL(address).origin, origin, `it leads to ${address}`);
    await page.locator(".line-title a").click();
    assert.notEqual(await page.title(), "owned");
  }, { cartMoves: true });
}
