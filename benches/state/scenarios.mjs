import { same } from "./workload.mjs";

// What two devices of one shopper do while they cannot hear each other, and what she expects afterwards.

/** Each starts from A:3 on both devices unless it says so. */
export const SCENARIOS = [
  {
    name: "both add a new article, 1 and 2 pieces",
    wanted: { A: 3, B: 3 },
    one: (on) => on.add("B", 1),
    other: (on) => on.add("B", 2),
  },
  { name: "both press +1", wanted: { A: 5 }, one: (on) => on.add("A", 1), other: (on) => on.add("A", 1) },
  { name: "one removes, the other only looks", wanted: {}, one: (on) => on.remove("A"), other() {} },
  {
    name: "one removes, the other presses +1",
    wanted: { A: 1 },
    one: (on) => on.remove("A"),
    other: (on) => on.add("A", 1),
  },
  { name: "one removes, the other sets 5", wanted: { A: 5 }, one: (on) => on.remove("A"), other: (on) => on.set("A", 5) },
  { name: "one sets 5, the other presses +1", wanted: { A: 6 }, one: (on) => on.set("A", 5), other: (on) => on.add("A", 1) },
  {
    name: "both remove, one adds it again",
    wanted: { A: 1 },
    one: (on) => on.remove("A"),
    other(on) {
      on.remove("A");
      on.add("A", 1);
    },
  },
];

/** How often a library gives what is wanted, and what else it gave: replicas draw their names anew each time. */
export function outcomes(library, scenario, rounds) {
  const seen = new Map();
  let right = 0;
  for (let round = 0; round < rounds; round++) {
    let now = 1_800_000_000_000;
    const on = (replica) => ({
      add: (key, n) => library.add(replica, key, n, (now += 1)),
      set: (key, n) => library.set(replica, key, n, (now += 1)),
      remove: (key) => library.remove(replica, key),
    });
    const start = library.create();
    on(start).set("A", 3);
    const replicas = [library.fork(start), library.fork(start)];
    scenario.one(on(replicas[0]));
    scenario.other(on(replicas[1]));
    const [one, other] = replicas.map((replica, at) => library.delta(replica, replicas[1 - at]));
    const shown = [library.apply(replicas[0], other), library.apply(replicas[1], one)].map(library.read);
    if (!same(...shown)) throw new Error(`${library.name} does not converge in "${scenario.name}"`);
    if (same(shown[0], scenario.wanted)) right++;
    const text = Object.entries(shown[0]).sort().map((pair) => pair.join(":")).join(" ") || "empty";
    seen.set(text, (seen.get(text) ?? 0) + 1);
  }
  return { right: right === rounds, seen: [...seen].sort((a, b) => b[1] - a[1]).map(([text]) => text) };
}
