// One example as a stranger meets it: copied out of the project, installed from its lock file, built, served, opened.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { Shopper } from "../browser/harness/shopper.mjs";
import { DATA, DIST, ROOT } from "../package/customer.mjs";

const run = promisify(execFile);

/** Tools that would otherwise phone home or ask. */
Object.assign(process.env, { NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", CI: "1" });

/** What lives on between runs. */
const KEPT = ["node_modules", ".next", ".astro"];

async function npm(home, ...parameters) {
  try {
    await run("npm", parameters, { cwd: home, maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`npm ${parameters.join(" ")} in ${path.basename(home)}\n${error.stdout}${error.stderr}`);
  }
}

/** Installs and builds an example in `target/`; packages are installed again only when the lock file has changed. */
export async function prepared(name) {
  const around = path.join(ROOT, "target/examples", name);
  // As deep as in the project: the package is found at ../../dist.
  const home = path.join(around, "examples", name);
  await mkdir(home, { recursive: true });
  for (const entry of await readdir(home)) {
    if (!KEPT.includes(entry)) await rm(path.join(home, entry), { recursive: true });
  }
  await cp(path.join(ROOT, "examples", name), home, {
    recursive: true,
    filter: (source) => !KEPT.includes(path.basename(source)),
  });
  await cp(path.join(DATA, "book"), path.join(home, "public/book"), { recursive: true });
  const lock = await readFile(path.join(home, "package-lock.json")).catch(() => undefined);
  if (!lock) return home;
  await rm(path.join(around, "dist"), { recursive: true, force: true });
  await cp(DIST, path.join(around, "dist"), { recursive: true });
  const mark = path.join(around, "installed");
  const wanted = createHash("sha256").update(lock).digest("hex");
  if ((await readFile(mark, "utf8").catch(() => "")) !== wanted) {
    await npm(home, "ci", "--no-audit", "--no-fund", "--loglevel=error");
    await writeFile(mark, wanted);
  }
  const installed = path.join(home, "node_modules/wellmet");
  await rm(installed, { recursive: true, force: true });
  await cp(DIST, installed, { recursive: true });
  const { scripts = {} } = JSON.parse(await readFile(path.join(home, "package.json"), "utf8"));
  if (scripts.build) await npm(home, "run", "build");
  return home;
}

const greeting = (page) => page.locator('[data-wm-slot="greeting"],[data-wm-decide="greeting"]').innerText();

const counts = (page, n) =>
  page.waitForFunction((n) => document.body.innerText.replace(/\s+/g, " ").includes(`Cart: ${n}`), n);

/**
 * What every example shows: default content, a cart that counts, and after her consent a page that knows her when she
 * comes back; nothing on the console, nothing moved, and only the named other origins asked.
 *
 * @param {{ elsewhere?: string[], add?: string, before?: (page: object) => Promise<void> }} options `add`: the path of
 *   the page whose button adds; default the first
 */
export async function shows(t, browser, origin, { elsewhere = [], expect = [] } = {}) {
  const she = await Shopper.arrive(browser, origin, {});
  t.after(() => she.leave());
  try {
    const page = await she.open("/");
    assert.match(await greeting(page), /Welcome to our shop/);
    await page.getByRole("button", { name: "Add a chair to the cart" }).click();
    await counts(page, 1);
    await page.getByRole("button", { name: "Remember me" }).click();
    await she.settled(page);
    await she.later(2 * 3_600_000);
    await she.go(page, "/");
    await page.waitForFunction(() => document.body.innerText.includes("Good to see you again"));
    await counts(page, 1);
    await page.getByRole("button", { name: "Forget me" }).click();
    await page.waitForFunction(() => document.body.innerText.includes("Welcome to our shop"));
    await counts(page, 0);
  } finally {
    assert.deepEqual(she.watch.unexpected(expect), [], "the console is empty");
  }
  assert.deepEqual(she.watch.moved(), [], "nothing moved");
  const foreign = she.watch.foreign.filter((address) => !elsewhere.some((other) => address.startsWith(other)));
  assert.deepEqual(foreign, [], "nobody else was asked");
  return she;
}

