import { beforeEach, expect, test, vi } from "vitest";
import type { Stub } from "../src/stub.js";
import type { Snapshot } from "../src/snapshot.js";
import { keepSnapshot, readSnapshot } from "../src/snapshot.js";
import { decision, html } from "./fakes.js";
import { testPage } from "./page.js";

const PAGE = `<section data-wm-slot="greeting"><h2>Welcome</h2><template data-wm-when="known"><h2>Hello <bdi data-wm-text="name"></bdi></h2></template></section>
<ul data-wm-slot="for-you"><li>Default</li><template data-wm-each="items"><li><a data-wm-href="link" data-wm-text="title"></a></li></template></ul>
<p>after</p>`;
const page = window as unknown as { wellmet?: Stub };

const snapshot = (more: Partial<Snapshot> = {}): void =>
  localStorage.setItem(
    "wm-s",
    JSON.stringify({
      b: "b00c",
      w: "",
      l: "en",
      e: Date.now() + 1000,
      p: {
        other: {
          greeting: { t: 0, o: [[1, "", "Anna"]] },
          "for-you": { t: 0, r: [{ k: "a", o: [[1, "href", "/a"], [1, "", "A"]] }] },
        },
      },
      ...more,
    } satisfies Snapshot),
  );

async function run(): Promise<Stub> {
  vi.resetModules();
  await import("../src/stub.js");
  return page.wellmet!;
}
const seen = (): string => document.body.textContent!.replace(/\s+/g, " ").trim();

beforeEach(() => {
  page.wellmet?.d?.();
  delete page.wellmet;
  localStorage.clear();
  document.documentElement.lang = "en";
  html(PAGE);
});

test("keeps calls in order", async () => {
  const stub = await run();
  stub("add", "a");
  stub("add", "b", 2);
  expect(stub.q!.map((call) => Array.from(call))).toEqual([["add", "a"], ["add", "b", 2]]);
});

test("paints the snapshot", async () => {
  snapshot();
  const stub = await run();
  expect(seen()).toBe("Hello Anna A after");
  expect(document.querySelector("a")!.getAttribute("href")).toBe("/a");
  expect(stub.p).toHaveLength(2);
});

test.each([
  ["expired", { e: Date.now() - 1 }],
  ["in another language", { l: "de" }],
  ["for another kind of page", { p: { home: { greeting: { t: 0, o: [[1, "", "Anna"]] as never } } } }],
  ["for elements that are gone", { p: { other: { greeting: { t: 0, o: [[99, "", "Anna"]] as never } } } }],
  ["for templates that are gone", { p: { other: { greeting: { t: 7, o: [] } } } }],
])("paints none that is %s", async (_, more) => {
  snapshot(more);
  await run();
  expect(seen()).toBe("Welcome Default after");
});

test.each(["", "null", "{", "[]", '{"e":9e15,"l":"en"}', '{"e":9e15,"l":"en","p":{"other":{"greeting":{"t":0}}}}'])(
  "survives a storage that says %s",
  async (text) => {
    localStorage.setItem("wm-s", text);
    await run();
    expect(seen()).toContain("after");
  },
);

test("fills only what the shop bound, and with no address that runs", async () => {
  snapshot({
    p: {
      other: {
        "for-you": {
          t: 0,
          r: [{ k: "a", o: [[1, "href", " javascript:alert(1)"], [1, "onclick", "alert(1)"], [0, "", "not bound"]] }],
        },
      },
    },
  });
  await run();
  const link = document.querySelector("a")!;
  expect(link.hasAttribute("href")).toBe(false);
  expect(link.hasAttribute("onclick")).toBe(false);
  expect(document.body.textContent).not.toContain("not bound");
});

test("a snapshot keeps other kinds of page only while it is the same book, shopper and language", () => {
  const shown = { t: 0, o: [] };
  document.documentElement.dataset.wmPage = "home";
  keepSnapshot("b1", "anna", 1000, 0, { a: shown });
  document.documentElement.dataset.wmPage = "list";
  keepSnapshot("b1", "anna", 2000, 0, { b: shown });
  expect(Object.keys(readSnapshot()!.p)).toEqual(["home", "list"]);
  keepSnapshot("b2", "anna", 3000, 5000, { b: shown });
  expect(readSnapshot()).toMatchObject({ b: "b2", e: 5000, p: { list: { b: shown } } });
  expect(readSnapshot()!.p).not.toHaveProperty("home");
  keepSnapshot("b2", "anna", 3000, 0, {});
  expect(readSnapshot()).toBeUndefined();
  delete document.documentElement.dataset.wmPage;
});

test("what the engine decided last time is painted next time, and taken over without an exchange", async () => {
  const decide = (slots: string[]) => ({
    decisions: slots.map((slot) => decision(slot, slot === "greeting" ? "known" : "", { fields: { name: "Anna" } })),
  });
  const first = testPage(PAGE, decide);
  await first.start({ consent: { personalization: true } });
  first.wellmet.destroy();
  html(PAGE);
  const stub = await run();
  expect(seen()).toBe("Hello Anna Default after");
  const heading = document.querySelector("h2");
  const second = testPage(null, decide, { painted: () => (stub.d!(), stub.p!) });
  await second.start({ consent: { personalization: true } });
  expect(seen()).toBe("Hello Anna Default after");
  expect(document.querySelector("h2")).toBe(heading);
  await second.wellmet.consent({ personalization: false });
  expect(readSnapshot()).toBeUndefined();
  second.wellmet.destroy();
  expect(seen()).toBe("Welcome Default after");
});
