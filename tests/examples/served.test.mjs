// The examples with a server of their own: Next, and an Express backend with the hub.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Server, freePort } from "../../xtask/servers.mjs";
import { launch } from "../browser/harness/chromium.mjs";
import { PROGRAM } from "../browser/harness/servers.mjs";
import { Shopper } from "../browser/harness/shopper.mjs";
import { prepared, shows } from "./example.mjs";
// Tests as well. In this process, because both use the installed examples: one after the other.
import "./origin.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function started(t, what) {
  const server = new Server(what);
  await server.start();
  t.after(() => server.stop());
  return server;
}

test("next, rendered on the server and hydrated clean", async (t) => {
  const home = await prepared("next");
  const port = await freePort();
  const next = path.join(home, "node_modules/next/dist/bin/next");
  const { origin } = await started(t, {
    name: "next", port, health: "/", command: [process.execPath, next, "start", home, "-p", String(port), "-H", "127.0.0.1"],
  });
  const html = await (await fetch(origin)).text();
  assert.match(html, /<h1>Welcome to our shop<\/h1>/, "the default content comes from the server");
  assert.doesNotMatch(html, /Good to see you again<\/h1>/);
  await shows(t, browser, origin);
});

test("login, with an Express backend and the hub", async (t) => {
  const home = await prepared("login");
  const [port, hubPort] = [await freePort(), await freePort()];
  const hub = `http://127.0.0.1:${hubPort}`;
  const { origin } = await started(t, {
    name: "the backend", port, health: "/", command: [process.execPath, path.join(home, "server.mjs"), "--port", String(port), "--hub", hub],
  });
  const data = path.join(home, "hub-data");
  await mkdir(data, { recursive: true });
  await started(t, {
    name: "the hub", port: hubPort, health: "/wellmet/v1/health",
    command: [PROGRAM, "hub", "--data", data, "--jwks", path.join(home, "keys/jwks.json"), "--listen", `127.0.0.1:${hubPort}`, "--origin", origin],
  });

  const shoppers = [];
  t.after(async () => {
    for (const she of shoppers) await she.leave();
  });
  const open = async () => {
    const she = await Shopper.arrive(browser, origin, {});
    shoppers.push(she);
    return [she, await she.open("/")];
  };
  const says = (page, text) => page.waitForFunction((text) => document.body.innerText.replace(/\s+/g, " ").includes(text), text);
  const [phone, onPhone] = await open();
  await onPhone.getByRole("button", { name: "Add a chair to the cart" }).click();
  await says(onPhone, "Cart: 1");
  await onPhone.getByRole("button", { name: "Remember me" }).click();
  await phone.settled(onPhone);
  await onPhone.getByRole("button", { name: "Sign in as Emily" }).click();
  await says(onPhone, "Welcome back, Emily Phan");
  await says(onPhone, "Cart: 1");

  const [desk, onDesk] = await open();
  await onDesk.getByRole("button", { name: "Sign in as Emily" }).click();
  await says(onDesk, "Cart: 1");
  await desk.settled(onDesk);
  await onDesk.getByRole("button", { name: "Sign out" }).click();
  await says(onDesk, "Welcome to our shop");
  await says(onDesk, "Cart: 0");

  for (const { watch } of [phone, desk]) {
    assert.deepEqual(watch.unexpected(), [], "the console is empty");
    assert.deepEqual(watch.moved(), [], "nothing moved");
    assert.deepEqual(watch.foreign, []);
  }
});
