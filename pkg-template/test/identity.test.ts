import { beforeEach, describe, expect, test, vi } from "vitest";
import { toBase64 } from "../src/bytes.js";
import { subjectOf } from "../src/identity.js";
import { decision, fakeIndexedDb, settle } from "./fakes.js";
import { testPage, type TestPage } from "./page.js";

const GREETING = `<section data-wm-slot="greeting"><h2>Welcome</h2>
  <template data-wm-when="known"><h2>Hello <bdi data-wm-text="name"></bdi></h2><button data-wm-action="not-you">Not you?</button></template></section>`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const token = (sub: string): string => `x.${btoa(JSON.stringify({ sub }))}.x`;
const seen = (): string => document.querySelector("section")!.textContent!.replace(/\s+/g, " ").trim();
const welcome = {
  customer: { id: "c1", name: "Anna" },
  record: toBase64(bytes("Anna")),
  document: toBase64(bytes('[["a",3]]')),
  hubTime: Date.now(),
};

const shop = (idb = fakeIndexedDb()): TestPage =>
  testPage(
    GREETING,
    (slots, { customer }) => ({
      decisions: slots.map((slot) => decision(slot, customer && "known", { fields: { name: customer } })),
    }),
    { idb },
  );

async function signedIn(idb = fakeIndexedDb()): Promise<TestPage> {
  const page = shop(idb);
  page.answer("/wellmet/v1/login", welcome);
  page.answer("/wellmet/v1/sync", bytes('[["a",3]]'));
  page.answer("/wellmet/v1/logout", {});
  page.answer("/wellmet/v1/record", bytes("Anna"));
  await page.start({ hub: "/wellmet" });
  expect(await page.wellmet.identify({ token: token("c1") })).toBe(true);
  await settle();
  return page;
}

beforeEach(() => {
  localStorage.clear();
  document.cookie = "wm=; Max-Age=0; Path=/";
});

test("a token's subject is read without being believed", () => {
  expect(subjectOf(token("c1"))).toBe("c1");
  expect(subjectOf("nonsense")).toBeUndefined();
});

describe("login", () => {
  test("takes the account's document, shows her name, and tells the page", async () => {
    const page = await signedIn();
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(page.wellmet.cart().count).toBe(3);
    expect(page.heard).toContainEqual(["identity", { customer: welcome.customer }]);
    expect(page.idb.data.get("doc")).toMatchObject({ owner: "c1", customer: welcome.customer });
  });

  test("keeps what she added while it was under way", async () => {
    const page = shop();
    page.answer("/wellmet/v1/login", welcome);
    await page.start({ hub: "/wellmet" });
    const login = page.wellmet.identify({ token: token("c1") });
    await page.wellmet.add("b");
    await login;
    expect(page.wellmet.cart().lines.map(({ item }) => item).sort()).toEqual(["a", "b"]);
  });

  test("that is refused changes nothing", async () => {
    const page = shop();
    page.answer("/wellmet/v1/login", { code: "expired", message: "mint a new one" }, 401);
    await page.start({ hub: "/wellmet" });
    await page.wellmet.add("b");
    expect(await page.wellmet.identify({ token: "x" })).toBe(false);
    expect(seen()).toBe("Welcome");
    expect(page.wellmet.cart().count).toBe(1);
    expect(page.problems()).toEqual(["WM-LOGIN-002"]);
  });

  test("with a damaged answer changes nothing", async () => {
    const page = shop();
    page.answer("/wellmet/v1/login", { ...welcome, document: toBase64(bytes("no document")) });
    await page.start({ hub: "/wellmet" });
    await page.wellmet.add("b");
    expect(await page.wellmet.identify({ token: "x" })).toBe(false);
    expect(page.wellmet.cart().lines.map(({ item }) => item)).toEqual(["b"]);
    expect(seen()).toBe("Welcome");
  });

  test("of the one who is signed in already asks for her record only", async () => {
    const idb = fakeIndexedDb();
    await signedIn(idb);
    const next = shop(idb);
    next.answer("/wellmet/v1/record", bytes("Anna"));
    await next.start({ hub: "/wellmet" });
    expect(await next.wellmet.identify({ token: token("c1") })).toBe(true);
    expect(next.asked.filter((one) => !one.endsWith("sync"))).toEqual(["GET /wellmet/v1/record"]);
    expect(seen()).toBe("Hello AnnaNot you?");
  });
});

describe("a page of one who is signed in", () => {
  test("waits for her record, so that her name is there at the first decision", async () => {
    const idb = fakeIndexedDb();
    await signedIn(idb);
    const next = shop(idb);
    next.answer("/wellmet/v1/record", bytes("Anna"));
    const choices: string[] = [];
    next.wellmet.on("decided", ({ decisions }) => choices.push(decisions[0]!.choice));
    await next.start({ hub: "/wellmet" });
    expect(choices[0]).toBe("known");
    expect(next.heard).toContainEqual(["identity", { customer: welcome.customer }]);
  });

  test("is neutral when the hub says that she is not any more", async () => {
    const idb = fakeIndexedDb();
    await signedIn(idb);
    const next = shop(idb);
    next.answer("/wellmet/v1/record", { code: "signed-out" }, 401);
    await next.start({ hub: "/wellmet" });
    expect(seen()).toBe("Welcome");
    expect(next.wellmet.cart().count).toBe(0);
    expect(next.idb.data.has("doc")).toBe(false);
  });

  test("keeps her cart when the hub is down", async () => {
    const idb = fakeIndexedDb();
    await signedIn(idb);
    const next = shop(idb);
    next.answer("/wellmet/v1/record", null, 0);
    next.answer("/wellmet/v1/sync", null, 0);
    await next.start({ hub: "/wellmet" });
    expect(next.wellmet.cart().count).toBe(3);
    expect(next.heard).toContainEqual(["saved", { state: "device" }]);
  });
});

describe("leaving", () => {
  test("makes the page neutral before anything is awaited", async () => {
    const page = await signedIn();
    void page.wellmet.logout();
    expect(seen()).toBe("Welcome");
    expect(page.wellmet.cart().count).toBe(0);
    await settle();
    expect(page.asked).toContain("POST /wellmet/v1/logout");
    expect(page.idb.data.has("doc")).toBe(false);
    expect(page.script.sessions[0]!.freed).toBe(true);
  });

  test("by a click on 'not you', also with the focus on it", async () => {
    const page = await signedIn();
    const button = document.querySelector("button")!;
    button.focus();
    button.click();
    expect(seen()).toBe("Welcome");
    await settle();
    expect(page.heard.filter(([name]) => name === "identity").at(-1)).toEqual(["identity", { customer: null }]);
  });

  test("gives the next cart a name of its own", async () => {
    const page = await signedIn();
    await page.wellmet.logout();
    await page.wellmet.add("z");
    await settle();
    expect(page.idb.data.get("doc")).toMatchObject({ owner: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(page.idb.data.get("doc")).not.toHaveProperty("customer", welcome.customer);
  });

  test("drops an answer that was meant for her", async () => {
    const page = shop();
    let answer!: (response: Response) => void;
    await page.start({ hub: "/wellmet" });
    vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
    const login = page.wellmet.identify({ token: token("c1") });
    await settle(2);
    const resolve = answer;
    void page.wellmet.logout();
    resolve(new Response(JSON.stringify(welcome)));
    expect(await login).toBe(false);
    await settle();
    expect(seen()).toBe("Welcome");
  });
});

describe("forgetting", () => {
  test("leaves no trace here and asks the hub", async () => {
    const page = await signedIn();
    page.answer("/wellmet/v1/visit", { visitor: "visitor-12345", customer: welcome.customer });
    page.answer("/wellmet/v1/shopper", {});
    await page.wellmet.consent({ personalization: true, analytics: true });
    await settle();
    expect(document.cookie).not.toBe("");
    await page.wellmet.forget();
    await settle();
    expect(seen()).toBe("Welcome");
    expect(document.cookie).toBe("");
    expect(localStorage.length).toBe(0);
    expect(page.idb.made).toBe(false);
    expect(page.asked.at(-1)).toBe("DELETE /wellmet/v1/shopper");
  });

  test("elsewhere is followed quietly", async () => {
    const page = await signedIn();
    page.answer("/wellmet/v1/sync", { code: "forgotten" }, 410);
    await page.wellmet.add("b");
    await vi.waitFor(() => expect(page.idb.made).toBe(false));
    expect(seen()).toBe("Welcome");
    expect(page.asked).not.toContain("DELETE /wellmet/v1/shopper");
  });
});

describe("the visitor", () => {
  test("is told to the hub only with her consent, and keeps the id that it knows her by", async () => {
    const page = shop();
    page.answer("/wellmet/v1/visit", { visitor: "known-visitor", customer: null });
    page.answer("/wellmet/v1/sync", bytes('[["a",1]]'));
    await page.start({ hub: "/wellmet" });
    expect(page.asked).toEqual([]);
    await page.wellmet.consent({ personalization: true });
    await vi.waitFor(() => expect(page.asked).toEqual(["POST /wellmet/v1/visit", "POST /wellmet/v1/sync"]));
    expect(document.cookie).toBe("wm=known-visitor");
    await vi.waitFor(() => expect(page.wellmet.cart().count).toBe(1));
  });

  test("is not told again on every page", async () => {
    const idb = fakeIndexedDb();
    const first = shop(idb);
    first.answer("/wellmet/v1/visit", { visitor: "known-visitor", customer: null });
    first.answer("/wellmet/v1/sync", bytes("[]"));
    await first.start({ hub: "/wellmet", consent: { personalization: true } });
    await vi.waitFor(() => expect(first.asked).toHaveLength(2));
    const second = shop(idb);
    await second.start({ hub: "/wellmet", consent: { personalization: true } });
    await settle();
    expect(second.asked).toEqual([]);
    const later = shop(idb);
    later.answer("/wellmet/v1/visit", { visitor: "known-visitor", customer: null });
    idb.state.data.set("greeted", Date.now() - 1_900_000);
    await later.start({ hub: "/wellmet", consent: { personalization: true } });
    await vi.waitFor(() => expect(later.asked).toContain("POST /wellmet/v1/visit"));
  });

  test("whose session the hub still knows is signed in again", async () => {
    const page = shop();
    page.answer("/wellmet/v1/visit", { visitor: "known-visitor", customer: welcome.customer });
    page.answer("/wellmet/v1/record", bytes("Anna"));
    page.answer("/wellmet/v1/sync", bytes('[["a",3]]'));
    await page.start({ hub: "/wellmet", consent: { personalization: true } });
    await vi.waitFor(() => expect(seen()).toBe("Hello AnnaNot you?"));
    await vi.waitFor(() => expect(page.wellmet.cart().count).toBe(3));
  });
});

test("two tabs: what one does shows in the other, and signing out in one signs out in both", async () => {
  const channels: { onmessage?: (event: { data: unknown }) => void }[] = [];
  vi.stubGlobal("BroadcastChannel", class {
    onmessage?: (event: { data: unknown }) => void;
    constructor() {
      channels.push(this);
    }
    postMessage(data: unknown): void {
      for (const other of channels) if (other !== this) other.onmessage?.({ data: structuredClone(data) });
    }
    close(): void {}
  });
  const page = await signedIn();
  const told: unknown[] = [];
  const otherTab = { onmessage: ({ data }: { data: unknown }) => told.push(data) };
  channels.push(otherTab);
  const here = channels[0]!;

  await page.wellmet.add("b");
  expect(told).toMatchObject([{ is: "delta", owner: "c1" }]);
  here.onmessage!({ data: { is: "delta", owner: "c1", bytes: bytes('[["c",1]]') } });
  expect(page.wellmet.cart().lines.map(({ item }) => item)).toContain("c");
  here.onmessage!({ data: { is: "delta", owner: "someone else", bytes: bytes('[["d",1]]') } });
  expect(page.wellmet.cart().lines.map(({ item }) => item)).not.toContain("d");

  page.idb.data.delete("doc");
  here.onmessage!({ data: { is: "identity" } });
  await settle();
  expect(seen()).toBe("Welcome");
  expect(page.wellmet.cart().count).toBe(0);
});
