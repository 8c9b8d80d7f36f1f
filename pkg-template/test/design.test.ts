import { beforeEach, expect, test } from "vitest";
import { settle } from "./fakes.js";
import { testPage } from "./page.js";

const DESK = `<form data-wm-configurator="desk">
  <label><input type="radio" name="size" data-wm-group="size" value="small" checked></label>
  <label><input type="radio" name="size" data-wm-group="size" value="large"></label>
  <b data-wm-money="price"></b><a data-wm-share>Share</a>
  <button type="button" data-wm-action="undo" data-wm-undo="size" hidden>Rather <span data-wm-text="other"></span></button></form>`;
const radio = (value: string): HTMLInputElement => document.querySelector(`input[value="${value}"]`)!;

beforeEach(() => {
  localStorage.clear();
  history.replaceState(null, "", "/made?wm-design=desk:1large&utm=x#top");
});

test("c38 a link opens a design as a copy, and nothing is kept until she touches it", async () => {
  const page = testPage(DESK);
  await page.start();
  expect(radio("large").checked).toBe(true);
  expect(document.querySelector("b")!.textContent).toBe("€150.00");
  expect(page.script.calls.filter((call) => call.startsWith("configure desk"))).toEqual(["configure desk shared size large"]);
  radio("small").click();
  await settle();
  // The copy is a draft of its own; her draft of the model, if she has one, is not touched.
  expect(page.script.calls.at(-1)).toBe("configure desk desk:1large size small");
  expect(page.wellmet.configuration("desk")).toBeUndefined();
  expect(page.problems()).toEqual([]);
});

test("c38 the link to share names the design and nothing else", async () => {
  history.replaceState(null, "", "/made?customer=anna");
  const page = testPage(DESK);
  await page.start();
  radio("large").click();
  await settle();
  const link = new URL(document.querySelector("a")!.href);
  expect([link.pathname, [...link.searchParams], link.hash]).toEqual(["/made", [["wm-design", "desk:1large"]], ""]);
});

test("c38 a code that the product does not have is told, and the form stays", async () => {
  history.replaceState(null, "", "/made?wm-design=desk:9nonsense");
  const page = testPage(DESK);
  await page.start();
  expect(page.problems()).toContain("WM-DESIGN-001");
  expect(radio("small").checked).toBe(true);
});

test("c36 what another device chose meanwhile can be taken after all", async () => {
  history.replaceState(null, "", "/made");
  const page = testPage(DESK);
  await page.start();
  radio("large").click();
  radio("small").click();
  await settle();
  const undo = document.querySelector("button")!;
  expect(undo.hidden).toBe(true);
  page.script.other = "large";
  await page.wellmet.add("a");
  expect([undo.hidden, undo.textContent!.trim()]).toEqual([false, "Rather large"]);
  undo.click();
  await settle();
  expect(page.script.calls.at(-1)).toBe("configure desk desk size large");
});

test("c05 marks, views and grants are there for elements", async () => {
  history.replaceState(null, "", "/");
  const page = testPage("");
  await page.start();
  expect(page.wellmet.marked("survey:7")).toBeUndefined();
  await page.wellmet.mark("survey:7");
  expect(page.wellmet.marked("survey:7")).toBe(1_700_000_000_000);
  expect(page.wellmet.views()).toEqual(["points"]);
  expect(page.wellmet.viewed("points", "balance")).toBe(120);
  // Without a hub there is nobody to grant anything to.
  expect(await page.wellmet.grant()).toBeUndefined();
  expect(await page.wellmet.grants()).toEqual([]);
  expect(page.problems()).toEqual(["WM-GRANT-001"]);
});
