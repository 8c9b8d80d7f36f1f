// A page that the browser makes ahead of time, as shops ask for with speculation rules: it is ready when she comes, and
// counts as looked at only then. A browser under remote control makes none ahead, so this one is only started; its pages
// tell how it went.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { FLAGS, executable } from "./harness/chromium.mjs";
import { A } from "./harness/data.mjs";
import { GREETING, everythingKept, html, site } from "./harness/page.mjs";

test("a page made ahead of time is personal at once, and looked at only when she sees it", { timeout: 90_000 }, async (t) => {
  const told = new Map();
  const reports = createServer(async (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    const name = request.url.slice(1);
    if (request.method === "POST") {
      let text = "";
      for await (const part of request) text += part;
      told.set(name, JSON.parse(text));
      reports.emit(name);
    }
    response.end(JSON.stringify(told.has(name)));
  });
  await once(reports.listen(0, "127.0.0.1"), "listening");
  t.after(() => (reports.closeAllConnections(), reports.close()));
  const to = `http://127.0.0.1:${reports.address().port}`;
  const tell = `const tell = (name, what) => fetch("${to}/" + name, { method: "POST", body: JSON.stringify(what) });
    const kept = ${everythingKept};
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    addEventListener("error", ({ message }) => tell("error", message));
    addEventListener("unhandledrejection", ({ reason }) => tell("error", String(reason)));`;

  const origin = await site(t, {
    "index.html": html({
      body: `<main data-wm-page="home">${GREETING}<a href="/product.html">On</a></main><script type="module">${tell}
        while (!window.wellmet.start) await pause(20);
        await window.wellmet.start();
        await window.wellmet.consent({ personalization: true });
        await window.wellmet.setName("Anna");
        await pause(1500);
        const rules = Object.assign(document.createElement("script"), { type: "speculationrules" });
        rules.textContent = JSON.stringify({ prerender: [{ source: "list", urls: ["/product.html"], eagerness: "immediate" }] });
        document.head.append(rules);
        while (!(await (await fetch("${to}/ahead")).json())) await pause(100);
        document.querySelector("a").click();
      </script>`,
    }),
    "product.html": html({
      body: `<main data-wm-page="product" data-wm-item="${A.id}">${GREETING}</main><script type="module">${tell}
        const state = async () => ({
          ahead: document.prerendering,
          activated: performance.getEntriesByType("navigation")[0].activationStart,
          greeting: document.querySelector("h1").textContent,
          looked: (await kept()).includes("${A.id}"),
        });
        while (!window.wellmet.start) await pause(20);
        await window.wellmet.start();
        await pause(1500);
        const seen = new Promise((seen) => document.addEventListener("prerenderingchange", seen, { once: true }));
        await tell("ahead", await state());
        await seen;
        const atOnce = document.querySelector("h1").textContent;
        await pause(1500);
        await tell("seen", { ...(await state()), atOnce });
      </script>`,
    }),
  });

  const profile = await mkdtemp(path.join(os.tmpdir(), "wellmet-prerender-"));
  const browser = spawn(executable(), [...FLAGS, "--headless", `--user-data-dir=${profile}`, `${origin}/`], { stdio: "ignore" });
  t.after(async () => {
    browser.kill("SIGKILL");
    await once(browser, "exit");
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });
  await once(reports, "seen", { signal: AbortSignal.timeout(60_000) }).catch((error) => assert.fail(`${error}: ${JSON.stringify(Object.fromEntries(told))}`));
  assert.equal(told.get("error"), undefined);
  const { activated, ...ahead } = told.get("ahead");
  assert.equal(activated, 0);
  assert.deepEqual(ahead, { ahead: true, greeting: "Welcome back, Anna", looked: false });
  const seen = told.get("seen");
  assert.ok(seen.activated > 0, "it is the page that was made ahead");
  assert.deepEqual({ ...seen, activated: 0 }, { ahead: false, activated: 0, greeting: "Welcome back, Anna", atOnce: "Welcome back, Anna", looked: true });
});
