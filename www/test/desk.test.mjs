// The made-to-order page and the model in the shop file say the same: names, labels and prices.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { DESK } from "../src/desk.mjs";

test("what the page offers is what wellmet prices", async () => {
  const shop = JSON.parse(await readFile(new URL("../wellmet.json", import.meta.url), "utf8"));
  const model = shop.configurators[DESK.model];
  const choices = (groups, label) =>
    groups.map((group) => [group.id, label(group), group.values.map((value) => [value.id, label(value), value.price ?? 0])]);
  assert.equal(model.price, DESK.price);
  assert.equal(shop.shop.currency, DESK.currency);
  assert.deepEqual(choices(model.groups, (one) => one.label.en), choices(DESK.groups, (one) => one.label));
});

test("what the page shows first may be bought", async () => {
  const shop = JSON.parse(await readFile(new URL("../wellmet.json", import.meta.url), "utf8"));
  const first = Object.fromEntries(DESK.groups.map(({ id, values }) => [id, values[0].id]));
  for (const { when, excludes = {} } of shop.configurators[DESK.model].rules) {
    if (Object.entries(when).some(([group, value]) => first[group] !== value)) continue;
    for (const [group, values] of Object.entries(excludes)) assert.ok(!values.includes(first[group]), `${group}: ${first[group]}`);
  }
});
