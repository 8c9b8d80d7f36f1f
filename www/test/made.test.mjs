// The pages of products made to order and the models in the shop file say the same: names, labels, prices, texts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { CURRENCY, MADE } from "../src/made.mjs";

const shop = JSON.parse(await readFile(new URL("../wellmet.json", import.meta.url), "utf8"));

test("every model has a page, and every page a model", () => {
  assert.deepEqual(Object.keys(shop.configurators).sort(), MADE.map(({ model }) => model).sort());
  for (const { model, path, title } of MADE) {
    assert.deepEqual([shop.configurators[model].link, shop.configurators[model].label.en], [path, title]);
  }
});

for (const made of MADE) {
  const model = shop.configurators[made.model];

  test(`${made.model}: what the page offers is what wellmet prices`, () => {
    const choices = (groups, label) =>
      groups.map(({ id, values = [], text, ...group }) => [
        id,
        label(group),
        values.map((value) => [value.id, label(value), value.price ?? 0]),
        text && [text.max, text.price],
      ]);
    assert.equal(model.price, made.price);
    assert.equal(shop.shop.currency, CURRENCY);
    assert.deepEqual(choices(model.groups, (one) => one.label.en), choices(made.groups, (one) => one.label));
  });

  test(`${made.model}: the page takes the letters that wellmet takes`, () => {
    for (const { id, text } of made.groups.filter((group) => group.text)) {
      const { characters } = model.groups.find((group) => group.id === id).text;
      const allowed = (letter) => characters.some((range) => letter >= range[0] && letter <= range.at(-1));
      const field = new RegExp(`^(?:${text.pattern})$`, "v");
      for (let code = 0x20; code < 0x180; code++) {
        const letter = String.fromCodePoint(code);
        assert.equal(field.test(letter), allowed(letter), `${id}: ${letter}`);
      }
    }
  });

  test(`${made.model}: what the page shows first may be bought`, () => {
    const first = Object.fromEntries(made.groups.map(({ id, values }) => [id, values?.[0].id]));
    for (const { when, excludes = {} } of model.rules) {
      if (Object.entries(when).some(([group, value]) => first[group] !== value)) continue;
      for (const [group, values] of Object.entries(excludes)) assert.ok(!values.includes(first[group]), `${group}: ${first[group]}`);
    }
  });
}
