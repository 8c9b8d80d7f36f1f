// Everybody who decides, behind one shape: `load(rules)` gives a function from a shopper to the keys' answers,
// true where the rule holds.
import { readFile } from "node:fs/promises";
import { configCat, features, jsonLogic, mongo } from "./scenario.mjs";

const dist = new URL("../../dist/", import.meta.url);

/** Features with a value each: what a page asks. `keys` are those that the page has places for. */
export const FLAGS = {
  async wellmet(rules) {
    const { init, Rules } = await import(new URL("rules/node.js", dist));
    await init();
    const payload = new Rules(features(rules));
    return (shopper, keys) => payload.decide(shopper, keys).values().map((value) => value === "on");
  },
  async growthbook(rules) {
    const { GrowthBook } = await import("@growthbook/growthbook");
    const growthbook = new GrowthBook().initSync({ payload: features(rules) });
    const all = rules.map(({ key }) => key);
    return (shopper, keys = all) => {
      void growthbook.setAttributes(shopper);
      return keys.map((key) => growthbook.evalFeature(key).value === "on");
    };
  },
  async configcat(rules) {
    const { getClient, PollingMode, User } = await import("@configcat/sdk/node");
    const text = JSON.stringify(configCat(rules));
    // Read from its cache: nothing is asked of anybody.
    const cache = { get: () => `${Date.now()}\n"etag"\n${text}`, set() {} };
    // There is one client for each key.
    const key = String(rules.length).padStart(22, "0");
    const client = getClient(`configcat-sdk-1/${key}/${key}`, PollingMode.ManualPoll, {
      cache,
      offline: true,
      logger: { level: -1, log() {} },
    });
    await client.waitForReady();
    const snapshot = client.snapshot();
    const all = rules.map(({ key }) => key);
    return (shopper, keys = all) => {
      const { id, country, ...custom } = shopper;
      const user = new User(id, undefined, undefined, { ...custom, country });
      return keys.map((key) => snapshot.getValue(key, "none", user) === "on");
    };
  },
};

/** Conditions by themselves, as JSON that comes from elsewhere. */
export const CONDITIONS = {
  async wellmet(rules) {
    const { init, Conditions } = await import(new URL("rules/node.js", dist));
    await init();
    const conditions = new Conditions(rules.map(mongo));
    return (shopper) => conditions.hold(shopper);
  },
  async growthbook(rules) {
    const { evalCondition } = await import("@growthbook/growthbook");
    const conditions = rules.map(mongo);
    return (shopper) => conditions.map((condition) => evalCondition(shopper, condition));
  },
  async "json-logic-js"(rules) {
    const { default: logic } = await import("json-logic-js");
    const conditions = rules.map(jsonLogic);
    return (shopper) => conditions.map((condition) => logic.apply(condition, shopper));
  },
  async "json-logic-engine"(rules) {
    const { LogicEngine } = await import("json-logic-engine");
    const engine = new LogicEngine();
    const conditions = rules.map((rule) => engine.build(jsonLogic(rule)));
    return (shopper) => conditions.map((condition) => condition(shopper));
  },
};

/** The page's engine with a book: not only whether, but what is shown, with the reason and what it is worth. */
export async function pageEngine(book, glue) {
  const { default: start, Session } = await import(new URL("wellmet.js", glue));
  await start({ module_or_path: await readFile(new URL("wellmet_bg.wasm", glue)) });
  const session = new Session(Date.UTC(2026, 10, 25), new Float64Array(0), "en", 1n);
  session.setConsent(7);
  session.openBook(book);
  return (shopper, keys) => {
    for (const [name, value] of Object.entries(shopper)) if (name !== "id") session.setAttribute(`my_${name}`, value);
    return session.decide(keys).decisions.map(({ choice }) => choice === "on");
  };
}
