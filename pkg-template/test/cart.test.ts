import { beforeEach, describe, expect, test } from "vitest";
import { settle } from "./fakes.js";
import { testPage, type TestPage } from "./page.js";

const CART = `<a href="/cart"><b data-wm-cart="count">.</b> <i data-wm-cart="total"></i></a>
<section data-wm-cart data-wm-announce="{count, plural, one {# article} other {# articles}}, {total, money}"><p>To your <a href="/cart">cart</a></p>
  <template data-wm-when="empty"><p>Empty</p></template>
  <template data-wm-when="filled"><ul><template data-wm-each="lines"><li>
    <a data-wm-href="link" data-wm-text="title"></a>
    <button data-wm-action="decrease">-</button><input data-wm-quantity data-wm-value="quantity"><button data-wm-action="increase">+</button>
    <span data-wm-money="sum"></span><button data-wm-action="remove">x</button></li></template></ul>
    <button data-wm-action="clear">Clear</button></template></section>
<form action="/buy"><input data-wm-quantity value="2"><select data-wm-option="size"><option value="M">M</option></select>
  <button data-wm-action="add" data-wm-item="shirt" data-wm-options="colour=red">Add</button></form>`;

let page: TestPage;
const $ = <E extends HTMLElement>(selector: string): E => document.querySelector<E>(selector)!;
const click = async (selector: string): Promise<void> => {
  $(selector).click();
  await settle();
};
const lines = (): string[] => [...document.querySelectorAll("li")].map((li) => li.textContent!.replace(/\s+/g, " ").trim());
const spoken = (): string | null | undefined =>
  [...document.body.children].at(-1)!.shadowRoot?.querySelector('[role="status"]')?.textContent;

beforeEach(async () => {
  localStorage.clear();
  document.documentElement.lang = "en";
  page = testPage(CART);
  await page.start();
});

test("shows what is in the cart, and that nothing is", async () => {
  expect($("section").textContent!.trim()).toBe("Empty");
  expect($("b").textContent).toBe("0");
  expect($("b").hasAttribute("data-wm-empty")).toBe(true);
  await page.wellmet.add("a", 2);
  expect($("b").textContent).toBe("2");
  expect($("i").textContent).toBe("€5.00");
  expect($("b").hasAttribute("data-wm-empty")).toBe(false);
  expect(lines()).toEqual(["Article a -+ €5.00x"]);
});

test("a form's button adds what the form says, and the form is not sent", async () => {
  let sent = false;
  $("form").addEventListener("submit", () => (sent = true));
  await click("form button");
  expect(page.wellmet.cart().lines).toMatchObject([{ item: "shirt", options: "colour=red&size=M", quantity: 2 }]);
  expect(sent).toBe(false);
});

test("steppers set what she sees, and the last step removes", async () => {
  await page.wellmet.add("a");
  await click('[data-wm-action="increase"]');
  expect($<HTMLInputElement>("li input").value).toBe("2");
  await click('[data-wm-action="decrease"]');
  await click('[data-wm-action="decrease"]');
  expect(lines()).toEqual([]);
});

test("a typed quantity is taken, nonsense is not", async () => {
  await page.wellmet.add("a");
  const input = $<HTMLInputElement>("li input");
  input.value = "7";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(page.wellmet.cart().count).toBe(7);
  input.value = "many";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(page.wellmet.cart().count).toBe(7);
});

describe("focus", () => {
  test("stays on the button that was pressed", async () => {
    await page.wellmet.add("a");
    $('[data-wm-action="increase"]').focus();
    await click('[data-wm-action="increase"]');
    expect(document.activeElement).toBe($('[data-wm-action="increase"]'));
  });

  test("goes to the neighbour's button when its line is gone, then to the cart", async () => {
    await page.wellmet.add("a");
    await page.wellmet.add("b");
    $('[data-wm-action="remove"]').focus();
    await click('[data-wm-action="remove"]');
    expect(lines()).toEqual(["Article b -+ €2.50x"]);
    expect(document.activeElement).toBe($('[data-wm-action="remove"]'));
    await click('[data-wm-action="remove"]');
    expect(document.activeElement).toBe($("section"));
    $("a").focus();
    expect($("section").hasAttribute("tabindex")).toBe(false);
  });
});

test("her own acts are said once, in one polite region", async () => {
  await page.wellmet.add("a");
  await page.wellmet.add("a");
  await new Promise((go) => setTimeout(go, 60));
  expect(spoken()).toBe("2 articles, €5.00");
  expect(document.querySelectorAll("body > div")).toHaveLength(1);
});

test("without an engine the shop's own form is sent, also for a click that came early", async () => {
  page = testPage(CART);
  page.broken.engine = new Error("no");
  let sent = 0;
  $("form").addEventListener("submit", (event) => (event.preventDefault(), sent++));
  const starting = page.start();
  $("form button").click();
  expect(sent).toBe(0);
  await starting;
  expect(sent).toBe(1);
  $("form button").click();
  expect(sent).toBe(2);
});

test("a click that came early is done when the engine is there", async () => {
  page = testPage(CART);
  const starting = page.start();
  $("form button").click();
  await starting;
  await settle();
  expect(page.wellmet.cart().count).toBe(2);
});

test("a hostile title is text", async () => {
  await page.wellmet.add("<img src=x onerror=alert(1)>");
  expect(document.querySelector("li img")).toBeNull();
});

describe("a configurator", () => {
  const DESK = `<fieldset data-wm-configurator="desk">
    <label><input type="radio" name="s" data-wm-group="size" value="small" checked>Small <i data-wm-money="surcharge"></i></label>
    <label><input type="radio" name="s" data-wm-group="size" value="large">Large <i data-wm-money="surcharge"></i></label>
    <select data-wm-group="wood"><option value="oak">Oak</option><option value="ash">Ash</option></select>
    <b data-wm-money="price">from €100</b><p data-wm-conflicts hidden></p>
    <button data-wm-action="add">Add</button></fieldset>`;
  const choose = async (selector: string, value: string): Promise<void> => {
    const field = $<HTMLInputElement>(selector);
    if (field.type === "radio") field.checked = true;
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    await settle();
  };

  beforeEach(async () => {
    page = testPage(DESK);
    await page.start();
  });

  test("is the shop's until she touches it, and then begins with what she sees", async () => {
    expect($("b").textContent).toBe("from €100");
    await choose('[value="large"]', "large");
    expect(page.script.calls.filter((call) => call.startsWith("configure"))).toEqual([
      "configure desk desk size large",
      "configure desk desk wood oak",
      "configure desk desk size large",
    ]);
    expect($("b").textContent).toBe("€150.00");
    expect($('label:nth-of-type(2) i').textContent).toBe("€50.00");
  });

  test("disables what does not go, and says why", async () => {
    await choose('[value="large"]', "large");
    const ash = $<HTMLOptionElement>('option[value="ash"]');
    expect(ash.disabled).toBe(true);
    expect(ash.title).toBe("Ash comes in small only");
    expect(ash.getAttribute("aria-description")).toBe("Ash comes in small only");
    await choose('[value="small"]', "small");
    expect(ash.disabled).toBe(false);
    expect(ash.hasAttribute("title")).toBe(false);
  });

  test("shows a conflict that came from elsewhere and cannot be bought with it", async () => {
    await page.wellmet.configure("desk", "wood", "ash");
    await page.wellmet.configure("desk", "size", "large");
    expect($("p").hidden).toBe(false);
    expect($("p").textContent).toBe("Large and ash do not go together");
    expect($<HTMLButtonElement>("button").disabled).toBe(true);
    expect($<HTMLOptionElement>('option[value="ash"]').disabled).toBe(false);
  });

  test("goes into the cart, also untouched", async () => {
    await click("button");
    expect(page.wellmet.cart().lines).toMatchObject([{ item: "cfg:desk", quantity: 1 }]);
  });

  test("takes each click at once, so that a page she leaves on it has it", async () => {
    await choose('[value="large"]', "large");
    $("button").click();
    expect(page.wellmet.cart().lines).toMatchObject([{ item: "cfg:desk", quantity: 1 }]);
  });

  test("loads its model before it judges", async () => {
    page.script.model = "c-desk.wmb";
    await click("button");
    await settle();
    expect(page.script.calls).toContain("chunk c-desk.wmb");
    expect(page.wellmet.cart().lines).toMatchObject([{ item: "cfg:desk" }]);
    expect($("b").textContent).toBe("€100.00");
  });

  test("is given back by destroy", async () => {
    await choose('[value="large"]', "large");
    page.wellmet.destroy();
    expect($<HTMLOptionElement>('option[value="ash"]').disabled).toBe(false);
  });
});

test("c32 a line is put aside and taken back, in the shop's own list", async () => {
  page.wellmet.destroy();
  page = testPage(`<section data-wm-cart><template data-wm-when="filled"><ul><template data-wm-each="lines"><li>
    <span data-wm-text="item"></span><button data-wm-action="save">Later</button></li></template></ul>
    <ol><template data-wm-each="saved"><li><span data-wm-text="item"></span><button data-wm-action="unsave">Back</button>
    <button data-wm-action="unsave-remove">x</button></li></template></ol></template></section>`);
  await page.start();
  await page.wellmet.add("a", 2);
  const shown = (list: string): (string | null)[] => [...document.querySelectorAll(`${list} span`)].map((span) => span.textContent);
  await click('[data-wm-action="save"]');
  expect([shown("ul"), shown("ol"), page.wellmet.cart().count]).toEqual([[], ["a"], 0]);
  await click('[data-wm-action="unsave"]');
  expect([shown("ul"), shown("ol"), page.wellmet.cart().count]).toEqual([["a"], [], 2]);
  await page.wellmet.saveForLater("a");
  await click('[data-wm-action="unsave-remove"]');
  expect(page.wellmet.cart()).toMatchObject({ lines: [], saved: [], count: 0 });
  expect(page.problems()).toEqual([]);
});

test("c05 the page says where the cart is, in the shop's words", async () => {
  page.wellmet.destroy();
  page = testPage('<p role="status" data-wm-saved data-wm-saved-device="Saved on this device" data-wm-saved-memory="Not saved"></p>');
  await page.start();
  const status = $("p");
  expect(status.textContent).toBe("");
  await page.wellmet.add("a");
  expect([status.textContent, status.dataset.wmSaved]).toEqual(["Saved on this device", "device"]);
  await page.wellmet.consent({ cart: false });
  await page.wellmet.add("a");
  expect([status.textContent, status.dataset.wmSaved]).toEqual(["Not saved", "memory"]);
});

test("what arrives after destroy() writes nothing into the page any more", async () => {
  const before = $("b").outerHTML;
  const adding = page.wellmet.add("never-seen", 1);
  page.wellmet.destroy();
  const after = document.body.innerHTML;
  await adding;
  await settle();
  expect(document.body.innerHTML).toBe(after);
  expect(before).not.toBe($("b").outerHTML);
  expect($("b").outerHTML).toBe('<b data-wm-cart="count">.</b>');
});

test("an engine that stops gives the cart's place back to the shop", async () => {
  await page.wellmet.add("a");
  expect(lines()).toHaveLength(1);
  await page.wellmet.add("trap");
  expect($("section").textContent!.trim()).toBe("To your cart");
  expect(page.problems()).toEqual(["WM-STOP-001"]);
});

test.each(["0.5", "1e9", "-5", "", "3 or 4"])("the quantity %j changes nothing", async (value) => {
  await page.wellmet.add("a", 2);
  const input = $<HTMLInputElement>("li input");
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
  expect(page.wellmet.cart().lines).toMatchObject([{ item: "a", quantity: 2 }]);
  expect(input.value).toBe("2");
});
