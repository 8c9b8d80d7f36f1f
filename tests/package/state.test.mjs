// `wellmet/state` as a customer has it: installed from the archive, in Node and in a page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { build } from "esbuild";
import { launch } from "../browser/harness/chromium.mjs";
import { DIST, project, serve, tool } from "./customer.mjs";

const run = promisify(execFile);

/** The seven scenarios as a customer's own script, type-checked. Ends by printing what was seen. */
const SCRIPT = `import { create, init, line, load, StateError, type Cart } from "wellmet/state";
await init();
const seen: Record<string, unknown> = {};
/** What both devices show after they have acted alone and then heard each other. */
function apart(one: (cart: Cart) => void, other: (cart: Cart) => void): Record<string, number> {
  const start = create(1n);
  start.setQty("A", 3);
  const [phone, laptop] = [load(start.save(), 2n), load(start.save(), 3n)];
  one(phone);
  other(laptop);
  const [forPhone, forLaptop] = [laptop.delta(phone.version()), phone.delta(laptop.version())];
  phone.apply(forPhone);
  laptop.apply(forLaptop);
  laptop.apply(forLaptop);
  const show = (cart: Cart) => Object.fromEntries(cart.read().map(({ key, quantity }) => [key, quantity]));
  if (JSON.stringify(show(phone)) !== JSON.stringify(show(laptop))) throw new Error("they differ");
  if (String(phone.save()) !== String(laptop.save())) throw new Error("equal carts, other bytes");
  return show(phone);
}
seen.scenarios = [
  apart((cart) => cart.add("B"), (cart) => cart.add("B", 2)),
  apart((cart) => cart.add("A"), (cart) => cart.add("A")),
  apart((cart) => cart.remove("A"), () => {}),
  apart((cart) => cart.remove("A"), (cart) => cart.add("A")),
  apart((cart) => cart.remove("A"), (cart) => cart.setQty("A", 5)),
  apart((cart) => cart.setQty("A", 5), (cart) => cart.add("A")),
  apart((cart) => cart.remove("A"), (cart) => { cart.remove("A"); cart.add("A"); }),
];
const cart = create();
cart.add(line("mug", { size: "L", colour: "red & blue" }), 2);
cart.field(line("mug", { colour: "red & blue", size: "L" }), "note", "für Anna\\u{1f381}");
const order = cart.snapshot();
cart.add("spoon");
const asleep = load(cart.save());
cart.purchase(order);
cart.purchase(order);
cart.apply(asleep.delta());
seen.left = cart.read();
seen.order = asleep.read();
const code = (work: () => unknown): string => {
  try { work(); return "none"; } catch (error) { return error instanceof StateError ? error.code : String(error); }
};
const click = (() => { const before = cart.version(); cart.add("cup"); return cart.delta(before); })();
seen.codes = [
  code(() => cart.add("")), code(() => cart.add("A", 0)), code(() => cart.add("A", 1.5)), code(() => cart.add("A", -1)),
  code(() => cart.setQty("A", 2 ** 33)), code(() => cart.field("nothing", "a", "b")),
  code(() => load(new Uint8Array([9]))), code(() => load(new Uint8Array())), code(() => cart.apply(new Uint8Array([1, 77]))),
  code(() => create().apply(click)), code(() => cart.field("spoon", "a", "x".repeat(2000))),
];
seen.after = cart.read().length;
// Texts cross as one: neither a mark at the front nor what takes two units moves the next.
const odd = create();
for (const key of ["\\ufeffA", "\\u{1f381}", "z"]) odd.add(key);
seen.odd = [...odd.read(), ...create().apply(odd.delta()).lines].map(({ key }) => key).sort();
export default seen;
`;

const WANTED = {
  scenarios: [{ A: 3, B: 3 }, { A: 5 }, {}, { A: 1 }, { A: 5 }, { A: 6 }, { A: 1 }],
  left: [{ key: "spoon", quantity: 1, fields: {} }],
  order: [
    { key: "mug?colour=red %26 blue&size=L", quantity: 2, fields: { note: "für Anna\u{1f381}" } },
    { key: "spoon", quantity: 1, fields: {} },
  ],
  after: 2,
  odd: ["z", "z", "\u{1f381}", "\u{1f381}", "\ufeffA", "\ufeffA"],
};

const TSCONFIG = {
  compilerOptions: { strict: true, target: "es2022", module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"], types: [], outDir: "out" },
  files: ["cart.ts"],
};

function check(seen) {
  const { codes, ...rest } = seen;
  assert.deepEqual(rest, WANTED);
  const [empty, none, half, negative, huge, absent, version, cut, damaged, gap, long] = codes;
  assert.deepEqual([empty, none, half, negative, huge], ["bad-key", "bad-quantity", "bad-quantity", "bad-quantity", "bad-quantity"]);
  assert.deepEqual([absent, version, cut, gap, long], ["absent", "unknown-version", "truncated", "gap", "too-long"]);
  assert.ok(["invalid", "truncated", "unknown-version", "bad-varint"].includes(damaged), damaged);
}

test("c32 the cart core works in Node as installed from the archive, with types", async (t) => {
  const home = await project(t, { "cart.ts": SCRIPT, "tsconfig.json": JSON.stringify(TSCONFIG) });
  await tool("typescript/bin/tsc", ["--project", home], home);
  const { stdout, stderr } = await run(
    process.execPath,
    ["--input-type=module", "-e", 'import seen from "./out/cart.js"; console.log(JSON.stringify(seen))'],
    { cwd: home },
  );
  assert.equal(stderr, "");
  check(JSON.parse(stdout));
});

test("c32 the cart core works in a page built by Vite, under a strict policy", async (t) => {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>…</title><script type="module" src="./page.js"></script></html>`;
  const home = await project(t, {
    "cart.ts": SCRIPT,
    "page.js": 'import seen from "./cart.ts"; window.seen = seen;',
    "index.html": page,
  });
  await tool("vite/bin/vite.js", ["build", "--target", "esnext", "--logLevel", "warn"], home);
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'";
  const origin = await serve(t, { "/": path.join(home, "dist") }, { "content-security-policy": policy });
  const browser = await launch();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(origin);
  await tab.waitForFunction(() => window.seen);
  check(await tab.evaluate(() => window.seen));
});

test("a bundler that copies no files is told what to do, and can do it", async (t) => {
  const main = 'import * as state from "wellmet/state"; window.state = state;';
  const home = await project(t, { "main.js": main, "index.html": '<!doctype html><script type="module" src="./bundle.js"></script>' });
  await build({ absWorkingDir: home, entryPoints: ["main.js"], bundle: true, format: "esm", outfile: "bundle.js", logLevel: "silent" });
  const origin = await serve(t, { "/": home, "/cart/": path.join(DIST, "state") });
  const browser = await launch();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(origin);
  await tab.waitForFunction(() => window.state);
  const [early, missing, quantity] = await tab.evaluate(async () => {
    const code = async (work) => {
      try {
        await work();
      } catch (error) {
        return `${error.code} ${error.message}`;
      }
    };
    const early = await code(() => window.state.create());
    const missing = await code(() => window.state.init());
    await window.state.init({ wasm: "/cart/state_bg.wasm" });
    const cart = window.state.create();
    cart.add("A", 2);
    return [early, missing, cart.read()[0].quantity];
  });
  assert.match(early, /^not-ready .*init\(\)/);
  assert.match(missing, /^no-module .*init\(\{ wasm/);
  assert.equal(quantity, 2);
});

test("carts that nobody holds are collected", async () => {
  // As many as a shop's tab sees in months: the module's memory is a handful of carts large at the end.
  const program = `import { create, init, load } from "${path.join(DIST, "state/node.js")}";
    await init();
    const full = create();
    for (let n = 0; n < 100; n++) full.add("sku-" + n);
    const saved = full.save();
    for (let round = 0; round < 100; round++) {
      for (let n = 0; n < 100; n++) load(saved).add("one more");
      gc();
      await new Promise((done) => setImmediate(done));
    }
    console.log(process.memoryUsage().arrayBuffers + process.memoryUsage().external);`;
  const { stdout } = await run(process.execPath, ["--expose-gc", "--input-type=module", "-e", program]);
  // 10,000 uncollected carts of 100 lines would be above 100 MB.
  assert.ok(Number(stdout) < 30e6, `${stdout.trim()} bytes`);
});
