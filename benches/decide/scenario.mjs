// The same rules in the words of everybody who decides them, and shoppers to decide them for. All from one seed.

/** Numbers of a Lehmer generator, 0 to 1. */
function chance(seed) {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const COUNTRIES = ["DE", "AT", "CH", "FR", "IT", "ES", "PT", "NL", "BE", "DK", "SE", "NO", "FI", "PL", "CZ", "US", "CA", "GB", "IE", "JP"];
const PLANS = ["free", "silver", "gold", "platinum"];
const LANGUAGES = ["de", "en", "fr", "it", "es", "nl", "pl", "ja"];
const DEVICES = ["phone", "tablet", "desktop"];

/**
 * Rules as alternatives of clauses `[attribute, operator, operand]` that must all hold: in a list, not in a list, equal,
 * at least, below. Two or three clauses each, as merchandisers write them.
 */
export function rules(count) {
  const random = chance(20_261_125);
  const some = (list, most) => {
    const wanted = 2 + Math.floor(random() * most);
    return [...new Set(Array.from({ length: wanted }, () => list[Math.floor(random() * list.length)]))];
  };
  const one = (list) => list[Math.floor(random() * list.length)];
  const upTo = (most) => Math.floor(random() * most);
  const shapes = [
    () => [[["country", "in", some(COUNTRIES, 6)], ["orders", "least", upTo(12)]]],
    () => [[["plan", "is", one(PLANS)], ["spent", "below", 100 + upTo(2000)]]],
    () => [[["device", "is", one(DEVICES)]], [["loyalty", "least", upTo(100)]]],
    () => [[["language", "not", some(LANGUAGES, 4)], ["visits", "least", upTo(20)], ["visits", "below", 20 + upTo(60)]]],
    () => [[["country", "not", some(COUNTRIES, 8)], ["device", "in", some(DEVICES, 2)], ["age", "least", 18 + upTo(40)]]],
  ];
  return Array.from({ length: count }, (_, at) => ({ key: `rule-${at}`, any: shapes[at % shapes.length]() }));
}

export function shoppers(count) {
  const random = chance(7);
  const one = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, (_, at) => ({
    id: `shopper-${at}`,
    country: one(COUNTRIES),
    plan: one(PLANS),
    language: one(LANGUAGES),
    device: one(DEVICES),
    orders: Math.floor(random() * 14),
    visits: Math.floor(random() * 90),
    spent: Math.round(random() * 240_000) / 100,
    loyalty: Math.floor(random() * 110),
    age: 16 + Math.floor(random() * 60),
  }));
}

const MONGO = { in: "$in", not: "$nin", is: "$eq", least: "$gte", below: "$lt" };

/** In GrowthBook's language, which is ours, too. */
export function mongo({ any }) {
  const all = (clauses) => {
    const condition = {};
    for (const [name, operator, operand] of clauses) (condition[name] ??= {})[MONGO[operator]] = operand;
    return condition;
  };
  return any.length === 1 ? all(any[0]) : { $or: any.map(all) };
}

/** GrowthBook's payload: a value that is forced where the rule holds. */
export const features = (list) => ({
  features: Object.fromEntries(
    list.map((rule) => [rule.key, { defaultValue: "off", rules: [{ id: rule.key, condition: mongo(rule), force: "on" }] }]),
  ),
});

/** As json-logic writes it. */
export function jsonLogic({ any }) {
  const clause = ([name, operator, operand]) => {
    const seen = { var: name };
    if (operator === "in") return { in: [seen, operand] };
    if (operator === "not") return { "!": [{ in: [seen, operand] }] };
    return { [{ is: "===", least: ">=", below: "<" }[operator]]: [seen, operand] };
  };
  const all = (clauses) => (clauses.length === 1 ? clause(clauses[0]) : { and: clauses.map(clause) });
  return any.length === 1 ? all(any[0]) : { or: any.map(all) };
}

/** ConfigCat's config file, format 6: numbers and texts are compared by different operators; 0 is one of, 1 is not. */
export const configCat = (list) => ({
  p: { u: "https://cdn-global.configcat.com", r: 0, s: "c2FsdA==" },
  f: Object.fromEntries(
    list.map(({ key, any }) => {
      const user = ([a, operator, operand]) => {
        if (operator === "least") return { u: { a, c: 15, d: operand } };
        if (operator === "below") return { u: { a, c: 12, d: operand } };
        return { u: { a, c: operator === "not" ? 1 : 0, l: operator === "is" ? [operand] : operand } };
      };
      const targets = any.map((clauses) => ({ c: clauses.map(user), s: { v: { s: "on" } } }));
      return [key, { t: 1, r: targets, v: { s: "off" } }];
    }),
  ),
});

/** As a shop file: a slot for each rule, with one choice that is shown where the rule holds. */
export const shopFile = (list) => ({
  shop: { name: "Bench", currency: "EUR", languages: ["en"] },
  attributes: Object.fromEntries(
    Object.entries({ country: "text", plan: "text", language: "text", device: "text", orders: "number", visits: "number", spent: "number", loyalty: "number", age: "number" })
      .map(([name, type]) => [`my_${name}`, { type, source: "page" }]),
  ),
  slots: Object.fromEntries(
    list.map((rule) => [
      rule.key,
      { variants: [{ choice: "on", when: renamed(mongo(rule)), reason: { en: "The rule holds." } }] },
    ]),
  ),
});

/** Names of the shop's own, which nothing that the engine knows by itself can meet. */
function renamed(condition) {
  if (condition.$or) return { $or: condition.$or.map(renamed) };
  return Object.fromEntries(Object.entries(condition).map(([name, test]) => [`my_${name}`, test]));
}
