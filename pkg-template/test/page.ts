/** A page with the SDK on a fake engine, book, store and hub. */
import { vi } from "vitest";
import type { Problem, StartOptions, Wellmet } from "../src/api.js";
import type { Painted } from "../src/slot.js";
import { create } from "../src/wellmet.js";
import { fakeEngine, fakeIndexedDb, html, settle, type Script } from "./fakes.js";

export interface TestPage {
  wellmet: Wellmet;
  script: Script;
  idb: ReturnType<typeof fakeIndexedDb>["state"];
  /** What the page was told, by name. */
  heard: [name: string, detail: never][];
  problems(): string[];
  /** Requests to the hub: method and path. */
  asked: string[];
  answer(path: string, body: unknown, status?: number): void;
  start(options?: StartOptions): Promise<boolean>;
  /** The engine, the first and the second half fail to load when these say so. */
  broken: { engine?: unknown; book?: number | string; living?: unknown; chunk?: number };
}

let last: Wellmet | undefined;

/** `markup` null leaves the document as it is; `idb` carries a device's store over to another page. */
export function testPage(
  markup: string | null,
  decide?: Script["decide"],
  { idb = fakeIndexedDb(), painted = () => [] as Painted[] } = {},
): TestPage {
  last?.destroy();
  if (markup !== null) html(markup);
  vi.stubGlobal("indexedDB", idb.indexedDB);
  const broken: TestPage["broken"] = {};
  const { engine, script } = fakeEngine(decide);
  const answers = new Map<string, [unknown, number]>();
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: string | URL, init: RequestInit = {}) => {
    const { pathname } = new URL(input, document.baseURI);
    if (pathname.endsWith("book.wmb")) {
      if (typeof broken.book === "number") return new Response("", { status: broken.book });
      return new Response(broken.book ?? "core");
    }
    if (pathname.startsWith("/book/")) return new Response("chunk", { status: broken.chunk ?? 200 });
    asked.push(`${init.method} ${pathname}`);
    const [body, status] = answers.get(pathname) ?? [{ code: "down" }, 503];
    if (status === 0) throw new TypeError("Failed to fetch");
    return new Response(body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body), { status });
  });
  vi.stubGlobal(
    "EventSource",
    class {
      onopen?: () => void;
      constructor() {
        setTimeout(() => this.onopen?.());
      }
      close(): void {}
    },
  );
  const wellmet = (last = create(
    async () => {
      if (broken.engine) throw broken.engine;
      return engine;
    },
    async () => {
      if (broken.living) throw broken.living;
      return import("../src/living.js");
    },
    { book: "/book/" },
    painted,
  ));
  const heard: TestPage["heard"] = [];
  for (const name of ["ready", "cart", "decided", "saved", "identity", "error"] as const) {
    wellmet.on(name, (detail) => heard.push([name, detail as never]));
  }
  return {
    wellmet,
    script,
    idb: idb.state,
    heard,
    problems: () => heard.filter(([name]) => name === "error").map(([, detail]) => (detail as Problem).code),
    asked,
    answer: (path, body, status = 200) => void answers.set(path, [body, status]),
    broken,
    async start(options) {
      const started = await wellmet.start(options);
      await settle();
      return started;
    },
  };
}
