// The elements on a page of every element and state: no finding of axe, keyboard only, less motion, forced colours,
// right to left, 200 % zoom, targets of 44 px, an empty console, nothing moved (the harness asks the last two).

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { A, B, customers } from "./harness/data.mjs";
import { assert, behaviour, eventually } from "./harness/index.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wm-cart", "wm-configurator", "wm-contact", "wm-history", "wm-memory", "wm-messages", "wm-offer", "wm-price", "wm-stock", "wm-survey", "wm-why"];

async function findings(page, within) {
  await page.evaluate(`${axe};0`);
  const { violations } = await page.evaluate((within) => window.axe.run(within ?? document, { resultTypes: ["violations"] }), within);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** A customer who is signed in, with things in her cart, on the page of all elements; every test has its own. */
async function settled(shopper, which, options) {
  const she = await shopper(options);
  const page = await she.open("/");
  await she.allow(page);
  await she.signIn(page, customers[which]);
  await she.add(page, A, 2);
  await she.add(page, B);
  await she.go(page, "/elements");
  await page.locator("wm-history [part=order]").first().waitFor();
  await page.locator("wm-memory [part=fact]").first().waitFor();
  await she.settled(page);
  return { she, page };
}

/** Puts every element into its other states, as a person would. */
async function stir(page) {
  await page.locator("wm-cart").getByRole("button", { name: /^Remove / }).last().click();
  await page.locator("wm-history summary").first().click();
  await page.locator("wm-contact summary").first().click();
  await page.getByRole("button", { name: "Hide the countdown" }).first().click();
  await page.getByRole("button", { name: "Pause the countdown" }).first().click();
  await page.locator("wm-survey").first().getByText("Happy", { exact: true }).click();
  await page.locator("wm-survey").first().getByRole("button", { name: "Send" }).click();
  await page.locator("wm-survey").nth(1).getByRole("button", { name: "Send" }).click();
  await page.locator("wm-configurator").getByRole("radio", { name: /72 inches/ }).check();
  await page.locator("wm-configurator").getByRole("radio", { name: /Oak/ }).check();
  await page.getByRole("button", { name: "Forget everything" }).click();
  await page.locator("wm-survey").first().getByText("Your answer has been received.").waitFor();
}

for (const [which, name, options] of [
  [0, "on a phone", { viewport: { width: 390, height: 844 } }],
  [1, "on a desk, dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }],
]) {
  behaviour(`axe finds nothing in any element or state ${name}`, async ({ shopper }) => {
    const { she, page } = await settled(shopper, which, { ...options, reducedMotion: "reduce" });
    for (const tag of TAGS) assert.ok(await page.locator(`${tag}:defined`).count(), tag);
    assert.deepEqual(await findings(page), []);
    // Asked here, since what `stir` does to the page is hers however late it shows.
    assert.deepEqual(she.watch.moved(), [], "nothing moved before she touched anything");
    await stir(page);
    assert.deepEqual(await findings(page), [], "in their other states");
    // The open answer is in the top layer, over what lies below it.
    await page.getByRole("button", { name: "Why this?" }).click();
    assert.deepEqual(await findings(page, "wm-why"), [], "the answer to Why this?");
  }, { stirred: "/elements" });
}

behaviour("a visitor sees default content where there is nothing better", async ({ shopper }) => {
  const guest = await shopper();
  const page = await guest.open("/elements");
  await guest.settled(page);
  assert.ok(await page.getByText("Sign in to see your orders.").isVisible());
  assert.ok(await page.locator("wm-cart").getByText("Nothing in it yet.").isVisible(), "in the words of the shop file");
  assert.deepEqual(await findings(page), []);
});

behaviour("every target is 44 px, and nothing sticks out at 320 px, which is 200 % of 640", async ({ shopper }) => {
  const { page } = await settled(shopper, 3, { viewport: { width: 390, height: 640 } });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.locator("wm-history summary").first().click();
  const { small, wide } = await page.evaluate((tags) => {
    const small = [];
    const wide = [];
    for (const element of document.querySelectorAll(tags)) {
      for (const node of element.shadowRoot.querySelectorAll("*:not(.unseen)")) {
        const { right, width } = node.getBoundingClientRect();
        if (width > 1 && right > innerWidth) wide.push(`${element.localName} ${node.localName}.${node.className}: ${right}`);
      }
      for (const target of element.shadowRoot.querySelectorAll("button,input:not(.unseen),summary,a.button,label:has(input)")) {
        // A switch or radio is as large as its label.
        if (target.matches("input") && target.closest("label")) continue;
        const { width, height } = target.getBoundingClientRect();
        if (width && (width < 43.9 || height < 43.9)) small.push(`${element.localName} ${target.textContent || target.outerHTML}: ${width}x${height}`);
      }
    }
    return { small, wide };
  }, TAGS.join());
  assert.deepEqual(small, []);
  assert.deepEqual(wide, []);
});

behaviour("the keyboard alone is enough", async ({ shopper }) => {
  const { she, page } = await settled(shopper, 2, { viewport: { width: 1280, height: 900 } });
  /** Tabs on until the focus is on what is called that, inside an element. */
  const tabTo = async (name) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => {
        let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at?.getAttribute("aria-label") ?? at?.textContent.trim();
      });
      if (here === name) return;
    }
    assert.fail(`no way to "${name}"`);
  };
  const focusBefore = (selector) => page.locator(selector).first().evaluate((element) => {
    element.tabIndex = -1;
    element.focus();
  });
  await focusBefore("wm-cart");
  await tabTo(`Remove ${A.title}`);
  await page.keyboard.press("Enter");
  await eventually(async () => !(A.id in (await she.cart(page))), "it is gone");
  // The focus went to the button that takes it back.
  await eventually(() => page.evaluate(() => document.querySelector("wm-cart").shadowRoot.activeElement?.textContent === "Undo"), "the focus is on Undo");
  await page.keyboard.press("Enter");
  await eventually(async () => (await she.cart(page))[A.id] === 2, "it is back");

  await focusBefore("wm-survey");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await tabTo("Send");
  await page.keyboard.press("Enter");
  await page.locator("wm-survey").first().getByText("Your answer has been received.").waitFor();

  await page.locator("wm-why").scrollIntoViewIfNeeded();
  await focusBefore("wm-why");
  await tabTo("Why this?");
  await page.keyboard.press("Enter");
  await page.locator("wm-why [part=panel]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("wm-why [part=panel]").waitFor({ state: "hidden" });
  await eventually(() => page.evaluate(() => document.querySelector("wm-why").shadowRoot.activeElement?.textContent === "Why this?"), "the focus is back on the question");
});

behaviour("with less motion the countdown moves once a minute and nothing is animated", async ({ shopper }) => {
  const { page } = await settled(shopper, 3, { reducedMotion: "reduce" });
  const timer = page.locator("wm-offer [role=timer]").nth(1);
  assert.match(await timer.innerText(), /^Ends in \d+ hours, \d+ minutes?$/);
  const moving = await page.evaluate((tags) =>
    [...document.querySelectorAll(tags)].flatMap((element) => [...element.shadowRoot.querySelectorAll("*")])
      .filter((node) => getComputedStyle(node).transitionDuration.split(", ").some((time) => parseFloat(time) > 0)).length, TAGS.join());
  assert.equal(moving, 0);
});

behaviour("right to left: what is first stands at the right, numbers keep their order", async ({ shopper }) => {
  const { page } = await settled(shopper, 3, { viewport: { width: 390, height: 844 } });
  const arabic = page.locator('wm-contact[lang="ar"]');
  const photo = await arabic.locator("[part=photo]").boundingBox();
  const name = await arabic.locator("[part=name]").boundingBox();
  assert.ok(photo.x > name.x, "the photo stands before the name");
  assert.equal(await arabic.locator("bdi").first().innerText(), "أحمد علي");
  // Turning a page round moves it; what she does herself is expected to.
  await page.mouse.click(5, 300);
  await page.evaluate(() => (document.documentElement.dir = "rtl"));
  const [minus, plus] = await Promise.all([/^One fewer/, /^One more/].map((label) => page.locator("wm-cart").getByRole("button", { name: label }).first().boundingBox()));
  assert.ok(minus.x > plus.x);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
}, { cartMoves: true });

behaviour("late and nested elements are found, and two definitions do not meet", async ({ shopper }) => {
  const she = await shopper();
  const page = await she.open("/nowhere");
  assert.equal(await page.evaluate(() => customElements.get("wm-offer") === undefined), true, "no tag, no file");
  // She did something: what comes now may move the page.
  await page.mouse.click(5, 300);
  await page.evaluate(() => {
    const late = document.createElement("wm-offer");
    late.headline = "Set before it was defined";
    late.ends = new Date(Date.now() + 3 * 86_400_000).toISOString();
    document.querySelector("main").append(late);
  });
  const offer = page.locator("wm-offer");
  await offer.locator("[part=time]").waitFor();
  assert.match(await offer.locator("[part=title]").innerText(), /^Set before it was defined$/);
  await page.evaluate(() => import("/sdk/elements/offer.js?again"));
}, { expect: [/status of 404/] });
