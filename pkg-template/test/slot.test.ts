import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shown, swapper, type Shown, type Swap } from "../src/slot.js";
import { html } from "./fakes.js";

const voice = { locale: "en", currency: "EUR" };
const greeting = `<section data-wm-slot="greeting"><h2>Welcome</h2>
  <template data-wm-when="known"><h2>Hello <bdi data-wm-text="name"></bdi></h2><button>Not you?</button></template></section>`;
const offers = `<ul data-wm-slot="for-you" data-wm-limit="2"><li>Default</li>
  <template data-wm-each="items"><li data-wm-text="title"></li></template></ul>`;

let swap: Swap;
let told: string[];
const tell = (code: string) => void told.push(code);

beforeEach(() => {
  told = [];
  html("");
  swap = swapper(tell);
});
afterEach(() => swap.destroy());

const place = (): HTMLElement => document.querySelector("[data-wm-slot]")!;
const greet = (name: string): Shown | null => shown(place(), "known", { fields: { name } }, voice, tell);
const offer = (...ids: string[]): Shown | null =>
  shown(
    place(),
    "items",
    { fields: {}, lists: { items: ids.map((key) => ({ key, fields: { title: key } })) } },
    voice,
    tell,
  );
const show = (wanted: Shown | null, now = false): Element[] => swap.show(new Map([[place(), wanted]]), { now });
const seen = (): string => place().textContent!.replace(/\s+/g, " ").trim();

describe("a variant", () => {
  test("takes the place of the shop's content, and gives it back", () => {
    html(greeting);
    const heading = place().querySelector("h2");
    show(greet("Anna"));
    expect(seen()).toBe("Hello AnnaNot you?");
    expect(place().querySelectorAll("template")).toHaveLength(1);
    show(null);
    expect(seen()).toBe("Welcome");
    expect(place().querySelector("h2")).toBe(heading);
  });

  test("changes in place when only a value is another", () => {
    html(greeting);
    show(greet("Anna"));
    const button = place().querySelector("button");
    show(greet("Bea"));
    expect(seen()).toBe("Hello BeaNot you?");
    expect(place().querySelector("button")).toBe(button);
  });

  test("is not exchanged for the same", () => {
    html(greeting);
    expect(show(greet("Anna"))).toHaveLength(1);
    expect(show(greet("Anna"))).toHaveLength(0);
  });

  test("without a template leaves the shop's content and says so", () => {
    html('<section data-wm-slot="greeting"><h2>Welcome</h2></section>');
    show(greet("Anna"));
    expect(seen()).toBe("Welcome");
    expect(told).toEqual(["WM-SLOT-001"]);
  });
});

describe("a list", () => {
  test("heeds the limit and keeps the template", () => {
    html(offers);
    show(offer("a", "b", "c"));
    expect(seen()).toBe("ab");
    expect(place().querySelectorAll("template")).toHaveLength(1);
    show(offer("c", "a"));
    expect(seen()).toBe("ca");
  });

  test("of nothing is the shop's content", () => {
    html(offers);
    show(offer());
    expect(seen()).toBe("Default");
  });
});

describe("focus", () => {
  test("inside a place puts the exchange off until it has left", async () => {
    html(greeting + "<a href=#>elsewhere</a>");
    show(greet("Anna"));
    place().querySelector("button")!.focus();
    show(null);
    expect(seen()).toBe("Hello AnnaNot you?");
    document.querySelector("a")!.focus();
    await vi.waitFor(() => expect(seen()).toBe("Welcome"));
    expect(document.activeElement).toBe(document.querySelector("a"));
  });

  test("does not hold up what has to go at once", () => {
    html(greeting);
    show(greet("Anna"));
    place().querySelector("button")!.focus();
    swap.restore();
    expect(seen()).toBe("Welcome");
  });
});

describe("layout", () => {
  /** A page where the slot's height depends on its text, above something else. */
  function layout(reserved: boolean, top = 100): void {
    html(`<main>${greeting}<p>below</p></main>`);
    vi.spyOn(performance, "getEntriesByType").mockReturnValue([{}] as unknown as PerformanceEntryList);
    const height = (): number => (reserved ? 80 : seen().includes("Hello") ? 64 : 32);
    place().getClientRects = () => [{}] as unknown as DOMRectList;
    place().getBoundingClientRect = () => new DOMRect(0, top, 300, height());
    place().parentElement!.getBoundingClientRect = () => new DOMRect(0, top, 300, height() + 20);
  }

  test("a place that would push others about keeps what it shows", () => {
    layout(false);
    show(greet("Anna"));
    expect(seen()).toBe("Welcome");
    expect(told).toEqual(["WM-CLS-001"]);
    show(greet("Anna"));
    expect(told).toHaveLength(1);
  });

  test("a reserved one is filled", () => {
    layout(true);
    show(greet("Anna"));
    expect(seen()).toContain("Hello Anna");
  });

  test("below the fold it may grow", () => {
    layout(false, 5000);
    show(greet("Anna"));
    expect(seen()).toContain("Hello Anna");
  });

  test("right after her own act it may grow", () => {
    layout(false);
    document.dispatchEvent(new KeyboardEvent("keydown"));
    show(greet("Anna"));
    expect(seen()).toContain("Hello Anna");
  });

  test("before the first paint it may grow", () => {
    layout(false);
    vi.mocked(performance.getEntriesByType).mockReturnValue([]);
    show(greet("Anna"));
    expect(seen()).toContain("Hello Anna");
  });

  test("one that moves the page does not keep another from its content", () => {
    layout(false);
    document.body.insertAdjacentHTML("beforeend", `<aside>${greeting.replace("greeting", "second")}</aside>`);
    const second = document.querySelector('[data-wm-slot="second"]')!;
    swap.show(
      new Map([
        [place(), greet("Anna")],
        [second, shown(second, "known", { fields: { name: "Bea" } }, voice, tell)],
      ]),
    );
    expect(seen()).toBe("Welcome");
    expect(second.textContent).toContain("Hello Bea");
  });
});

describe("someone else", () => {
  test("who replaces the content gets it replaced again, but not for ever", () => {
    html(greeting);
    let rounds = 0;
    for (; rounds < 20; rounds++) {
      show(greet("Anna"));
      if (!seen().includes("Hello")) break;
      place().innerHTML = greeting.replace(/^<section[^>]*>|<\/section>$/g, "");
      expect(swap.reclaim()).toBe(true);
    }
    expect(rounds).toBe(4);
    expect(told).toEqual(["WM-LOOP-001"]);
    expect(seen()).toBe("Welcome");
  });

  test("is not seen in our own exchange", () => {
    html(greeting);
    show(greet("Anna"));
    show(greet("Bea"));
    show(null);
    expect(swap.reclaim()).toBe(false);
  });

  test("who changes the default before we show anything finds it again", () => {
    html(greeting);
    show(null);
    place().querySelector("h2")!.replaceWith(Object.assign(document.createElement("h2"), { textContent: "Hi" }));
    show(greet("Anna"));
    show(null);
    expect(seen()).toBe("Hi");
  });
});

test("destroy leaves the page as it was", () => {
  html(greeting + offers);
  const before = document.body.innerHTML;
  show(greet("Anna"));
  const list = document.querySelector("ul")!;
  swap.show(new Map([[list, shown(list, "items", { fields: {}, lists: { items: [{ key: "a", fields: { title: "a" } }] } }, voice, tell)]]));
  expect(document.body.innerHTML).not.toBe(before);
  swap.destroy();
  expect(document.body.innerHTML).toBe(before);
});

test("what the stub has painted is taken over, and can be undone", () => {
  swap.destroy();
  html(greeting);
  const own = [...place().childNodes];
  const painted: Shown = { t: 0, o: [[1, "", "Anna"]] };
  place().replaceChildren("Hello Anna", place().querySelector("template")!);
  swap = swapper(tell, [[place(), own, painted]]);
  expect(swap.show(new Map([[place(), painted]]))).toHaveLength(0);
  show(greet("Bea"));
  expect(seen()).toBe("Hello BeaNot you?");
  show(null);
  expect(seen()).toBe("Welcome");
});
