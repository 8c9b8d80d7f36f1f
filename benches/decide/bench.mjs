// How long deciding takes, beside the libraries that one would take for it: feature flags with targeting (GrowthBook,
// ConfigCat) and JSON conditions (GrowthBook, json-logic twice). One node process, the contestants in turn, the fastest of
// many rounds; every answer of every contestant is compared first. Fails when two disagree; times decide nothing.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { print } from "../rows.mjs";
import { CONDITIONS, FLAGS, pageEngine } from "./contestants.mjs";
import { rules, shopFile, shoppers } from "./scenario.mjs";

const { values: options } = parseArgs({
  options: { format: { type: "string", default: "table" }, rounds: { type: "string", default: "15" } },
});
const rounds = Number(options.rounds);
const crowd = shoppers(50);
const rows = [];

function row(name, unit, figures, aim) {
  const { wellmet: ours, ...peers } = figures;
  const best = Math.min(...Object.values(peers));
  rows.push({ name, ours, peers, ratio: Number.isFinite(best) ? Number((ours / best).toPrecision(3)) : null, unit, aim });
}

/** Everybody's answers for every shopper are the same, and neither all yes nor all no. */
function agree(contestants, keys) {
  const [[, first], ...others] = Object.entries(contestants);
  let yes = 0;
  for (const shopper of crowd) {
    const expected = first(shopper, keys);
    yes += expected.filter(Boolean).length;
    for (const [name, decide] of others) assert.deepEqual(decide(shopper, keys), expected, `${name} for ${JSON.stringify(shopper)}`);
  }
  const share = yes / crowd.length / first(crowd[0], keys).length;
  assert.ok(share > 0.05 && share < 0.95, `rules that hold of everybody or of nobody measure nothing: ${share}`);
}

/** Nanoseconds of one decision for each contestant, `keys` asked for each shopper; the fastest of rounds in turn. */
function nanoseconds(contestants, count, keys) {
  const best = Object.fromEntries(Object.keys(contestants).map((name) => [name, Infinity]));
  const repeats = Math.max(1, Math.round(20_000 / (keys?.length ?? count) / crowd.length));
  for (let round = 0; round < rounds; round++) {
    for (const [name, decide] of Object.entries(contestants)) {
      const start = performance.now();
      for (let repeat = 0; repeat < repeats; repeat++) for (const shopper of crowd) decide(shopper, keys);
      const each = ((performance.now() - start) * 1e6) / (repeats * crowd.length * count);
      best[name] = Math.min(best[name], Number(each.toPrecision(3)));
    }
  }
  return best;
}

const loaded = async (contestants, list) =>
  Object.fromEntries(await Promise.all(Object.entries(contestants).map(async ([name, load]) => [name, await load(list)])));

const hundred = rules(100);
const conditions = await loaded(CONDITIONS, hundred);
agree(conditions);
row("a JSON condition of 100, all in one call", "ns", nanoseconds(conditions, 100), { most: 250 });

for (const count of [100, 1_000, 10_000]) {
  const list = rules(count);
  const flags = await loaded(FLAGS, list);
  agree(flags);
  const all = nanoseconds(flags, count);
  row(`a feature of ${count.toLocaleString("en")}, all in one call`, "ns", all, { most: 150 });
  const keys = Array.from({ length: 20 }, (_, at) => list[Math.floor((at * count) / 20)].key);
  agree(flags, keys);
  const page = nanoseconds(flags, 1, keys);
  row(`a page with 20 of ${count.toLocaleString("en")}`, "us", Object.fromEntries(Object.entries(page).map(([name, ns]) => [name, Number((ns / 1000).toPrecision(3))])));
}

// The page's own engine, whose decisions carry what is shown and why.
const folder = mkdtempSync(join(tmpdir(), "wellmet-decide-"));
try {
  const glue = pathToFileURL(`${process.env.GLUE}/`);
  const pages = {};
  for (const count of [100, 1_000, 10_000]) {
    const file = join(folder, `shop-${count}.json`);
    const list = rules(count);
    writeFileSync(file, JSON.stringify(shopFile(list)));
    const out = join(folder, `book-${count}`);
    const feed = join(folder, "feed.csv");
    writeFileSync(feed, "id,title,link,price\na,A thing,https://shop.example/a,1.00 EUR\n");
    execFileSync(process.env.WELLMET, ["build", "--shop", file, "--feed", feed, "--out", out], { stdio: ["ignore", "ignore", "inherit"] });
    const core = readFileSync(join(out, "book.wmb"));
    const engine = await pageEngine(core, glue);
    const keys = count === 100 ? list.map(({ key }) => key) : Array.from({ length: 20 }, (_, at) => list[Math.floor((at * count) / 20)].key);
    const flags = await loaded({ wellmet: FLAGS.wellmet, growthbook: FLAGS.growthbook }, list);
    agree({ engine, ...flags }, keys);
    if (count === 100) row("a whole decision of 100 in the page's engine: choice, fields, reason, exposure", "ns", { wellmet: nanoseconds({ engine }, 100, keys).engine, growthbook: nanoseconds(flags, 100, keys).growthbook });
    pages[count] = Number((nanoseconds({ engine }, 1, keys).engine / 1000).toPrecision(3));
  }
  for (const count of [1_000, 10_000]) row(`a page with 20 slots of ${count.toLocaleString("en")} in the page's engine`, "us", { wellmet: pages[count] });
} finally {
  rmSync(folder, { recursive: true });
}

const fresh = Object.fromEntries(
  Object.keys(FLAGS).map((name) => {
    const script = fileURLToPath(new URL("fresh.mjs", import.meta.url));
    const times = Array.from({ length: 15 }, () => {
      const { stdout } = spawnSync(process.execPath, [script, name], { encoding: "utf8" });
      const { ms, answers } = JSON.parse(stdout);
      assert.equal(answers, 100);
      return ms;
    });
    return [name, Number(times.sort((a, b) => a - b)[7].toPrecision(3))];
  }),
);
row("cold: from nothing to the first 100 decisions, CPU, median of 15 processes", "ms", fresh, { most: 8 });
const files = ["rules_bg.wasm", "index.js"].map((name) => readFileSync(new URL(`../../dist/rules/${name}`, import.meta.url)));
row("wellmet/rules, brotli", "bytes", { wellmet: files.reduce((sum, bytes) => sum + brotliCompressSync(bytes).length, 0) });

print(rows, options.format);
