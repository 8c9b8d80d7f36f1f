// The swap in pages of every kind: single-page navigation, pages kept and shown again, right-to-left, pictures, view
// transitions, focus, one live region, no room, and destroy().

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { executable, launch } from "./harness/chromium.mjs";
import { BOOK, GREETING, TWO_LINES, html, known, shopperAt, site } from "./harness/page.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const says = (page, text) => page.waitForFunction((text) => document.body.innerText.includes(text), text);
const quiet = (she) => {
  assert.deepEqual(she.watch.unexpected(), [], "the console is empty");
  assert.deepEqual(she.watch.moved(), [], "nothing moved");
};

test("navigation within a page: History, the Navigation API, and Turbo's cache", async (t) => {
  const origin = await site(t, { "index.html": html({ body: `<main data-wm-page="home">${GREETING}</main>` }) });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await known(she, page);
  await says(page, "Welcome back, Anna");

  // A router that replaces what the page shows and then pushes the address.
  await page.evaluate((greeting) => {
    const main = document.createElement("main");
    main.dataset.wmPage = "product";
    main.dataset.wmItem = "FUR-CH-10002647";
    const parsed = new DOMParser().parseFromString(greeting, "text/html");
    main.append(...parsed.body.childNodes);
    document.querySelector("main").replaceWith(main);
    history.pushState(null, "", "/p/chair");
  }, GREETING);
  await says(page, "Welcome back, Anna");

  // The Navigation API changes the address only; the page's mark is changed by the shop.
  await page.evaluate(() => {
    navigation.addEventListener("navigate", (event) => event.intercept({ handler: async () => {
      document.querySelector("main").dataset.wmPage = "cart";
    } }));
    return navigation.navigate("/cart").finished.then(() => {});
  });
  await says(page, "Welcome back, Anna");

  // Turbo asks for the page as it should be kept, keeps a copy, and shows another body.
  const kept = await page.evaluate((greeting) => {
    document.dispatchEvent(new Event("turbo:before-cache"));
    const copy = document.body.innerText;
    const body = document.createElement("body");
    body.append(...new DOMParser().parseFromString(`<main data-wm-page="list">${greeting}</main>`, "text/html").body.childNodes);
    document.body.replaceWith(body);
    return copy;
  }, GREETING);
  assert.match(kept, /Welcome to our shop/, "what is kept is nobody's");
  await says(page, "Welcome back, Anna");
  quiet(she);
});

test("a page from the back/forward cache is brought up to date", async (t) => {
  const cart = '<p>Cart: <b data-wm-cart="count">0</b></p><button data-wm-action="add" data-wm-item="FUR-CH-10002647">Add</button>';
  const origin = await site(t, {
    "index.html": html({ body: `<main data-wm-page="home">${GREETING}${cart}<a href="/other.html">Other</a></main>` }),
    "other.html": html({ body: `<main data-wm-page="other">${cart}</main>`, title: "Other" }),
  });
  // Playwright switches the cache off; this test is about it.
  const cached = await chromium.launch({
    executablePath: executable(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  t.after(() => cached.close());
  const page = await cached.newPage();
  await page.goto(`${origin}/index.html`);
  await page.waitForFunction(() => window.wellmet.explain?.("greeting"));
  await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted)));
  await page.getByRole("link", { name: "Other" }).click();
  await page.waitForFunction(() => document.title === "Other" && window.wellmet.cart);
  await page.getByRole("button", { name: "Add" }).click();
  await page.waitForFunction(() => document.body.innerText.includes("Cart: 1"));
  await page.evaluate(() => new Promise((resolve) => {
    document.addEventListener("wellmet:saved", resolve, { once: true });
    setTimeout(resolve, 1_000);
  }));
  await page.evaluate(() => history.back()).catch(() => {});
  await page.waitForFunction(() => document.body.innerText.includes("Cart: 1"));
  assert.equal(await page.evaluate(() => window.persisted), true, "and it was that very page");
});

test("view transitions on request, and not for who wants less motion", async (t) => {
  const origin = await site(t, { "index.html": html({ head: TWO_LINES(`${BOOK} data-transition`), body: `<main data-wm-page="home">${GREETING}</main>` }) });
  const count = () => {
    window.__transitions = 0;
    const real = document.startViewTransition;
    document.startViewTransition = function (...given) {
      window.__transitions += 1;
      return real.apply(this, given);
    };
  };
  for (const [reducedMotion, wanted] of [["no-preference", true], ["reduce", false]]) {
    const she = await shopperAt(t, browser, origin, { reducedMotion });
    await she.context.addInitScript(count);
    const page = await she.open("/");
    await known(she, page);
    await says(page, "Welcome back, Anna");
    assert.equal((await page.evaluate(() => window.__transitions)) > 0, wanted, reducedMotion);
    quiet(she);
  }
});

test("right to left: a name in the other direction, amounts and counts in the page's language", async (t) => {
  const body = `<main data-wm-page="home">${GREETING}<p data-wm-cart="total"></p>
    <button data-wm-action="add" data-wm-item="FUR-CH-10002647">أضف</button></main>`;
  const origin = await site(t, { "index.html": html({ attributes: 'lang="ar-EG" dir="rtl"', body }) });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await known(she, page, "Anna <b>M\u202eüller\u2066");
  await says(page, "Welcome back, Anna <b>Müller");
  const name = page.locator("h1 bdi");
  assert.equal(await name.evaluate((node) => getComputedStyle(node).unicodeBidi), "isolate");
  assert.equal(await name.evaluate((node) => getComputedStyle(node).direction), "ltr", "a Latin name reads from the left in a page that does not");
  assert.equal(await page.locator("h1 b").count(), 0, "a name is text");
  await page.getByRole("button").click();
  await page.waitForFunction(() => /[٠-٩]/.test(document.querySelector('[data-wm-cart="total"]').textContent));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "no sideways scrolling");
  quiet(she);
});

test("c09 a picture in another variant keeps its box, a link and its text change together", async (t) => {
  const dot = (colour) => `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><rect width='400' height='300' fill='${colour}'/></svg>`;
  const picture = (colour, words, address) => `<a href="${address}"><picture><source media="(min-width:700px)" srcset="${dot(colour)}">
    <img src="${dot(colour)}" width="400" height="300" alt="${words}" style="display:block;max-width:100%;height:auto"></picture><span>${words}</span></a>`;
  const body = `<main data-wm-page="home"><div data-wm-slot="greeting">${picture("grey", "For everybody", "/all")}
    <template data-wm-when="known">${picture("gold", "For you", "/yours")}</template></div><p id="below">below</p></main>`;
  const origin = await site(t, { "index.html": html({ body }) });
  const she = await shopperAt(t, browser, origin);
  let page = await she.open("/");
  await known(she, page);
  await page.close();
  page = await she.context.newPage();
  // Late, so that the default has been painted.
  await page.route("**/*.wasm", async (route) => {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await route.continue();
  });
  await page.goto("/");
  const top = await page.locator("#below").evaluate((node) => node.getBoundingClientRect().top);
  await she.decided(page);
  await says(page, "For you");
  assert.equal(await page.locator("a").getAttribute("href"), "/yours");
  assert.equal(await page.locator("#below").evaluate((node) => node.getBoundingClientRect().top), top);
  quiet(she);
});

test("a place without room keeps what it shows, and says so", async (t) => {
  const body = `<main data-wm-page="home"><section data-wm-slot="greeting"><p>Hello</p>
    <template data-wm-when="known"><p style="height:200px">Welcome back, <bdi data-wm-text="name"></bdi></p></template></section><p>below</p></main>`;
  const origin = await site(t, { "index.html": html({ body }) });
  const she = await shopperAt(t, browser, origin);
  let page = await she.open("/");
  await known(she, page);
  await page.close();
  page = await she.context.newPage();
  await page.route("**/*.wasm", async (route) => {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await route.continue();
  });
  await page.goto("/");
  await she.decided(page);
  assert.match(await page.locator("section").innerText(), /^Hello/);
  assert.deepEqual((await she.told(page, "error")).map(({ code }) => code), ["WM-CLS-001"]);
  quiet(she);
});

test("one polite live region for all places, and the focus stays where it is", async (t) => {
  const field = GREETING.replace("<section", "<section data-wm-announce").replace("<h1>Welcome to our shop</h1>", '<input aria-label="Search" value="x">');
  const body = `<main data-wm-page="home">${field}${GREETING.replace("<section", "<section data-wm-announce")}</main>`;
  const origin = await site(t, { "index.html": html({ body }) });
  const she = await shopperAt(t, browser, origin);
  const page = await she.open("/");
  await page.getByLabel("Search").focus();
  await known(she, page);
  await page.waitForFunction(() => [...document.querySelectorAll("h1")].some((node) => node.innerText.includes("Anna")));
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Search", "what has the focus waits");
  await page.evaluate(() => document.activeElement.blur());
  await page.waitForFunction(() => document.querySelectorAll("h1").length === 2);
  const regions = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter(({ shadowRoot }) => shadowRoot?.querySelector('[role="status"]')).length);
  assert.equal(regions, 1);
  quiet(she);
});

test("destroy() undoes everything, also listeners, the region and what the cart wrote", async (t) => {
  const body = `<main data-wm-page="home">${GREETING.replace("<section", "<section data-wm-announce")}<p>Cart: <b data-wm-cart="count">0</b></p>
    <form><button data-wm-action="add" data-wm-item="FUR-CH-10002647">Add</button></form></main>`;
  const origin = await site(t, { "index.html": html({ body }) });
  const she = await shopperAt(t, browser, origin);
  await she.context.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => (window.__before = document.documentElement.outerHTML), { once: true });
  });
  const page = await she.open("/");
  await known(she, page);
  await page.getByRole("button").click();
  await says(page, "Cart: 1");
  await says(page, "Welcome back, Anna");
  await page.evaluate(() => window.wellmet.destroy());
  assert.equal(await page.evaluate(() => document.documentElement.outerHTML), await page.evaluate(() => window.__before));
  await page.evaluate(() => document.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    window.__submitted = true;
  }));
  await page.getByRole("button").click();
  assert.equal(await page.evaluate(() => window.__submitted), true, "the shop's own button does what it always did");
  assert.equal(await page.evaluate(() => window.wellmet.start()), true, "and it can start again");
  quiet(she);
});
