import { beforeEach, expect, test, vi } from "vitest";
import "../../src/elements/stock.js";
import type { Told } from "../../src/elements/stock.feed.js";
import { settle } from "../fakes.js";
import { testPage, type TestPage } from "../page.js";
import { inside, isDefault, saidAloud, scene, text, the } from "./page.js";

const NOW = Date.UTC(2026, 10, 29, 12);
const MINUTE = 60_000;

/** Streams that the page has opened. */
class Stream extends EventTarget {
  static all: Stream[] = [];
  readyState = 1;
  onerror?: () => void;
  constructor(readonly url: URL) {
    super();
    if (url.pathname.endsWith("/v1/stock/live")) Stream.all.push(this);
  }
  close(): void {
    this.readyState = 2;
  }
  tell(told: unknown): void {
    this.dispatchEvent(new MessageEvent("stock", { data: typeof told === "string" ? told : JSON.stringify(told) }));
  }
}

const open = () => Stream.all.filter(({ readyState }) => readyState === 1);
const cup = (places: object[], item = "cup"): Told => ({ item, places, staleAfterSeconds: 1800 }) as Told;
const web = (quantity: number, minutes = 3) => ({ place: "web", quantity, at: NOW - minutes * MINUTE });
const vienna = { place: "vienna", quantity: 2, at: NOW - 12 * MINUTE, pickupMinutes: 120 };
let item = 0;

async function page(markup: string): Promise<TestPage> {
  const made = testPage(markup);
  vi.stubGlobal("EventSource", Stream);
  await made.start({ hub: "/wellmet" });
  scene().clock(0, NOW);
  await settle();
  return made;
}

beforeEach(() => {
  document.documentElement.lang = "en";
  Stream.all = [];
  item++;
});

test("c78 tells stock per store and web, its age, and when it can be picked up", async () => {
  await page(`<wm-stock item="a${item}">Ask us.</wm-stock>`);
  const stock = the("wm-stock");
  expect(isDefault(stock), "before anything is known").toBe(true);
  const changes: unknown[] = [];
  stock.addEventListener("wm-stock", (event) => changes.push((event as CustomEvent).detail.state));
  open()[0]!.tell(cup([web(40), vienna], `a${item}`));
  await settle();
  expect(text(stock)).toBe("Online in stockas of 3 minutes agovienna 2 pieces leftas of 12 minutes ago · ready to pick up in 2 hours");
  expect(inside<HTMLTimeElement>(stock, "time").getAttribute("datetime")).toBe("2026-11-29T11:57:00.000Z");
  open()[0]!.tell(cup([web(0, 0), { ...vienna, quantity: 0 }], `a${item}`));
  await settle();
  expect(text(stock)).toContain("Online sold outas of this minute");
  expect(text(stock), "what is not there cannot be picked up").not.toContain("pick up");
  expect(changes).toEqual(["in", "out"]);
  expect(await saidAloud()).toBe("Sold out now.");
});

test("c78 a stale reading is no fact, and grows stale without a word of the hub", async () => {
  await page(`<wm-stock item="b${item}" places="web"></wm-stock>`);
  const stock = the("wm-stock");
  open()[0]!.tell(cup([web(7, 29), vienna], `b${item}`));
  await settle();
  expect(text(stock)).toBe("Online in stockas of 29 minutes ago");
  scene().clock(0, NOW + 2 * MINUTE);
  (stock as HTMLElement & { few: number }).few = 9;
  await settle();
  expect(text(stock)).toBe("Online not certain7 pieces when last counted, 31 minutes ago");
  expect(stock.shadowRoot!.querySelector(".there")).toBeNull();
});

test("one stream serves the page; it is closed while nobody looks, and when all are gone", async () => {
  const made = await page(`<wm-stock item="d"></wm-stock><p data-wm-item="c"><wm-stock></wm-stock></p><wm-stock item="c"></wm-stock><wm-stock></wm-stock>`);
  expect(open().map(({ url }) => url.search)).toEqual(["?items=c,d"]);
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  expect(open()).toEqual([]);
  vi.spyOn(document, "hidden", "get").mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  await settle();
  expect(open()).toHaveLength(1);
  the("wm-stock").remove();
  await settle();
  expect(open().map(({ url }) => url.search)).toEqual(["?items=c"]);
  made.wellmet.destroy();
  await settle();
  expect(open(), "switched off").toEqual([]);
});

test("where there is no room for a stream it asks; nonsense changes nothing", async () => {
  const made = await page(`<wm-stock item="e${item}">Ask us.</wm-stock>`);
  const stock = the("wm-stock");
  for (const nonsense of ["{", "{}", '{"item":"x","places":{}}', JSON.stringify(cup([{ place: "web", quantity: -1, at: 1 }], `e${item}`))]) {
    open()[0]!.tell(nonsense);
    await settle();
    expect(isDefault(stock), nonsense).toBe(true);
  }
  made.answer("/wellmet/v1/stock", { items: [cup([web(1)], `e${item}`)] });
  const [stream] = open();
  stream!.close();
  stream!.onerror!();
  await settle();
  expect(text(stock)).toContain("1 piece left");
  expect(made.asked).toContain("GET /wellmet/v1/stock");
});

test("places have the shop's names, and the words the page's language", async () => {
  document.documentElement.lang = "de";
  await page(`<script type="application/json" data-wm-texts>{"de":{"stock.place.vienna":"Wien, Graben 7 <b>"}}</script><wm-stock item="f${item}" places="vienna, nowhere, web"></wm-stock>`);
  open()[0]!.tell(cup([web(0, 200), vienna], `f${item}`));
  await settle();
  const stock = the("wm-stock");
  expect(text(stock)).toBe("Wien, Graben 7 <b> noch 2 StückStand: vor 12 Minuten · abholbereit in 2 StundenOnline nicht sicherkeines bei der letzten Zählung, vor 3 Stunden");
  expect(inside(stock, ".base").lang).toBe("");
});
