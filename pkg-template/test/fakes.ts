/** Stand-ins: an engine that counts a cart and decides what it is told to, and the browser parts that the test DOM lacks. */
import { vi } from "vitest";
import type { CartLine, ConfigurationView, Decision, Engine, Outcome, Session } from "../src/engine.js";

const text = new TextEncoder();
const words = new TextDecoder();

/** Something happens to the page, as the browser tells it. */
export function live(what: "leave" | "back" | "online" | "offline" | "hidden" | "visible"): void {
  if (what === "hidden" || what === "visible") {
    vi.spyOn(document, "hidden", "get").mockReturnValue(what === "hidden");
    document.dispatchEvent(new Event("visibilitychange"));
  } else if (what === "back") window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  else window.dispatchEvent(new Event(what === "leave" ? "pagehide" : what));
}

/** What the fake engine says, and what it was told. */
export interface Script {
  /** What another device chose for the size. */
  other?: string;
  /** The group that was answered last. */
  step?: string;
  decide(slots: string[], session: FakeSession): Partial<Outcome>;
  calls: string[];
  sessions: FakeSession[];
  /** The chunk with the configurator's model; without it nothing of a draft is known. */
  model?: string | undefined;
}

export interface FakeSession extends Session {
  lines: Map<string, number>;
  freed: boolean;
  customer: string;
  consent: number;
}

export const decision = (slot: string, choice: string, more: Partial<Decision> = {}): Decision => ({
  slot,
  choice,
  fields: {},
  items: [],
  reason: { code: "fits", text: "", args: {} },
  exposure: "",
  ...more,
});

export const coded = (code: string): Error => Object.assign(new Error(code), { code });

/** An engine whose document is JSON: lines and quantities. */
export function fakeEngine(decide: Script["decide"] = () => ({})): { engine: Engine; script: Script } {
  const script: Script = { decide, calls: [], sessions: [] };
  const make = (): FakeSession => {
    const lines = new Map<string, number>();
    const aside = new Map<string, number>();
    const marks: Record<string, number> = {};
    const configurations = new Map<string, Map<string, string>>();
    const preferences = new Map<string, string>();
    let journey: Uint8Array | undefined;
    const save = (): Uint8Array => text.encode(JSON.stringify([...lines]));
    const load = (bytes: Uint8Array): [string, number][] => {
      try {
        return JSON.parse(words.decode(bytes));
      } catch {
        throw coded("damaged");
      }
    };
    const note = (...what: unknown[]): void => void script.calls.push(what.join(" "));
    const session: FakeSession = {
      lines,
      freed: false,
      customer: "",
      consent: 1,
      tick() {},
      setConsent(bits) {
        session.consent = bits;
      },
      setPage: (kind, item = "") => note("page", kind, item),
      setAttribute: (name, value) => note("attribute", name, value),
      setVisitor() {},
      setCustomer(record) {
        session.customer = record ? words.decode(record) : "";
      },
      openBook(core) {
        if (words.decode(core) === "broken") throw coded("damaged");
        return "b00c";
      },
      putChunk(name, bytes) {
        if (words.decode(bytes) === "broken") throw coded("damaged");
        note("chunk", name);
        if (name === script.model) script.model = undefined;
      },
      giveUpChunk: (name) => note("without", name),
      retryChunks: () => note("retry"),
      visit: () => note("visit"),
      record: (kind, item = "") => note(kind, item),
      show: (what) => note("show", what),
      saveJourney: () => journey ?? text.encode("journey"),
      restoreJourney(bytes, only) {
        note("restored", words.decode(bytes));
        // One whose bytes are real can be put in place.
        if (only || bytes[0] === 1) journey = bytes;
      },
      decide: (slots) => ({
        needs: [],
        until: 0,
        ...script.decide(slots, session),
        decisions: script.decide(slots, session).decisions ?? slots.map((slot) => decision(slot, "")),
      }),
      add(item, options, n) {
        if (item === "unknown") throw coded("absent");
        if (item === "trap") throw new Error("unreachable");
        const key = options ? `${item}?${options}` : item;
        lines.set(key, (lines.get(key) ?? 0) + n);
        note("add", key, n);
      },
      setQuantity(line, v) {
        if (!lines.has(line)) throw coded("absent");
        lines.set(line, v);
      },
      remove: (line) => void lines.delete(line),
      putBack(line, quantity) {
        lines.set(line, (lines.get(line) ?? 0) + quantity);
        note("put back", line, quantity);
      },
      word: (name) => (name === "cart.empty" ? "Nothing here." : undefined),
      articles: (ids) => ({
        decisions: [
          decision("", "", {
            items: ids
              .filter((id) => id !== "gone")
              .map((id) => ({ id, title: `Article ${id}`, link: `/p/${id}`, image: `/img/${id}.svg`, category: "", price: 250, reason: { code: "", text: "", args: {} } })),
          }),
        ],
        needs: [],
        until: 0,
      }),
      clear: () => lines.clear(),
      putAside(line, away) {
        const [from, to] = away ? [lines, aside] : [aside, lines];
        if (!from.has(line)) throw coded("absent");
        if (away != null) to.set(line, from.get(line)!);
        from.delete(line);
      },
      cart: () => ({
        lines: [...lines].map(([key, quantity]): CartLine => {
          const [item = "", options = ""] = key.split("?");
          return { key, item, options, quantity, title: `Article ${item}`, link: `/p/${item}`, price: 250 };
        }),
        saved: [...aside].map(([key, quantity]) => ({ key, item: key, options: "", quantity })),
        count: [...lines.values()].reduce((sum, n) => sum + n, 0),
        total: [...lines.values()].reduce((sum, n) => sum + n * 250, 0),
        currency: "EUR",
        needs: [],
      }),
      configure(model, id, group, value) {
        note("configure", model, id, group, value);
        const one = configurations.get(id) ?? new Map<string, string>();
        configurations.set(id, one.set(group, value));
      },
      configuration(id, model): ConfigurationView | undefined {
        const one = configurations.get(id) ?? (model ? new Map<string, string>() : undefined);
        if (!one) return;
        const bare = { id, model: "desk", price: 0, currency: "EUR", groups: [], conflicts: [], complete: false, code: "", step: script.step ?? "" };
        if (script.model) return { ...bare, needs: [script.model] };
        const value = (group: string, name: string, price: number, blocked?: string) => ({
          id: name,
          label: name,
          price,
          chosen: one.get(group) === name,
          ...(blocked && { blocked }),
        });
        const large = one.get("size") === "large";
        return {
          ...bare,
          price: 10000 + (large ? 5000 : 0),
          groups: [
            {
              id: "size",
              label: "Size",
              values: [value("size", "small", 0), value("size", "large", 5000)],
              ...(script.other && { other: script.other }),
            },
            {
              id: "wood",
              label: "Wood",
              values: [value("wood", "oak", 0), value("wood", "ash", 0, large ? "Ash comes in small only" : undefined)],
            },
          ],
          conflicts: large && one.get("wood") === "ash" ? ["Large and ash do not go together"] : [],
          code: `1${[...one.values()].join("")}`,
          complete: one.size === 2 && !(large && one.get("wood") === "ash"),
        };
      },
      design(model, code) {
        if (code !== "1large") return;
        session.configure(model, "shared", "size", "large");
        const view = session.configuration("shared");
        configurations.delete("shared");
        return view;
      },
      addConfigured(id, n) {
        if (script.model) throw coded("needs-data");
        if (!session.configuration(id)?.complete) throw coded("incomplete");
        session.add(`cfg:${id}`, "", n);
      },
      setPreference(name, value) {
        preferences.set(name, value);
        note("preference", name, value);
      },
      marked: (name, now) => (now ? (marks[name] ??= 1_700_000_000_000) : (marks[name] ?? 0)),
      view: (name, field) => (name ? (name === "points" && field === "balance" ? 120 : undefined) : "points"),
      preference: (name) => preferences.get(name),
      preferences: () => [...preferences].filter(([, value]) => value).map(([name, value]) => ({ name, value, at: 1_700_000_000_000 })),
      save,
      restore(bytes, account) {
        const found = load(bytes);
        lines.clear();
        for (const [key, n] of found) lines.set(key, n);
        if (account) note("account", account);
      },
      adopt(bytes, account) {
        session.restore(bytes, account);
      },
      pending: () => false,
      syncRequest: save,
      syncResponse(bytes) {
        session.restore(bytes);
        return 1;
      },
      delta: save,
      merge(bytes) {
        let changed = false;
        for (const [key, n] of load(bytes)) {
          changed ||= lines.get(key) !== n;
          lines.set(key, Math.max(n, lines.get(key) ?? 0));
        }
        return changed;
      },
      free() {
        session.freed = true;
      },
    };
    script.sessions.push(session);
    return session;
  };
  const engine: Engine = {
    Session: function () {
      return make();
    } as unknown as Engine["Session"],
  };
  return { engine, script };
}

type Handler = ((event: { preventDefault(): void }) => void) | null;

/**
 * As much of IndexedDB as the store uses. `fail` says which calls break: `open`, `get`, `put`, `commit`.
 * `made` tells whether the database exists.
 */
export function fakeIndexedDb() {
  const data = new Map<string, unknown>();
  const state = { made: false, fail: new Set<string>(), opens: 0, data, silent: false, commits: undefined as (() => void)[] | undefined };
  const event = { preventDefault() {} };
  const soon = (work: () => void): void => void (state.silent || queueMicrotask(work));

  const open = () => {
    state.opens++;
    const request: Record<string, unknown> & { onupgradeneeded?: () => void } = { error: new Error("open") };
    soon(() => {
      if (state.fail.has("open")) return (request.onerror as Handler)?.(event);
      const db = {
        createObjectStore() {},
        close() {},
        transaction: () => {
          const transaction: Record<string, Handler> & { abort(): void; objectStore(): unknown } = {
            objectStore: () => ({
              get(key: string) {
                const asked: { result?: unknown; onsuccess?: () => void } = {};
                soon(() => {
                  if (state.fail.has("get")) return transaction.onerror?.(event);
                  asked.result = data.get(key);
                  asked.onsuccess?.();
                });
                return asked;
              },
              put(value: unknown, key: string) {
                if (state.fail.has("put")) throw new Error("quota");
                data.set(key, value);
              },
              delete: (key: string) => data.delete(key),
            }),
            abort() {},
          } as never;
          const commit = () => (state.fail.has("commit") ? transaction.onabort?.(event) : transaction.oncomplete?.(event));
          // A test may keep them, to let them happen one by one.
          if (state.commits) state.commits.push(commit);
          else setTimeout(commit);
          return transaction;
        },
      };
      request.result = db;
      if (!state.made) {
        let aborted = false;
        request.transaction = { abort: () => (aborted = true) };
        request.onupgradeneeded?.();
        if (aborted) return (request.onerror as Handler)?.(event);
        state.made = true;
      }
      (request.onsuccess as () => void)();
    });
    return request;
  };
  const deleteDatabase = () => {
    const request: { onsuccess?: () => void } = {};
    soon(() => {
      state.made = false;
      data.clear();
      request.onsuccess?.();
    });
    return request;
  };
  return { ...state, state, indexedDB: { open, deleteDatabase } };
}

/** Lets everything that waits for a microtask or the next task go on. */
export const settle = async (rounds = 12): Promise<void> => {
  for (let i = 0; i < rounds; i++) await new Promise((go) => setTimeout(go));
};

export const html = (markup: string): HTMLElement => {
  document.body.innerHTML = markup;
  return document.body;
};
