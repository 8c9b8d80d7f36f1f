// How the shop and every element look: a picture of each in target/pictures, to be looked at, and what can be told without
// looking: nothing sticks out at the side, nothing is cut off.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "../package/customer.mjs";
import { A, B, C, customers } from "./harness/data.mjs";
import { assert, behaviour } from "./harness/index.mjs";

const FOLDER = path.join(ROOT, "target/pictures");
const LOOKS = {
  phone: { viewport: { width: 390, height: 844 } },
  desk: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  "right-to-left": { viewport: { width: 390, height: 844 } },
  // A window of 640 points, everything twice as large.
  "200-percent": { viewport: { width: 320, height: 450 }, deviceScaleFactor: 2 },
};

/** In the page, shadow roots included: what is wider than its place, and texts that their boxes cut. */
function faults() {
  const found = [];
  const wide = [];
  const visit = (root, where) => {
    for (const element of root.querySelectorAll("*")) {
      const name = `${where}${element.localName}${element.className ? `.${element.className}` : ""}`;
      const style = getComputedStyle(element);
      const { left, right } = element.getBoundingClientRect();
      if (right > innerWidth + 1 || left < -1) wide.push(name);
      const cut = /hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1;
      // An ellipsis is meant; what only screen readers are told has no size.
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim());
      if (cut && own && style.textOverflow !== "ellipsis" && !style.clipPath.includes("inset")) found.push(`${name} cuts its text`);
      if (element.shadowRoot) visit(element.shadowRoot, `${element.localName} > `);
    }
  };
  visit(document, "");
  const { scrollWidth } = document.scrollingElement;
  if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide: ${wide.join(", ")}`);
  return found;
}

for (const [look, options] of Object.entries(LOOKS)) {
  behaviour(`looks: ${look}`, async ({ shopper }) => {
    await mkdir(FOLDER, { recursive: true });
    const she = await shopper({ ...options, reducedMotion: "reduce" });
    if (look === "right-to-left") {
      await she.context.route("**/*", async (route) => {
        if (route.request().resourceType() !== "document") return route.continue();
        const response = await route.fetch({ maxRedirects: 0 });
        await route.fulfill({ response, body: (await response.text()).replace("<html ", '<html dir="rtl" ') });
      });
    }
    const page = await she.open("/");
    await she.allow(page);
    await she.signIn(page, customers[4]);
    await she.add(page, A, 2);
    await she.add(page, B);
    await she.add(page, C);
    await she.go(page, "/cart");
    await page.getByRole("button", { name: "Save for later" }).first().click();
    await page.getByRole("region", { name: "Saved for later" }).waitFor();
    for (const [name, address] of Object.entries({ cart: "/cart", home: "/", product: A.link, configurator: "/made-to-order/humidor", elements: "/elements" })) {
      await page.goto(address);
      await she.settled(page);
      await she.decided(page);
      assert.deepEqual(await page.evaluate(faults), [], `${look}, ${name}`);
      await page.screenshot({ path: path.join(FOLDER, `${name}-${look}.png`), fullPage: true });
    }
  }, { stirred: "/cart" });
}
