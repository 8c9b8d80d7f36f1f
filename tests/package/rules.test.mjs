// `wellmet/rules` as a customer has it: GrowthBook's vectors through the package, in Node and in a page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { launch } from "../browser/harness/chromium.mjs";
import { DIST, ROOT, project, serve, tool } from "./customer.mjs";

const vectors = JSON.parse(await readFile(path.join(ROOT, "tests/vectors/growthbook.json"), "utf8"));

/** Equal as GrowthBook's own runner compares: numbers to nine digits, `undefined` as absent. */
const alike = (ours, theirs, name) => {
  const round = (_, value) => (typeof value === "number" ? Number(value.toPrecision(9)) : value);
  const sorted = (json) =>
    json && typeof json === "object" && !Array.isArray(json)
      ? Object.fromEntries(Object.keys(json).sort().map((key) => [key, sorted(json[key])]))
      : Array.isArray(json)
        ? json.map(sorted)
        : json;
  assert.deepEqual(sorted(JSON.parse(JSON.stringify(ours, round))), sorted(JSON.parse(JSON.stringify(theirs, round))), name);
};

/** Every vector that a payload, a shopper and a key decide. Runs in Node and in a page. */
function decideVectors({ Conditions, Rules }, vectors) {
  const answers = {};
  answers.evalCondition = vectors.evalCondition.map(([, condition, attributes, , groups]) => new Conditions([condition], groups).hold(attributes)[0]);
  for (const section of ["feature", "contextualBandit"]) {
    answers[section] = vectors[section].map(([, context, key]) => {
      const rules = new Rules(context);
      const { url, enabled, qaMode, forcedVariations } = context;
      rules.wish({ url, enabled, qaMode, forcedVariations });
      const full = rules.explain(context.attributes ?? {}, key);
      const [short] = [rules.decide(context.attributes ?? {}, [key])];
      const brief = [short.get(key), short.on(key), short.source(key), short.rule(key)];
      const all = rules.decide(context.attributes ?? {});
      return { full, brief, all: [all.get(key), all.on(key), all.source(key), all.rule(key)] };
    });
  }
  answers.stickyBucket = vectors.stickyBucket.map(([, context, documents, key]) => {
    const rules = new Rules(context);
    const hers = documents.filter(({ attributeName, attributeValue }) => context.attributes[attributeName] === attributeValue);
    rules.wish({ ...context, sticky: hers });
    const { experimentResult = null } = rules.explain(context.attributes, key);
    const kept = rules.sticky().map((document) => [`${document.attributeName}||${document.attributeValue}`, document]);
    return [experimentResult, Object.fromEntries(kept)];
  });
  return answers;
}

function check(answers) {
  vectors.evalCondition.forEach(([name, , , expected], at) => assert.equal(answers.evalCondition[at], expected, name));
  for (const section of ["feature", "contextualBandit"]) {
    vectors[section].forEach(([name, , , expected], at) => {
      const { full, brief, all } = answers[section][at];
      alike(full, expected, name);
      const { value, on, source, ruleId } = expected;
      alike(brief, [value, on, source, ruleId], `${name}, asked for alone`);
      alike(all, [value, on, source, ruleId], `${name}, among all`);
    });
  }
  vectors.stickyBucket.forEach(([name, , , , result, kept], at) => alike(answers.stickyBucket[at], [result, kept], name));
}

test("GrowthBook's vectors hold in Node, and bad input has a code", async () => {
  const rules = await import(path.join(DIST, "rules/node.js"));
  const code = (work) => {
    try {
      work();
      return "none";
    } catch (error) {
      assert.ok(error instanceof rules.RulesError, String(error));
      return error.code;
    }
  };
  assert.equal(code(() => new rules.Rules({})), "not-ready");
  await rules.init();
  check(decideVectors(rules, vectors));

  const loop = {};
  loop.self = loop;
  const deep = JSON.parse(`${'{"$not":'.repeat(110)}{}${"}".repeat(110)}`);
  assert.equal(code(() => new rules.Rules("{")), "bad-json");
  assert.equal(code(() => new rules.Rules(loop)), "bad-json");
  assert.equal(code(() => new rules.Conditions([{}, deep])), "too-big");
  assert.equal(code(() => new rules.Conditions([{}]).hold("nonsense")), "bad-json");
  assert.equal(code(() => new rules.Rules('{"features":{"a":{"defaultValue":1e999}}}')), "bad-json");
  // What is no payload has no features; a condition beyond the limits holds of nobody.
  assert.deepEqual(new rules.Rules([]).keys, []);
  const far = new rules.Rules({ features: { far: { defaultValue: "no", rules: [{ condition: deep, force: "yes" }] } } });
  assert.equal(far.decide({}).get("far"), "no");
});

test("answers by key, forced ones, unknown ones, defaults", async () => {
  const { init, Rules } = await import(path.join(DIST, "rules/node.js"));
  await init();
  const features = { b: { defaultValue: 0, rules: [{ id: "r1", condition: { n: { $gte: 2 } }, force: { deep: [1] } }] }, a: { defaultValue: null } };
  const rules = new Rules(JSON.stringify({ features }));
  assert.deepEqual(rules.keys, ["b", "a"]);
  const hers = rules.decide({ n: 2 });
  assert.deepEqual(hers.values(), [{ deep: [1] }, null]);
  assert.deepEqual([hers.get("b"), hers.source("b"), hers.rule("b")], [{ deep: [1] }, "force", "r1"]);
  assert.deepEqual([hers.get("a", "nothing"), hers.source("a"), hers.get("c", 7), hers.source("c")], ["nothing", "defaultValue", 7, "unknownFeature"]);
  const some = rules.decide({ n: 1 }, ["c", "b"]);
  assert.deepEqual([some.values(), some.get("b"), some.get("a")], [[null, 0], 0, null]);
  rules.wish({ forcedFeatures: { b: "mine", c: true } });
  const forced = rules.decide({ n: 2 });
  assert.deepEqual([forced.get("b"), forced.source("b"), rules.explain({}, "c").source], ["mine", "override", "override"]);
  // An answer stays what it was when it was given.
  assert.deepEqual(hers.get("b"), { deep: [1] });
});

test("a customer's script is type-checked, and runs in a page without `unsafe-eval`", async (t) => {
  const main = `import { Conditions, init, Rules, type Decisions, type Source } from "wellmet/rules";
await init({ wasm: "/rules/rules_bg.wasm" });
const rules = new Rules({ features: { greeting: { defaultValue: "Hello", rules: [{ condition: { orders: { $gte: 3 } }, force: "Welcome back" }] } } });
const hers: Decisions = rules.decide({ orders: 7 });
const source: Source = hers.source("greeting");
const text: string = hers.get("greeting", "Hi");
(globalThis as unknown as { shown: unknown }).shown = [text, source, new Conditions([{ orders: 7 }, { orders: "8" }]).hold({ orders: 7 })];
(globalThis as unknown as { parts: unknown }).parts = { Conditions, Rules };
`;
  const tsconfig = {
    compilerOptions: { strict: true, target: "es2022", module: "esnext", moduleResolution: "bundler", lib: ["es2022", "dom"], types: [], noEmit: true },
    files: ["main.ts"],
  };
  const home = await project(t, {
    "main.ts": main,
    "index.html": '<!doctype html><script type="module" src="/bundle.js"></script>',
    "tsconfig.json": JSON.stringify(tsconfig),
  });
  await tool("typescript/bin/tsc", ["--project", home], home);
  await build({ absWorkingDir: home, entryPoints: ["main.ts"], bundle: true, format: "esm", outfile: "bundle.js", logLevel: "silent" });
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'";
  const origin = await serve(t, { "/": home, "/rules/": path.join(DIST, "rules") }, { "content-security-policy": policy });
  const browser = await launch();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  const said = [];
  tab.on("console", (message) => said.push(message.text()));
  tab.on("pageerror", (error) => said.push(String(error)));
  await tab.goto(origin);
  await tab.waitForFunction(() => window.shown);
  assert.deepEqual(await tab.evaluate(() => window.shown), ["Welcome back", "force", [true, false]]);
  const inPage = await tab.evaluate(`(${decideVectors})(window.parts, ${JSON.stringify(vectors)})`);
  check(inPage);
  assert.deepEqual(said, []);
});
