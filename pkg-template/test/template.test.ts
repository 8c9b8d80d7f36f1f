import { beforeEach, describe, expect, test } from "vitest";
import { safe, safeSet } from "../src/address.js";
import { keyOf, list, make, patch, plan } from "../src/template.js";
import { html } from "./fakes.js";

const voice = { locale: "en", currency: "EUR" };

function template(markup: string): HTMLTemplateElement {
  return html(`<template>${markup}</template>`).firstElementChild as HTMLTemplateElement;
}

function filled(markup: string, fields: Record<string, string | number>): HTMLElement {
  const one = template(markup);
  const made = make(one, plan(one, [{ fields }], voice));
  const box = document.createElement("div");
  box.append(...made.nodes);
  return box;
}

beforeEach(() => html(""));

describe("addresses", () => {
  test.each(["/p/1", "p?a=b#c", "https://shop.example/x", "http://other.example/", "//cdn.example/i.png", "#top", "?q=1"])(
    "%s may be shown",
    (address) => {
      expect(safe(address, true)).toBe(address);
    },
  );

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://shop.example/1",
    "file:///etc/passwd",
    "http://",
    "x".repeat(3000),
  ])("%s may not", (address) => {
    expect(safe(address, true)).toBeUndefined();
    expect(safe(address, false)).toBeUndefined();
  });

  test("mail and telephone are for links only", () => {
    expect(safe("mailto:team@shop.example", false)).toBeDefined();
    expect(safe("tel:+49301234", false)).toBeDefined();
    expect(safe("mailto:team@shop.example", true)).toBeUndefined();
  });

  test("a srcset is as safe as its worst candidate", () => {
    expect(safeSet("/a.png 1x, /b.png 2x")).toBeDefined();
    expect(safeSet("/a.png 1x, javascript:x 2x")).toBeUndefined();
  });
});

describe("sinks", () => {
  test("text is text, whatever is in it", () => {
    const box = filled('<b data-wm-text="name"></b>', { name: '<img src=x onerror="alert(1)">' });
    expect(box.querySelector("b")!.childElementCount).toBe(0);
    expect(box.querySelector("b")!.textContent).toBe('<img src=x onerror="alert(1)">');
  });

  test("a hostile address leaves what the template says", () => {
    const box = filled('<a href="/all" data-wm-href="link">x</a><img data-wm-src="image">', {
      link: "javascript:alert(1)",
      image: "javascript:alert(2)",
    });
    expect(box.querySelector("a")!.getAttribute("href")).toBe("/all");
    expect(box.querySelector("img")!.hasAttribute("src")).toBe(false);
  });

  test("what is no sink is not filled", () => {
    const box = filled(
      '<i data-wm-onclick="a" data-wm-style="a" data-wm-srcdoc="a"></i><iframe data-wm-src="a"></iframe><form data-wm-action="a"></form><div data-wm-href="a"></div>',
      { a: "x" },
    );
    expect(box.querySelector("i")!.getAttributeNames().every((name) => name.startsWith("data-wm-"))).toBe(true);
    expect(box.querySelector("iframe")!.hasAttribute("src")).toBe(false);
    expect(box.querySelector("form")!.hasAttribute("action")).toBe(false);
    expect(box.querySelector("div")!.hasAttribute("href")).toBe(false);
  });

  test("scripts and styles get no text", () => {
    const box = filled('<style data-wm-text="a"></style>', { a: "*{display:none}" });
    expect(box.querySelector("style")!.textContent).toBe("");
  });

  test("numbers, money, dates and conditions", () => {
    const box = filled(
      '<i data-wm-text="n"></i><b data-wm-money="price"></b><time data-wm-date="at" data-wm-datetime="at"></time><u data-wm-if="none">a</u><s data-wm-if="n">b</s>',
      { n: 1234, price: 999, at: Date.UTC(2026, 4, 3, 12) },
    );
    expect(box.querySelector("i")!.textContent).toBe("1,234");
    expect(box.querySelector("b")!.textContent).toBe("€9.99");
    expect(box.querySelector("time")!.textContent).toBe("May 3, 2026");
    expect(box.querySelector("time")!.getAttribute("datetime")).toBe("2026-05-03T12:00:00.000Z");
    expect(box.querySelector("u")!.hidden).toBe(true);
    expect(box.querySelector("s")!.hidden).toBe(false);
  });

  test("an unknown field leaves what the template says, and so does a property of Object", () => {
    const box = filled('<b data-wm-text="constructor">as it was</b><i data-wm-text="nothing">also</i>', {});
    expect(box.textContent).toBe("as it wasalso");
  });
});

describe("lists", () => {
  const rows = (...keys: string[]) => keys.map((key) => ({ key, fields: { title: key } }));
  const markup = '<ul><template data-wm-each="items"><li><b data-wm-text="title"></b><button>+</button></li></template></ul>';

  function listOf(keys: string[], was?: ReturnType<typeof make>) {
    const outer = document.querySelector("template")!;
    const ops = plan(outer, [{ fields: {}, lists: { items: rows(...keys) } }], voice);
    if (was) {
      expect(patch(was, ops)).toBe(true);
      return was;
    }
    const made = make(outer, ops);
    document.body.append(...made.nodes);
    return made;
  }

  const titles = () => [...document.body.querySelectorAll("li b")].map(({ textContent }) => textContent);

  test("keep the nodes of what stays, so that focus stays", () => {
    template(markup);
    const made = listOf(["a", "b", "c"]);
    const button = [...document.body.querySelectorAll("button")][1]!;
    button.focus();
    listOf(["d", "b", "a"], made);
    expect(titles()).toEqual(["d", "b", "a"]);
    expect(document.activeElement).toBe(button);
  });

  test("know the entry of a node", () => {
    template(markup);
    listOf(["a", "b"]);
    expect(keyOf([...document.body.querySelectorAll("button")][1]!)).toBe("b");
    expect(keyOf(document.body)).toBeUndefined();
  });

  test("show a key once and no more than the limit", () => {
    template(markup.replace("<template", '<template data-wm-limit="2"'));
    listOf(["a", "a", "b", "c"]);
    expect(titles()).toEqual(["a", "b"]);
  });

  test("nest, and inner values hide outer ones", () => {
    const outer = template(
      '<template data-wm-each="groups"><p><i data-wm-text="title"></i><template data-wm-each="values"><b data-wm-text="title"></b><u data-wm-text="shop"></u></template></p></template>',
    );
    const scope = {
      fields: { shop: "S" },
      lists: { groups: [{ key: "g", fields: { title: "G" }, lists: { values: rows("v", "w") } }] },
    };
    const box = document.createElement("div");
    box.append(...make(outer, plan(outer, [scope], voice)).nodes);
    const inner = box.querySelector("template")!;
    expect(list(inner, plan(outer, [scope], voice)[0]![2] as never)).toHaveLength(1);
    expect(box.textContent).toBe("GvSwS");
  });

  test("a value that is gone is no longer shown", () => {
    const one = template('<b data-wm-text="name">friend</b>');
    const made = make(one, plan(one, [{ fields: { name: "Anna" } }], voice));
    expect(patch(made, plan(one, [{ fields: {} }], voice))).toBe(false);
  });
});
