import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { local, readStore } from "../src/store.js";
import { openStore, type Store } from "../src/writing.js";
import { fakeIndexedDb } from "./fakes.js";

let idb: ReturnType<typeof fakeIndexedDb>;
let store: Store;

beforeEach(() => {
  idb = fakeIndexedDb();
  vi.stubGlobal("indexedDB", idb.indexedDB);
  store = openStore();
});
afterEach(() => vi.useRealTimers());

const put = (value: unknown): Promise<boolean> => store.change(["a"], () => ({ a: value }));

test("reading and removing leave no database behind", async () => {
  expect(await readStore(["a"])).toEqual({});
  await store.remove(["a"]);
  expect(idb.state.made).toBe(false);
});

test("what was written is read, in one transaction with what was there", async () => {
  expect(await put(1)).toBe(true);
  expect(await store.change(["a", "b"], ({ a, b }) => ({ a: (a as number) + 1, b: b ?? "new" }))).toBe(true);
  expect(await readStore(["a", "b", "c"])).toEqual({ a: 2, b: "new", c: undefined });
  await store.remove(["a"]);
  expect(await readStore(["a"])).toEqual({ a: undefined });
});

test("erase leaves nothing", async () => {
  await put(1);
  await store.erase();
  expect(idb.state.made).toBe(false);
});

describe("a browser that", () => {
  test.each(["open", "get", "put", "commit"])("fails at %s is asked twice, and the failure is told", async (step) => {
    idb.state.fail.add(step);
    expect(await put(1)).toBe(false);
    expect(await readStore(["a"])).toEqual({});
  });

  test("closed the connection gets a new one", async () => {
    await put(1);
    idb.state.fail.add("commit");
    const writing = put(2);
    setTimeout(() => idb.state.fail.clear(), 1);
    expect(await writing).toBe(true);
  });

  test("has no IndexedDB, or forbids it, keeps nothing", async () => {
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("denied", "SecurityError");
      },
      deleteDatabase() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    expect(await put(1)).toBe(false);
    expect(await readStore(["a"])).toEqual({});
    await store.erase();
  });

  test("never answers is not waited for", async () => {
    vi.useFakeTimers();
    idb.state.silent = true;
    const writing = put(1);
    const reading = readStore(["a"]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await writing).toBe(false);
    expect(await reading).toEqual({});
  });

  test("refuses localStorage is believed", () => {
    vi.stubGlobal("localStorage", undefined);
    expect(local.get("a")).toBeNull();
    expect(local.set("a", "1")).toBe(false);
  });
});
