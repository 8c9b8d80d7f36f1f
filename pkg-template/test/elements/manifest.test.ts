/** `custom-elements.json` says what the elements do: compared with their classes and sources. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { elementNames, manifest, readmeWithReference } from "../../elements.mjs";
import type { WmElement } from "../../src/elements/base.js";

const here = join(dirname(new URL(import.meta.url).pathname), "../..");
const source = (file: string): string => readFileSync(join(here, "src/elements", file), "utf8");
const names: string[] = await elementNames(here);
const { modules, schemaVersion } = await manifest(here, names);
const sorted = (list: Iterable<string>): string[] => [...new Set(list)].sort();
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].flatMap(([, one]) => one ?? []);
/** What every element understands without saying so. */
const SHARED = [...all(readFileSync(join(here, "src/elements/base.css"), "utf8"), /var\((--wm-[\w-]+)/g), "--wm-surface", "--wm-ink"];

test("the manifest has every element that can be loaded", () => {
  expect(schemaVersion).toBe("2.1.0");
  const loaded = all(source("index.ts"), /"wm-(\w+)":/g);
  expect(sorted(names)).toEqual(sorted(loaded));
  const typed = all(source("types.ts").split("interface WellmetElementEvents")[0]!, /"wm-(\w+)":/g);
  expect(sorted(typed)).toEqual(sorted(loaded));
});

test("the README has the reference as the headers say (`node pkg-template/elements.mjs` writes it)", async () => {
  expect(readFileSync(join(here, "README.md"), "utf8")).toBe(await readmeWithReference(here));
});

test("the types know every event", () => {
  const events = modules.flatMap((module: { declarations: { events: { name: string }[] }[] }) => module.declarations[0]!.events.map(({ name }) => name));
  const block = source("types.ts").split("interface WellmetElementEvents")[1]!.split("\n}")[0]!;
  expect(sorted(all(block, /"(wm-[\w-]+)":/g))).toEqual(sorted(events));
});

describe.each(names)("wm-%s", (name) => {
  const module = modules.find(({ path }: { path: string }) => path === `elements/${name}.js`);
  const [declaration] = module.declarations;
  const code = source(`${name}.ts`);
  const css = source(`${name}.css`);
  const listed = (what: string): string[] => sorted(declaration[what].map((one: { name: string }) => one.name));

  test("has the attributes of its class", async () => {
    const loaded = (await import(`../../src/elements/${name}.ts`)) as Record<string, typeof WmElement>;
    const type = loaded[declaration.name]!;
    expect(listed("attributes")).toEqual(sorted(Object.keys(type.make.attributes)));
    for (const { name, type: { text } } of declaration.attributes) {
      expect(type.make.attributes[name], name).toBe({ string: "text", number: "number", boolean: "flag" }[text as string]);
    }
    expect(customElements.get(declaration.tagName)).toBe(type);
  });

  test("has the parts, slots and events of its source", () => {
    expect(listed("cssParts")).toEqual(sorted(["base", ...all(code, /\bpart: "([\w-]+)"/g)]));
    const slots = all(code, /h\("slot", \{ name: "([\w-]+)" \}/g);
    expect(listed("slots")).toEqual(sorted(["", ...slots]));
    expect(listed("events")).toEqual(sorted(all(code, /\.emit\("([\w-]+)"/g).map((event) => `wm-${event}`)));
  });

  test("has the custom properties of its sheet", () => {
    const used = all(css, /var\((--wm-[\w-]+)/g).filter((property) => !SHARED.includes(property));
    expect(listed("cssProperties")).toEqual(sorted(used));
  });

  test("says everything in English and German, with the same places", async () => {
    const { words } = (await import(`../../src/elements/${name}.words.ts`)) as { words: Record<string, Record<string, string>> };
    expect(sorted(Object.keys(words.de!))).toEqual(sorted(Object.keys(words.en!)));
    const places = (pattern: string): string[] => sorted(all(pattern.replace(/\{(\w+), plural,.*/, "{$1}"), /\{(\w+)\}/g));
    for (const [key, pattern] of Object.entries(words.en!)) expect(places(words.de![key]!), key).toEqual(places(pattern));
  });
});
