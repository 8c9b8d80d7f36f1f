// `cargo xtask bench recommend`: how long a recommendation takes in wasm, what it costs in bytes and memory, how that grows
// with the catalogue, and how long a book takes to build, beside the session-kNN of the crate serenade.
//
//   --data DIR      clicks as train.csv(.gz) and test.csv(.gz), else the log in the archive of serenade is cut
//   --orders FILE --mapping FILE   also build from this order log
//   --clicks N      rows of the largest made-up log (default 10,000,000; 0 leaves it out)
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants, gunzipSync } from "node:zlib";
import { json } from "../rows.mjs";
import { clicksOfSerenade, generate, visitsOf } from "./lib/logs.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const work = join(root, "target/bench/recommend");
mkdirSync(work, { recursive: true });
const { values: options } = parseArgs({
  options: {
    format: { type: "string", default: "table" },
    data: { type: "string" },
    orders: { type: "string" },
    mapping: { type: "string" },
    clicks: { type: "string", default: "10000000" },
  },
});
const wellmet = process.env.WELLMET ?? join(root, "target/tool/wellmet");
const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

/** @type {{name: string, ours: number, peers: Record<string, number>, ratio: number | null, unit: string}[]} */
const rows = [];
/** @type {string[]} */
const notes = [];
function row(/** @type {string} */ name, /** @type {number} */ ours, /** @type {string} */ unit, peers = {}) {
  const best = Math.min(...Object.values(peers));
  const round = (/** @type {number} */ x) => Number(x.toPrecision(4));
  const shown = Object.fromEntries(Object.entries(peers).map(([peer, value]) => [peer, round(Number(value))]));
  rows.push({ name, ours: round(ours), peers: shown, ratio: Number.isFinite(best) ? round(ours / best) : null, unit });
}

const brotli = (/** @type {Buffer} */ bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

/** Builds the recommender for wasm with the profile that the package ships with. */
function module() {
  const target = join(work, "wasm-target");
  const args = ["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", target];
  execFileSync("cargo", [...args, "--manifest-path", join(here, "wasm/Cargo.toml")], { stdio: "inherit" });
  const built = join(target, "wasm32-unknown-unknown/release/recommend_in_wasm.wasm");
  const optimized = join(work, "recommend.wasm");
  const features = ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];
  const binaryen = join(root, "node_modules/binaryen/bin/wasm-opt");
  const flags = ["-Oz", "--converge", ...features.map((name) => `--enable-${name}`), "-o", optimized];
  execFileSync("node", [existsSync(binaryen) ? binaryen : `${binaryen}.js`, built, ...flags], { stdio: "inherit" });
  return new WebAssembly.Module(readFileSync(optimized));
}

/** A page's engine with a book: chunks are loaded when they are asked for, or all at once. */
class Page {
  constructor(/** @type {WebAssembly.Module} */ module, /** @type {string} */ folder) {
    this.folder = folder;
    this.loaded = 0;
    /** @type {any} */
    this.wasm = new WebAssembly.Instance(module, {}).exports;
    this.write(readFileSync(join(folder, "book.wmb")));
    if (!this.wasm.open()) throw new Error(`${folder} is no book`);
  }
  write(/** @type {Buffer} */ bytes) {
    const at = this.wasm.buffer(bytes.length);
    new Uint8Array(this.wasm.memory.buffer, at, bytes.length).set(bytes);
  }
  read() {
    const length = this.wasm.length();
    const at = this.wasm.buffer(length);
    return Buffer.from(new Uint8Array(this.wasm.memory.buffer, at, length)).toString("utf8");
  }
  put(/** @type {string} */ name) {
    const bytes = readFileSync(join(this.folder, name));
    this.write(Buffer.concat([Buffer.from(name), bytes]));
    if (!this.wasm.put(Buffer.byteLength(name))) throw new Error(`${name} was refused`);
    this.loaded += brotliOf(this.folder, name);
  }
  putAll(/** @type {string} */ letters) {
    const names = readdirSync(this.folder).filter((name) => letters.includes(name[0]) && name[1] === "-");
    names.forEach((name) => this.put(name));
  }
  heap() {
    return this.wasm.memory.buffer.byteLength;
  }
}

/** @type {Map<string, number>} */
const sizes = new Map();
function brotliOf(/** @type {string} */ folder, /** @type {string} */ name) {
  const path = join(folder, name);
  if (!sizes.has(path)) sizes.set(path, brotli(readFileSync(path)));
  return /** @type {number} */ (sizes.get(path));
}

const sorted = (/** @type {number[]} */ times) => times.sort((a, b) => a - b);
const at = (/** @type {number[]} */ times, /** @type {number} */ share) => times[Math.floor((times.length - 1) * share)];
const mean = (/** @type {number[]} */ list) => list.reduce((sum, x) => sum + x, 0) / Math.max(list.length, 1);

/** Asks every question of the visits in one warm page. Microseconds a question, the copy of the ids left out. */
function timed(/** @type {Page} */ page, /** @type {string[][]} */ visits) {
  /** @type {number[]} */
  let times = [];
  for (let round = 0; round < 2; round++) {
    times = [];
    for (const clicks of visits) {
      for (let n = 1; n < clicks.length; n++) {
        page.write(Buffer.from(clicks.slice(0, n).join("\n")));
        const start = performance.now();
        page.wasm.next(20, false);
        times.push((performance.now() - start) * 1000);
      }
    }
  }
  return sorted(times);
}

/** Looks back in a visit, as many as the page takes. */
const LOOKS = 16;

/** Brotli bytes that a page loads to answer its question, beside the core: ids, rows and cards. */
function loads(/** @type {WebAssembly.Module} */ module, /** @type {string} */ folder, /** @type {string[][]} */ visits) {
  return visits.map((visit) => {
    const clicks = visit.slice(-LOOKS);
    const page = new Page(module, folder);
    const known = new Set();
    for (;;) {
      page.write(Buffer.from(clicks.join("\n")));
      if (page.wasm.next(8, true) >>> 31 === 0) return page.loaded;
      const names = page.read().split("\n").filter((name) => name && !known.has(name));
      if (names.length === 0) return page.loaded;
      names.forEach((name) => (known.add(name), page.put(name)));
    }
  });
}

/** Runs `wellmet build` and watches its memory. */
async function build(/** @type {string[]} */ args, /** @type {string} */ out) {
  rmSync(out, { recursive: true, force: true });
  const start = performance.now();
  const child = spawn(wellmet, ["build", "--out", out, "--format", "json", ...args]);
  let [text, error, peak] = ["", "", 0];
  child.stdout.on("data", (chunk) => (text += chunk));
  child.stderr.on("data", (chunk) => (error += chunk));
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has just ended.
    }
  }, 20);
  const code = await new Promise((done) => child.on("close", done));
  clearInterval(watch);
  if (code !== 0) throw new Error(error);
  return { ...JSON.parse(text), took: (performance.now() - start) / 1000, peak: peak / 1024 };
}

/** The folder of serenade's source in the registry, fetched if need be. */
function crate() {
  const find = () => {
    const sources = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry/src");
    const registries = existsSync(sources) ? readdirSync(sources) : [];
    return registries.map((name) => join(sources, name, "serenade-0.3.1")).find((folder) => existsSync(folder));
  };
  if (!find()) spawnSync("cargo", ["info", "serenade@0.3.1"], { cwd: work, stdio: "ignore" });
  return find();
}

/** Builds serenade's index without its server; `undefined` with a note when that fails. */
function serenade(/** @type {string | undefined} */ source) {
  if (!source) return void notes.push("serenade: its source could not be fetched");
  const folder = join(work, "serenade");
  cpSync(join(here, "serenade"), folder, { recursive: true });
  cpSync(join(source, "src/vmisknn"), join(folder, "src/vmisknn"), { recursive: true });
  cpSync(join(source, "src/dataframeutils.rs"), join(folder, "src/dataframeutils.rs"));
  const built = spawnSync("cargo", ["build", "--quiet", "--release"], { cwd: folder, encoding: "utf8" });
  if (built.status === 0) return join(folder, "target/release/serenade-alone");
  notes.push(`serenade did not build: ${built.stderr.split("\n").find((line) => line.startsWith("error")) ?? ""}`);
}

const source = crate();
const log = join(work, "clicks");
if (options.data) {
  mkdirSync(log, { recursive: true });
  for (const name of ["train", "test"]) {
    const plain = join(options.data, `${name}.csv`);
    const csv = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
    writeFileSync(join(log, `${name}.csv`), csv);
    const lines = csv.toString("utf8").trimEnd().split("\n");
    writeFileSync(join(log, `${name}.txt`), ["SessionId\tItemId\tTime", ...lines.slice(1).map((l) => l.replaceAll(",", "\t"))].join("\n"));
  }
} else if (source) {
  const counts = clicksOfSerenade(source, log);
  say(`${counts.train} visits to learn from, ${counts.test} to ask`);
} else {
  throw new Error("there is no log: fetch the crate serenade 0.3.1, or give --data DIR");
}

say("building for wasm");
const wasm = module();
const asked = visitsOf(join(log, "test.csv")).filter((clicks) => clicks.length > 1);
const book = join(work, "clicks-book");
const built = await build(["--clicks", join(log, "train.csv"), "--currency", "EUR", "--least-people", "1"], book);
const page = new Page(wasm, book);
const empty = page.heap();
page.putAll("in");
const tables = page.heap();
page.putAll("cp");
say("asking");
const times = timed(page, asked);

/** @type {Record<string, any>} */
const peers = {};
const program = serenade(source);
if (program) {
  for (const [name, m, k, last] of [["serenade m=500 k=50 last 2", 500, 50, 2], ["serenade m=500 k=500 last 9", 500, 500, 9]]) {
    const run = spawnSync(String(program), [join(log, "train.txt"), join(log, "test.txt"), `${m}`, `${k}`, `${last}`], { encoding: "utf8" });
    if (run.status === 0) peers[name] = JSON.parse(run.stdout.trimEnd().split("\n").pop() ?? "");
    else notes.push(`${name}: ${run.stderr.split("\n")[0]}`);
  }
}
const of = (/** @type {string} */ key) => Object.fromEntries(Object.entries(peers).map(([name, value]) => [name, value[key]]));
row("clicks log: a question, median (wasm; serenade native)", at(times, 0.5), "us", of("median"));
row("clicks log: a question, p99", at(times, 0.99), "us", of("p99"));
row("clicks log: heap with ids and table, above an empty book", (tables - empty) / 1e6, "MB");
row("clicks log: heap with everything loaded", page.heap() / 1e6, "MB");
const next = built.sizes.find((/** @type {any} */ size) => size.kind === "next");
row("clicks log: table, brotli", next.brotli / 1000, "kB");
row("clicks log: table, brotli, for 10,000 items", (next.brotli / built.products) * 10, "kB");
const few = asked.filter((_, n) => n % Math.ceil(asked.length / 200) === 0);
const bytes = sorted(loads(wasm, book, few));
row("clicks log: what a page loads for its answer, mean", mean(bytes) / 1000, "kB");
row("clicks log: what a page loads for its answer, 95 of 100 at most", at(bytes, 0.95) / 1000, "kB");
row("clicks log: what a page loads for its answer, most", bytes[bytes.length - 1] / 1000, "kB");

for (const items of [1_000, 10_000, 100_000]) {
  say(`${items} items`);
  const file = join(work, `made-up-${items}.csv`);
  await generate(file, items, items * 25);
  const folder = join(work, `made-up-${items}`);
  const made = await build(["--clicks", file, "--currency", "EUR"], folder);
  const page = new Page(wasm, folder);
  page.putAll("incp");
  const times = timed(page, visitsOf(file).filter((_, n) => n % Math.ceil(items / 500) === 0).slice(0, 2_500));
  const table = made.sizes.find((/** @type {any} */ size) => size.kind === "next");
  const label = `made-up log, ${items.toLocaleString("en")} items`;
  row(`${label}: a question, median`, at(times, 0.5), "us");
  row(`${label}: a question, p99`, at(times, 0.99), "us");
  row(`${label}: table, brotli, for 10,000 items`, ((table?.brotli ?? 0) / made.products) * 10, "kB");
  row(`${label}: heap with everything loaded`, page.heap() / 1e6, "MB");
  row(`${label}: building`, made.took, "s");
  row(`${label}: building, memory`, made.peak, "MB");
}

if (options.orders && options.mapping) {
  say("the order log");
  const made = await build(["--orders", options.orders, "--mapping", options.mapping], join(work, "orders-book"));
  row(`order log of ${made.log.rows.toLocaleString("en")} rows: building`, made.took, "s");
  row("order log: building, memory", made.peak, "MB");
  for (const kind of ["with", "like"]) {
    const table = made.sizes.find((/** @type {any} */ size) => size.kind === kind);
    if (table) row(`order log: table "${kind}", brotli, for 10,000 items`, (table.brotli / made.products) * 10, "kB");
  }
}

const huge = Number(options.clicks);
if (huge > 0) {
  say(`${huge} clicks`);
  const file = join(work, `made-up-huge-${huge}.csv`);
  await generate(file, 200_000, huge);
  const made = await build(["--clicks", file, "--currency", "EUR"], join(work, "huge-book"));
  row(`made-up log of ${huge.toLocaleString("en")} clicks, ${made.products.toLocaleString("en")} items: building`, made.took, "s");
  row("the same: memory", made.peak, "MB");
}

if (options.format === "json") {
  json(rows);
  notes.forEach((note) => console.error(note));
} else {
  for (const { name, ours, peers, ratio, unit } of rows) {
    const others = Object.entries(peers).map(([peer, value]) => `${peer}: ${value}`).join(", ");
    console.log(`${name.padEnd(72)} ${String(ours).padStart(9)} ${unit.padEnd(3)} ${others}${ratio === null ? "" : `  (ratio ${ratio})`}`);
  }
  notes.forEach((note) => console.log(note));
}
