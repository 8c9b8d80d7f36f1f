// The shop's own content stays for everyone else: without JavaScript, without wasm, without a book, without a hub.

import { A } from "./harness/data.mjs";
import { FAILED_REQUEST, assert, behaviour, eventually } from "./harness/index.mjs";

const PAGES = ["/", "/c/furniture", A.link, "/made-to-order", "/cart", "/account", "/privacy"];

/** The page is whole: a heading, and no slot that is empty. */
async function whole(page, path) {
  assert.ok(await page.locator("h1").first().isVisible(), `${path} has a heading`);
  for (const slot of await page.locator("[data-wm-slot]").all()) {
    assert.notEqual((await slot.innerText()).trim(), "", `${path}: ${await slot.getAttribute("data-wm-slot")} is empty`);
  }
}

behaviour("without JavaScript", async ({ shopper }) => {
  const she = await shopper({ javaScriptEnabled: false });
  const page = await she.open("/", { decided: false });
  for (const path of PAGES) {
    await page.goto(path);
    await whole(page, path);
  }
  await page.goto("/");
  assert.match(await page.locator("h1").first().innerText(), /Good work starts/);
});

behaviour("where the content policy forbids wasm", async ({ shopper }) => {
  const she = await shopper();
  await she.context.route((url) => !/\.(js|css|svg|woff2|wasm|wmb)$/.test(url.pathname), async (route) => {
    const answer = await route.fetch();
    const headers = answer.headers();
    headers["content-security-policy"] = (headers["content-security-policy"] ?? "").replaceAll("'wasm-unsafe-eval'", "");
    await route.fulfill({ response: answer, headers });
  });
  const page = await she.open("/", { decided: false });
  await eventually(async () => (await she.told(page, "error")).length > 0, "it is told");
  const [problem] = await she.told(page, "error");
  assert.match(problem.fix ?? "", /wasm-unsafe-eval/, "the directive to add is named");
  await whole(page, "/");
  assert.match(await she.slot(page, "greeting"), /Good work starts/);
  await page.close();
}, { expect: [/wasm-unsafe-eval|Content Security Policy/] });

behaviour("when the engine's file does not arrive", async ({ shopper }) => {
  const she = await shopper();
  await she.context.route("**/*.wasm", (route) => route.abort());
  const page = await she.open("/", { decided: false });
  await eventually(async () => (await she.told(page, "error")).length > 0, "it is told");
  for (const path of PAGES) {
    await page.goto(path);
    await whole(page, path);
  }
}, { expect: [FAILED_REQUEST] });

behaviour("when the engine's file is not what it should be", async ({ shopper }) => {
  const she = await shopper();
  await she.context.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "not wasm" }));
  const page = await she.open("/", { decided: false });
  await eventually(async () => (await she.told(page, "error")).length > 0, "it is told");
  await whole(page, "/");
}, { expect: [/integrity|wasm/i] });

behaviour("when the book is missing", async ({ shopper }) => {
  const she = await shopper();
  await she.context.route("**/book/**", (route) => route.fulfill({ status: 404, body: "" }));
  const page = await she.open("/", { decided: false });
  await eventually(async () => (await she.told(page, "error")).length > 0, "it is told");
  await whole(page, "/");
  assert.match(await she.slot(page, "greeting"), /Good work starts/);
  await page.evaluate((id) => window.wellmet.add(id, 2), A.id);
  assert.deepEqual(await she.cart(page), { [A.id]: 2 }, "the cart works without a book");
}, { expect: [FAILED_REQUEST] });

for (const [what, cut] of [
  ["cut off", (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))],
  ["damaged in the middle", (bytes) => bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 0xff : byte))],
  ["of an unknown version", (bytes) => bytes.map((byte, index) => (index >= 3 && index < 8 ? 0xff : byte))],
  ["empty", () => Buffer.alloc(0)],
]) {
  behaviour(`when the book is ${what}`, async ({ shopper }) => {
    const she = await shopper();
    await she.context.route("**/book/book.wmb", async (route) => {
      const answer = await route.fetch();
      const headers = { ...answer.headers() };
      delete headers["content-encoding"];
      delete headers["content-length"];
      await route.fulfill({ status: 200, headers, body: Buffer.from(cut(await answer.body())) });
    });
    const page = await she.open("/", { decided: false });
    await eventually(async () => (await she.told(page, "error")).length > 0, "it is told");
    const [problem] = await she.told(page, "error");
    assert.match(problem.code, /^[A-Za-z-]+[\w-]*$/, "by a stable code");
    await whole(page, "/");
    assert.match(await she.slot(page, "greeting"), /Good work starts/);
  });
}

behaviour("a damaged chunk costs that chunk only", async ({ shopper }) => {
  const she = await shopper();
  let damaged = 0;
  await she.context.route("**/book/c-*.wmb", async (route) => {
    const answer = await route.fetch();
    const headers = { ...answer.headers() };
    delete headers["content-encoding"];
    delete headers["content-length"];
    const body = await answer.body();
    if (damaged++ === 0) body[body.length >> 1] ^= 0xff;
    await route.fulfill({ status: 200, headers, body });
  });
  const page = await she.open("/");
  await she.allow(page);
  await page.evaluate((id) => window.wellmet.add(id, 1), A.id);
  await she.go(page, "/cart");
  await she.settled(page);
  assert.ok(damaged > 0, "a chunk was asked for");
  await whole(page, "/cart");
  assert.deepEqual(await she.cart(page), { [A.id]: 1 });
});

behaviour("when the hub is down", async ({ shopper, hub }) => {
  await hub.stop();
  const she = await shopper();
  const page = await she.open("/");
  await she.allow(page);
  for (const path of PAGES) {
    await she.go(page, path);
    await whole(page, path);
  }
  await she.add(page, A);
  await she.go(page, "/cart");
  assert.deepEqual(await she.cart(page), { [A.id]: 1 });
}, { expect: [FAILED_REQUEST] });
