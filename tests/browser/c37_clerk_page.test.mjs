// A clerk opens a customer's code at the counter: sees cart, questions and contact, edits, answers, gives back.
// The page stands under a strict policy, says what it does, and works with the keyboard alone.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { launch } from "./harness/chromium.mjs";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const folder = mkdtempSync(join(tmpdir(), "wellmet-clerk-"));
let hub;
let base;
let browser;

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token as the shop's backend mints it. */
function token(sub, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const message = `${encoded({ alg: "EdDSA", typ: "JWT" })}.${encoded({ sub, aud: "wellmet", iat: now, exp: now + 300, jti: randomUUID(), ...claims })}`;
  return `${message}.${sign(null, Buffer.from(message), privateKey).toString("base64url")}`;
}

/** A customer's phone: asks the hub with her cookies. */
class Phone {
  cookies = new Map();
  belief = "customer";
  async ask(method, path, body) {
    const headers = { "content-type": "application/json", "wellmet-as": this.belief, cookie: [...this.cookies].map((pair) => pair.join("=")).join("; ") };
    const answer = await fetch(base + path, { method, headers, body: body ? JSON.stringify(body) : undefined });
    for (const set of answer.headers.getSetCookie()) this.cookies.set(...set.split(";")[0].split(/=(.*)/s).slice(0, 2));
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  }
}

before(async () => {
  writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), alg: "EdDSA", use: "sig" }] }));
  const shop = { shop: { name: "Half Past Nine", currency: "EUR", languages: ["en"] }, contacts: { otto: { name: "Otto Weidinger", role: "Tea and cups", phone: "+43 1 234 56 78", hours: "Monday to Friday, 9 to 18" } } };
  writeFileSync(join(folder, "wellmet.json"), JSON.stringify(shop));
  const args = ["hub", "--data", folder, "--listen", "127.0.0.1:0", "--shop", join(folder, "wellmet.json"), "--format", "json"];
  hub = spawn(process.env.WELLMET, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: hub.stdout })) {
    base = JSON.parse(line).listening;
    break;
  }
  browser = await launch();
});

after(async () => {
  await browser?.close();
  hub?.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

/** A page whose every complaint is kept. */
async function counter(size) {
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints };
}

test("c37 a clerk opens a code, edits, answers and gives back", async () => {
  const anna = new Phone();
  await anna.ask("POST", "/v1/login", { token: token("anna", { name: "Anna Maierhofer" }) });
  await anna.ask("POST", "/v1/questions", { text: "Does the teapot go into the dishwasher?", item: "teapot" });
  await anna.ask("POST", "/v1/feedback", { value: 5, text: "The last parcel came so well packed!" });
  const { code, grant } = await anna.ask("POST", "/v1/grants", {});

  const { page, complaints } = await counter({ width: 1100, height: 900 });
  await page.goto(`${base}/v1/clerk#token=${token("eva", { scope: "consultant", name: "Eva Berger" })}`);
  await page.getByRole("heading", { name: "Which customer?" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "nothing secret stays in the address");
  assert.equal(await page.evaluate(() => document.activeElement.id), "code", "the next thing to do has the focus");
  await page.keyboard.type(code.toLowerCase());
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Anna Maierhofer" }).waitFor();
  await page.getByText("Otto Weidinger").waitFor();

  for (const item of ["teapot", "cup?colour=blue&monogram=A.M."]) {
    await page.getByLabel("Add an article").fill(item);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.locator("#cart li", { hasText: item.split("?")[0] }).waitFor();
  }
  await page.getByRole("button", { name: "One more: cup" }).click();
  await page.locator("#cart output", { hasText: "2" }).waitFor();
  const answer = page.locator("#questions li", { hasText: "dishwasher" });
  await answer.getByLabel("Answer").fill("Yes, up to 65 degrees.");
  await answer.getByRole("button", { name: "Send" }).click();
  await page.getByText("Answered. She sees it in the shop.").waitFor();
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, "clerk-1100.png"), fullPage: true });

  // Somebody else of her devices has changed the cart: the clerk is told and looks again, nothing is overwritten.
  await page.getByRole("button", { name: "Remove: teapot" }).click();
  await page.locator("#cart li", { hasText: "teapot" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Give back" }).click();
  await page.getByText("Given back. It is hers alone again.").waitFor();

  const seen = await anna.ask("GET", "/v1/questions");
  assert.equal(seen.entries[0].answers[0].text, "Yes, up to 65 degrees.");
  const { log } = await anna.ask("GET", "/v1/grants");
  assert.deepEqual(log.map((entry) => entry.event).filter((event) => event !== "grant-edited"), ["granted", "grant-opened", "grant-returned"]);
  assert.equal(log.filter((entry) => entry.event === "grant-edited" && entry.by === "Eva Berger").length, 5);
  await page.getByLabel("Her code").fill(code);
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("Ask the shopper for a new code.").waitFor();
  assert.ok(grant.id);
  // Chromium itself notes answers of 401 and 404; the page says nothing.
  assert.deepEqual(complaints.filter((text) => !text.startsWith("Failed to load resource")), []);
});

test("c37 the page fits a phone, has names for everything, and holds no script but its own", async () => {
  const { page, complaints } = await counter({ width: 390, height: 844 });
  await page.goto(`${base}/v1/clerk`);
  await page.getByRole("heading", { name: "Please sign in" }).waitFor();
  await page.getByLabel("Or paste a token of the back office").fill(token("eva", { scope: "consultant", name: "Eva" }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Which customer?" }).waitFor();
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, "clerk-390-code.png") });
  const berta = new Phone();
  await berta.ask("POST", "/v1/login", { token: token("berta", { name: "<img src=x onerror=alert(1)>" }) });
  const { code } = await berta.ask("POST", "/v1/grants", { may: "view" });
  await page.goto(`${base}/v1/clerk#code=${code.replace("-", "")}`);
  // What a camera opens is a new page; the one that is there already is loaded again for it.
  await page.reload();
  await page.getByRole("heading", { name: "<img src=x onerror=alert(1)>" }).waitFor();
  assert.equal(await page.locator("#add").isVisible(), false, "to look is not to edit");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `nothing is wider than the screen: ${wide}`);
  const unnamed = await page.evaluate(() =>
    [...document.querySelectorAll("button, input, textarea")].filter((node) => node.checkVisibility() && !node.labels?.length && !node.textContent.trim() && !node.ariaLabel).length,
  );
  assert.equal(unnamed, 0);
  const small = await page.evaluate(() => [...document.querySelectorAll("button")].filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44).length);
  assert.equal(small, 0, "fingers are larger than arrows");
  if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, "clerk-390.png"), fullPage: true });
  assert.deepEqual(complaints.filter((text) => !text.startsWith("Failed to load resource")), []);
});
