// Capability 3: all that is known, each thing with its source and date; she corrects and deletes each.

import { readFile } from "node:fs/promises";
import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

const plain = (text) => text.replace(/\s+/g, " ");
const facts = (page) => page.locator("wm-memory [part=fact]").evaluateAll((all) => all.map((one) => one.textContent.replace(/\s+/g, " ")));

behaviour("c03 what was seen is listed with source and date; what is deleted stays deleted, in other tabs, too", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.go(page, A.link);
  await she.settled(page);
  const other = await she.open(B.link);
  await she.settled(other);
  await she.go(page, "/privacy");
  await page.locator("wm-memory [part=fact]").first().waitFor();
  const today = /Seen in this browser on [A-Z][a-z]+ \d{1,2}, 20\d\d/;
  for (const { title } of [A, B]) {
    const all = await facts(page);
    assert.ok(all.some((fact) => fact.includes(`${plain(title)}: You looked at it`) && today.test(fact)), `${title} in\n${all.join("\n")}`);
  }
  await page.getByRole("button", { name: `Delete: ${A.title}` }).click();
  await page.getByText(`Deleted: ${A.title}`).waitFor();
  // The other tab still had it in its own memory, and writes when it is left.
  await she.settled(other);
  await she.go(other, "/privacy");
  await other.locator("wm-memory [part=fact]").first().waitFor();
  const left = await facts(other);
  assert.ok(!left.some((fact) => fact.includes(plain(A.title))), left.join("\n"));
  assert.ok(left.some((fact) => fact.includes(plain(B.title))), left.join("\n"));
});

behaviour("c03 her name is corrected and deleted; the books name their source; all of it can be taken along", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, customers[4]);
  await she.go(page, "/privacy");
  const memory = page.locator("wm-memory");
  await memory.locator("[part=fact]").first().waitFor();
  const name = memory.getByRole("textbox", { name: "Your name" });
  await name.fill("Tina");
  await memory.getByRole("button", { name: "Save" }).click();
  await memory.getByText(/^You told us on /).waitFor();
  assert.equal(await page.evaluate(() => document[Symbol.for("wellmet.scene")].desk.run((s) => s.preference("name"))), "Tina");
  for (const fact of await facts(page)) assert.match(fact, /You told us|Seen in this browser|From the shop's books|From your sign-in|Put in by you/, fact);
  assert.ok((await facts(page)).some((fact) => fact.startsWith("Kind of customer: ") && fact.includes("From the shop's books, as of")));

  const [download] = await Promise.all([page.waitForEvent("download"), memory.getByRole("button", { name: "Download everything" }).click()]);
  const all = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(all.inThisBrowser.toldByYou.find(({ name }) => name === "name").value, "Tina");
  assert.equal(all.atTheShop.customer.id, customers[4].id);

  await memory.getByRole("button", { name: "Delete: Your name" }).click();
  await eventually(() => page.evaluate(() => !document[Symbol.for("wellmet.scene")].desk.run((s) => s.preference("name"))), "her word is gone");
});
