import { beforeEach, describe, expect, test, vi } from "vitest";
import { create } from "../src/wellmet.js";
import { decision, fakeEngine, fakeIndexedDb, live, settle } from "./fakes.js";
import { testPage } from "./page.js";

const GREETING = `<section data-wm-slot="greeting"><h2>Welcome</h2>
  <template data-wm-when="known"><h2>Hello <bdi data-wm-text="name"></bdi></h2><button data-wm-action="not-you">Not you?</button></template></section>`;
const anna = (slots: string[]) => ({ decisions: slots.map((slot) => decision(slot, "known", { fields: { name: "Anna" } })) });
const seen = (): string => document.querySelector("section")!.textContent!.replace(/\s+/g, " ").trim();

beforeEach(() => {
  localStorage.clear();
  document.cookie = "wm=; Max-Age=0; Path=/";
  document.documentElement.lang = "en";
});

describe("start", () => {
  test("decides all slots in one call and shows them", async () => {
    const calls: string[][] = [];
    const page = testPage(GREETING + GREETING.replace("greeting", "offer"), (slots) => (calls.push(slots), anna(slots)));
    expect(await page.start()).toBe(true);
    expect(calls[0]).toEqual(["greeting", "offer"]);
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(page.problems()).toEqual([]);
    expect(page.wellmet.explain("greeting")).toMatchObject({ choice: "known" });
  });

  test("is one, however often it is called", async () => {
    const page = testPage(GREETING, anna);
    expect(await Promise.all([page.wellmet.start(), page.wellmet.start()])).toEqual([true, true]);
    expect(page.script.sessions).toHaveLength(1);
  });

  test("runs commands given before in their order", async () => {
    const page = testPage("");
    void page.wellmet("add", "a");
    void page.wellmet.add("b", 2);
    const third = page.wellmet("add", "c", 3, { size: "L", colour: "red" });
    void page.wellmet("nonsense" as "start");
    await page.start();
    await third;
    expect(page.script.calls.filter((call) => call.startsWith("add"))).toEqual(["add a 1", "add b 2", "add c?colour=red&size=L 3"]);
    expect(page.wellmet.cart().count).toBe(6);
    expect(page.problems()).toEqual(["WM-CMD-001"]);
  });

  test("on a server does nothing", async () => {
    const { engine } = fakeEngine();
    const wellmet = create(async () => engine, () => import("../src/living.js"));
    vi.stubGlobal("document", undefined);
    expect(await wellmet.start()).toBe(false);
  });

  test("a second copy is noticed and hands on to the first", async () => {
    const page = testPage("");
    await page.start();
    const second = create(async () => fakeEngine().engine, () => import("../src/living.js"));
    expect(await second.start()).toBe(true);
    expect(page.problems()).toEqual(["WM-COPY-001"]);
    await second("add", "a");
    await second.add("a");
    expect(page.wellmet.cart().count).toBe(2);
  });
});

describe("a failure of", () => {
  test.each([
    ["the engine", { engine: new TypeError("Failed to fetch") }, "WM-LOAD-001"],
    ["its permission", { engine: new WebAssembly.CompileError("violates the following Content Security Policy directive") }, "WM-CSP-001"],
  ])("%s leaves the shop's content, and commands do nothing", async (_, broken, code) => {
    const page = testPage(GREETING, anna);
    Object.assign(page.broken, broken);
    const early = page.wellmet.add("a");
    expect(await page.start()).toBe(false);
    await early;
    await page.wellmet.add("b");
    expect(seen()).toBe("Welcome");
    expect(page.problems()).toEqual([code]);
    expect(page.wellmet.cart().count).toBe(0);
  });

  test.each([404, "broken"])("the book (%s) leaves a cart that works", async (book) => {
    const page = testPage(GREETING, () => ({ decisions: [] }));
    page.broken.book = book;
    expect(await page.start()).toBe(true);
    expect(page.problems()).toEqual([book === 404 ? "WM-BOOK-001" : "damaged"]);
    await page.wellmet.add("a");
    expect(page.wellmet.cart().count).toBe(1);
    expect(seen()).toBe("Welcome");
  });

  test("the second half leaves what was decided", async () => {
    const page = testPage(GREETING, anna);
    page.broken.living = new TypeError("Failed to fetch");
    expect(await page.start()).toBe(false);
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(page.problems()).toEqual(["WM-LOAD-002"]);
  });

  test("a chunk costs that chunk, and is asked for once", async () => {
    let rounds = 0;
    const page = testPage(GREETING, (slots) => (rounds++, { ...anna(slots), needs: ["c-1.wmb", "../x"] }));
    page.broken.chunk = 404;
    await page.start();
    expect(page.script.calls.filter((call) => call.startsWith("without"))).toEqual(["without c-1.wmb", "without ../x"]);
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(page.problems()).toEqual(["WM-CHUNK-001"]);
    expect(rounds).toBeLessThan(8);
  });

  test("storage leaves everything in memory", async () => {
    const page = testPage(GREETING, anna);
    page.idb.fail.add("open");
    vi.stubGlobal("localStorage", undefined);
    expect(await page.start()).toBe(true);
    await page.wellmet.add("a");
    expect(page.wellmet.cart().count).toBe(1);
    expect(page.heard).toContainEqual(["saved", { state: "memory" }]);
  });

  test("the engine in mid-life gives the page back and is told once", async () => {
    const page = testPage(GREETING, anna);
    await page.start();
    await page.wellmet.add("trap");
    await page.wellmet.add("a");
    expect(seen()).toBe("Welcome");
    expect(page.problems()).toEqual(["WM-STOP-001"]);
  });

  test("an act is told by its code and changes nothing", async () => {
    const page = testPage("");
    await page.start();
    await page.wellmet.add("unknown");
    expect(page.problems()).toEqual(["absent"]);
    expect(page.idb.made).toBe(false);
  });
});

describe("storage", () => {
  test("a view writes nothing before consent", async () => {
    const page = testPage('<main data-wm-page="product" data-wm-item="a"></main>' + GREETING, anna);
    await page.start();
    await page.wellmet.view("b");
    live("hidden");
    live("leave");
    await settle();
    expect(page.idb.made).toBe(false);
    expect(localStorage.length).toBe(0);
    expect(document.cookie).toBe("");
    expect(page.asked).toEqual([]);
  });

  test("her own act writes the cart and nothing else", async () => {
    const page = testPage("");
    await page.start();
    await page.wellmet.add("a");
    await settle();
    expect([...page.idb.data.keys()]).toEqual(["doc"]);
    expect(localStorage.length).toBe(0);
    expect(document.cookie).toBe("");
    expect(page.heard.filter(([name]) => name === "saved")).toEqual([["saved", { state: "device" }]]);
  });

  test("a cart lane that is off keeps the cart in memory", async () => {
    const page = testPage("");
    await page.start({ consent: { cart: false } });
    await page.wellmet.add("a");
    expect(page.idb.made).toBe(false);
    expect(page.heard).toContainEqual(["saved", { state: "memory" }]);
    await page.wellmet.consent({ cart: true });
    await settle();
    expect([...page.idb.data.keys()]).toEqual(["doc"]);
  });

  test("the next page has the cart again, and writes under the same name", async () => {
    const idb = fakeIndexedDb();
    const first = testPage("", undefined, { idb });
    await first.start();
    await first.wellmet.add("a", 2);
    await settle();
    const second = testPage("", undefined, { idb });
    await second.start();
    expect(second.wellmet.cart().count).toBe(2);
  });

  test("what a page could not write any more is in the next one", async () => {
    const idb = fakeIndexedDb();
    vi.stubGlobal("navigator", { locks: { request: async (_: string, __: unknown, held: (lock: object) => Promise<void>) => held({}) }, language: "en" });
    const first = testPage("", undefined, { idb });
    await first.start();
    await first.wellmet.add("a", 1);
    await settle();
    idb.state.fail.add("commit").add("put");
    void first.wellmet.add("b", 1);
    await settle(30);
    expect(localStorage.getItem("wm-m0")).toBeTruthy();
    idb.state.fail.clear();
    const second = testPage("", undefined, { idb });
    await second.start();
    await settle();
    expect(second.wellmet.cart().count).toBe(2);
    expect(localStorage.getItem("wm-m0")).toBeNull();
  });

  /** Locks of which the first `taken` are held by others. */
  const locks = (taken = 0) => {
    let asked = 0;
    const request = async (_: string, __: unknown, held: (lock: object | null) => Promise<void>) => held(asked++ < taken ? null : {});
    vi.stubGlobal("navigator", { locks: { request }, language: "en" });
  };

  test("also when the page before still held its slot while this one started", async () => {
    const idb = fakeIndexedDb();
    locks();
    const first = testPage("", undefined, { idb });
    await first.start();
    await first.wellmet.add("a", 1);
    await settle();
    idb.state.fail.add("commit").add("put");
    void first.wellmet.add("b", 1);
    await settle(30);
    idb.state.fail.clear();
    locks(1);
    const second = testPage("", undefined, { idb });
    await second.start();
    await settle();
    expect(second.wellmet.cart().count).toBe(2);
    expect({ ...localStorage }).not.toHaveProperty("wm-m0");
    // What the living one keeps there meanwhile is not touched.
    const third = testPage("", undefined, { idb });
    localStorage.setItem("wm-m0", "somebody AAAA");
    await third.start();
    await settle();
    expect(localStorage.getItem("wm-m0")).toBe("somebody AAAA");
  });

  test("an act during a write stays in the mirror until it is written, too", async () => {
    const idb = fakeIndexedDb();
    locks();
    const page = testPage("", undefined, { idb });
    await page.start();
    await page.wellmet.add("a", 1);
    await settle();
    const commits = (idb.state.commits = [] as (() => void)[]);
    void page.wellmet.add("b", 1);
    await settle();
    void page.wellmet.add("c", 1);
    await settle();
    expect(commits).toHaveLength(2);
    commits[0]!();
    await settle();
    expect(localStorage.getItem("wm-m0"), "the second is not written yet").toBeTruthy();
    commits[1]!();
    await settle();
    expect(localStorage.getItem("wm-m0")).toBeNull();
  });
});

describe("consent", () => {
  test("granted: a cookie, the journey and the snapshot; withdrawn: all of them gone", async () => {
    const page = testPage(GREETING, anna);
    await page.start();
    await page.wellmet.consent({ personalization: true });
    await settle();
    expect(document.cookie).toMatch(/^wm=[0-9a-f]{32}$/);
    expect([...page.idb.data.keys()]).toEqual(["journey"]);
    expect(Object.keys({ ...localStorage }).sort()).toEqual(["wm-c", "wm-s"]);
    await page.wellmet.consent({ personalization: false });
    await settle();
    expect(document.cookie).toBe("");
    expect([...page.idb.data.keys()]).toEqual([]);
    expect(localStorage.length).toBe(0);
  });

  test("is remembered, and the journey is read before the first decision", async () => {
    const idb = fakeIndexedDb();
    const first = testPage(GREETING, anna, { idb });
    await first.start();
    await first.wellmet.consent({ personalization: true });
    await settle();
    const second = testPage(GREETING, (slots, { consent }) => (consent & 2 ? anna(slots) : {}), { idb });
    await second.start();
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(second.script.calls.indexOf("restored journey")).toBeLessThan(second.script.calls.indexOf("visit"));
    await second.wellmet.consent({ personalization: false });
    await settle();
  });

  test("a name is kept only with it", async () => {
    const page = testPage("");
    await page.start();
    await page.wellmet.setName("Anna");
    expect(page.problems()).toEqual(["WM-CONSENT-001"]);
    await page.wellmet.consent({ personalization: true });
    await page.wellmet.setName("An\u202ena " + "x".repeat(200));
    expect(page.script.calls.find((call) => call.startsWith("preference"))).toBe("preference name Anna " + "x".repeat(75));
  });
});

describe("a page that changes", () => {
  test("gets its late, removed and re-added slots filled", async () => {
    const page = testPage("<main></main>", anna);
    await page.start();
    document.querySelector("main")!.innerHTML = GREETING;
    await settle();
    expect(seen()).toBe("Hello AnnaNot you?");
    const slot = document.querySelector("section")!;
    slot.remove();
    await settle();
    document.body.append(slot);
    await settle();
    expect(seen()).toBe("Hello AnnaNot you?");
  });

  test("that becomes another is told to the engine once", async () => {
    const page = testPage('<main data-wm-page="home"></main>', anna);
    await page.start();
    const main = document.querySelector("main")!;
    Object.assign(main.dataset, { wmPage: "product", wmItem: "a" });
    await settle();
    await page.wellmet.view("a");
    expect(page.script.calls).toEqual(["page home ", "page home ", "visit", "page product a", "visit", "view a"]);
  });

  test("that is prerendered is decided, but not counted before it is looked at", async () => {
    Object.defineProperty(document, "prerendering", { value: true, configurable: true });
    const page = testPage(GREETING, anna);
    await page.start();
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(page.script.calls).not.toContain("visit");
    Reflect.deleteProperty(document, "prerendering");
    document.dispatchEvent(new Event("prerenderingchange"));
    expect(page.script.calls).toContain("visit");
  });

  test("that is prerendered and switched off stays so when it is looked at", async () => {
    Object.defineProperty(document, "prerendering", { value: true, configurable: true });
    const page = testPage(GREETING, anna);
    await page.start();
    page.wellmet.destroy();
    const { calls } = page.script;
    const before = [...calls];
    Reflect.deleteProperty(document, "prerendering");
    document.dispatchEvent(new Event("prerenderingchange"));
    await settle();
    expect(calls).toEqual(before);
    expect(seen()).toBe("Welcome");
  });

  test("that comes back out of the cache is read again", async () => {
    const idb = fakeIndexedDb();
    const page = testPage("", undefined, { idb });
    await page.start();
    await page.wellmet.add("a");
    await settle();
    live("leave");
    const doc = idb.state.data.get("doc") as { save: Uint8Array };
    idb.state.data.set("doc", { ...doc, save: new TextEncoder().encode('[["b",5]]') });
    live("back");
    await settle();
    expect(page.wellmet.cart().lines.map(({ item }) => item)).toEqual(["b"]);
    expect(page.script.sessions.map(({ freed }) => freed)).toEqual([true, false]);
  });

  test("what she saw is counted when she leaves, not while she looks", async () => {
    const page = testPage(GREETING, (slots) => ({
      decisions: slots.map((slot) => decision(slot, "known", { fields: { name: "A" }, exposure: "greeting/known" })),
    }));
    await page.start();
    await page.wellmet.decide();
    expect(page.script.calls).not.toContain("show greeting/known");
    live("hidden");
    live("leave");
    expect(page.script.calls.filter((call) => call.startsWith("show"))).toEqual(["show greeting/known"]);
  });

  test("is decided again when the time has come", async () => {
    const page = testPage(GREETING, (slots) => ({ ...anna(slots), until: Date.now() + 60_000 }));
    const timers = vi.spyOn(globalThis, "setTimeout");
    await page.start();
    const [wake] = timers.mock.calls.find(([, ms]) => ms! > 50_000 && ms! <= 60_000)!;
    const before = page.heard.length;
    wake();
    expect(page.heard.slice(before).map(([name]) => name)).toEqual(["decided"]);
  });
});

test("destroy undoes everything, and start works again", async () => {
  const page = testPage(GREETING + '<b data-wm-cart="count">-</b>', anna);
  const before = document.body.innerHTML;
  await page.start();
  expect(document.body.innerHTML).not.toBe(before);
  const left = vi.spyOn(window, "removeEventListener");
  page.wellmet.destroy();
  expect(document.body.innerHTML).toBe(before);
  expect(page.script.sessions.every(({ freed }) => freed)).toBe(true);
  expect(left.mock.calls.map(([type]) => type)).toContain("pagehide");
  expect(await page.start()).toBe(true);
  expect(seen()).toBe("Hello AnnaNot you?");
});

describe("saved state that somebody edited", () => {
  const kept = async () => {
    const idb = fakeIndexedDb();
    const page = testPage("", undefined, { idb });
    await page.start({ consent: { personalization: true } });
    await page.wellmet.add("a", 2);
    await settle();
    return idb;
  };

  test.each([
    ["nonsense", "nonsense"],
    ["of another kind", { rev: "1", save: [] }],
    ["null", null],
  ])("is %s: as if there were none", async (_, doc) => {
    const idb = await kept();
    idb.state.data.set("doc", doc);
    idb.state.data.set("journey", doc);
    localStorage.setItem("wm-m", "x !!!");
    localStorage.setItem("wm-s", "{");
    localStorage.setItem("wm-c", "many");
    const page = testPage("", undefined, { idb });
    expect(await page.start()).toBe(true);
    expect(page.wellmet.cart().count).toBe(0);
    await page.wellmet.add("b");
    await settle();
    expect(page.wellmet.cart().count).toBe(1);
    expect(page.heard).toContainEqual(["saved", { state: "device" }]);
  });

  test("is half of it: the other half is taken in under a new name", async () => {
    const idb = await kept();
    const doc = idb.state.data.get("doc") as { actors: object; save: Uint8Array };
    idb.state.data.set("doc", { ...doc, save: doc.save.slice(1) });
    const page = testPage("", undefined, { idb });
    expect(await page.start()).toBe(true);
    expect(page.problems()).toEqual(["damaged"]);
    expect(page.wellmet.cart().count).toBe(2);
  });
});
