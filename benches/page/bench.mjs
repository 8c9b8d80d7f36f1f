// `cargo xtask bench page`: what a shopper sees while a page becomes hers, beside GrowthBook's script tag and PostHog, on the
// same page, with the same delays, in real Chromium.
//
// Every contestant swaps the same headline for a gold member, as its own documentation says. A *first* visit finds nothing
// in the browser; a *returning* one finds what one visit before has left there. Each number is the median of several loads.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { launch } from "../../tests/browser/harness/chromium.mjs";
import { json } from "../rows.mjs";
import { probe } from "./probe.mjs";
import { DEFAULT, PERSONAL, start } from "./server.mjs";

const { format, loads, delay } = parseArgs({
  options: {
    format: { type: "string", default: "table" },
    /** Loads per number. */
    loads: { type: "string", default: "7" },
    /** ms that every file and every answer is late. */
    delay: { type: "string", default: "40" },
  },
}).values;

const here = fileURLToPath(new URL(".", import.meta.url));
const root = path.join(here, "../..");

/** As Chromium's own developer tools have them. */
const SLOW_4G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };
const CONDITIONS = {
  "1x CPU": {},
  "4x CPU": { cpu: 4 },
  "4x CPU, slow 4G": { cpu: 4, network: SLOW_4G },
};

const MEASURES = [
  ["defaultMs", "default visible", "ms"],
  ["hiddenMs", "hidden", "ms"],
  ["personalAt", "until personal", "ms"],
  ["cls", "layout shift", "CLS"],
  ["blockingMs", "main thread blocked", "ms"],
  ["longestMs", "longest task", "ms"],
];

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const round = (value, unit) => (unit === "CLS" ? Math.round(value * 1000) / 1000 : Math.round(value));

async function book() {
  const folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-bench-page-"));
  const orders = path.join(folder, "orders.csv");
  const mapping = path.join(folder, "mapping.json");
  await writeFile(orders, "order,day,customer,item,title,shelf,quantity,price\n1,2026-01-02,c1,A,Article,Desk,1,5.00\n");
  await writeFile(
    mapping,
    JSON.stringify({
      order: "order", time: { column: "day", format: "iso" }, customer: "customer", item: "item", title: "title",
      category: ["shelf"], quantity: "quantity", price: { unit: "price" }, currency: "EUR", link: "/p/{id}", image: "/p/{id}.png",
    }),
  );
  const out = path.join(folder, "book");
  const shop = path.join(here, "shop.json");
  await promisify(execFile)(process.env.WELLMET, ["build", "--orders", orders, "--mapping", mapping, "--shop", shop, "--out", out]);
  return { folder, out };
}

/** One load in a tab of its own. The page is given time after the change, for what it does late. */
async function load(context, address, { cpu = 1, network }) {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  if (network) {
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", network);
  }
  if (cpu > 1) await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
  await page.goto(address, { waitUntil: "load", timeout: 60_000 });
  // Asked by the protocol itself: Playwright's way to evaluate brings a script of its own, a long task on a slow device.
  const seen = async () => JSON.parse((await devtools.send("Runtime.evaluate", { expression: "JSON.stringify(window.__bench)" })).result.value);
  const end = Date.now() + 60_000;
  while ((await seen()).personalAt == null) {
    if (Date.now() > end) throw new Error(`${address} did not become personal in a minute`);
    await wait(100);
  }
  await wait(1_000);
  const result = await seen();
  await page.close();
  return result;
}

async function arrive(browser) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  await context.addInitScript(probe, [DEFAULT, PERSONAL]);
  return context;
}

async function measured(browser, address, visit, conditions) {
  const results = [];
  let context = await arrive(browser);
  if (visit === "returning") await load(context, address, {});
  for (let n = 0; n < Number(loads); n += 1) {
    results.push(await load(context, address, conditions));
    if (visit === "returning") continue;
    await context.close();
    context = await arrive(browser);
  }
  await context.close();
  return Object.fromEntries(MEASURES.map(([key, , unit]) => [key, round(median(results.map((result) => result[key])), unit)]));
}

const { folder, out } = await book();
const server = await start({ dist: path.join(root, "dist"), book: out, modules: path.join(here, "node_modules"), delay: Number(delay) });
const browser = await launch();
const rows = [];
try {
  for (const visit of ["first", "returning"]) {
    for (const [name, conditions] of Object.entries(CONDITIONS)) {
      const by = {};
      for (const contestant of server.contestants) {
        by[contestant] = await measured(browser, `${server.origin}/?as=${encodeURIComponent(contestant)}`, visit, conditions);
        process.stderr.write(`${visit}, ${name}: ${contestant} ${JSON.stringify(by[contestant])}\n`);
      }
      const { wellmet: ours, ...peers } = by;
      for (const [key, what, unit] of MEASURES) {
        const theirs = Object.fromEntries(Object.entries(peers).map(([peer, values]) => [peer, values[key]]));
        const best = Math.min(...Object.values(theirs));
        rows.push({ name: `${visit} visit, ${name}: ${what}`, ours: ours[key], peers: theirs, ratio: best ? Math.round((100 * ours[key]) / best) / 100 : null, unit });
      }
    }
  }
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
if (server.missing.size) process.stderr.write(`asked for and not there: ${[...server.missing].join(", ")}\n`);

if (format === "json") json(rows);
else {
  const peers = Object.keys(rows[0].peers);
  console.log(`| What (median of ${loads} loads, ${delay} ms delay) | wellmet | ${peers.join(" | ")} |`);
  console.log(`| --- |${" ---: |".repeat(peers.length + 1)}`);
  for (const { name, ours, peers: theirs, unit } of rows) {
    const shown = (value) => (unit === "CLS" ? value.toFixed(3) : `${value} ms`);
    console.log(`| ${name} | ${shown(ours)} | ${peers.map((peer) => shown(theirs[peer])).join(" | ")} |`);
  }
}
