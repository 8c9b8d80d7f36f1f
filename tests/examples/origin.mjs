// The recipes of docs/identity.md, as they stand there, each in front of a hub: what must pass, passes.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Server, freePort } from "../../xtask/servers.mjs";
import { PROGRAM } from "../browser/harness/servers.mjs";
import { ROOT } from "../package/customer.mjs";
import { prepared } from "./example.mjs";

const run = promisify(execFile);
const HUB = "http://127.0.0.1:7601";

let folder;
let recipes;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-origin-"));
  const text = await readFile(path.join(ROOT, "docs/identity.md"), "utf8");
  recipes = Object.fromEntries(
    [...text.matchAll(/^\*\*([\w .]+)\*\*.*\n(?:.+\n)*\n```\w+\n([\s\S]*?)```/gm)].map(([, name, code]) => [name, code]),
  );
});
after(() => rm(folder, { recursive: true, force: true }));

/** A hub that pages of `origin` may ask, on a port of its own. */
async function hubFor(t, origin) {
  const port = await freePort();
  const hub = new Server({
    name: "the hub", port, health: "/wellmet/v1/health",
    command: [PROGRAM, "hub", "--data", await mkdtemp(path.join(folder, "hub-")), "--listen", `127.0.0.1:${port}`, "--origin", origin, "--trust-forwarded"],
  });
  await hub.start();
  t.after(() => hub.stop());
  return hub.origin;
}

async function started(t, what) {
  const server = new Server({ health: "/wellmet/v1/health", ...what });
  await server.start();
  t.after(() => server.stop());
}

/** Whether a program is there. */
const has = (program, option) => run(program, [option]).then(() => true, (error) => error.code !== "ENOENT");

/** What a page needs of the shop's own origin. */
async function passes(origin) {
  const ask = (method, at, { cookie, from = origin, body, type = "application/json" } = {}) =>
    fetch(`${origin}/wellmet/v1/${at}`, {
      method, body, redirect: "manual", signal: AbortSignal.timeout(20_000),
      headers: { origin: from, "sec-fetch-site": from === origin ? "same-origin" : "cross-site", "content-type": type, ...(cookie && { cookie }) },
    });

  const visit = await ask("POST", "visit", { body: "{}" });
  assert.equal(visit.status, 200, await visit.clone().text());
  const [set] = visit.headers.getSetCookie();
  assert.match(set, /^__Host-wellmet=/);
  for (const part of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]) assert.ok(set.includes(part), `${part} of ${set}`);
  const cookie = set.split(";")[0];
  const { visitor } = await visit.json();
  const again = await (await ask("POST", "visit", { cookie, body: "{}" })).json();
  assert.equal(again.visitor, visitor, "the cookie reaches the hub");

  const foreign = await ask("POST", "visit", { from: "https://evil.example", body: "{}" });
  assert.deepEqual([foreign.status, (await foreign.json()).code], [403, "origin-refused"], "the page's origin reaches the hub");

  const bytes = { cookie, type: "application/octet-stream" };
  const damaged = await ask("POST", "sync", { ...bytes, body: new Uint8Array([0xff, 0xfe, 0]) });
  assert.equal(damaged.status, 400, "so does a body of bytes");
  const { items } = await (await ask("GET", "stock?items=cup", { cookie })).json();
  assert.deepEqual(items.map(({ item }) => item), ["cup"], "and what is asked for in the address");

  const leave = new AbortController();
  const live = await fetch(`${origin}/wellmet/v1/live`, {
    headers: { cookie, accept: "text/event-stream", "sec-fetch-site": "same-origin" },
    signal: AbortSignal.any([leave.signal, AbortSignal.timeout(10_000)]),
  });
  assert.equal(live.status, 200);
  assert.match(live.headers.get("content-type"), /^text\/event-stream/);
  const { value } = await live.body.getReader().read();
  assert.ok(value.length > 0, "the stream is not held back");
  leave.abort();

  const forget = await ask("DELETE", "shopper", { cookie, body: "{}" });
  assert.ok(forget.ok, `${forget.status} ${await forget.text()}`);
  assert.match(forget.headers.getSetCookie().join(), /__Host-wellmet=;/, "and the cookie goes");
}

test("nginx", async (t) => {
  if (!(await has("nginx", "-v"))) return t.skip("nginx is not installed");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const hub = await hubFor(t, origin);
  const home = await mkdtemp(path.join(folder, "nginx-"));
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${home}/${kind};`).join(" ");
  await writeFile(path.join(home, "nginx.conf"), `daemon off; master_process off; pid ${home}/pid; error_log stderr; events {}
http { access_log off; ${kinds} server { listen 127.0.0.1:${port}; ${recipes.nginx.replace(HUB, hub)} } }`);
  await started(t, { name: "nginx", port, command: ["nginx", "-p", home, "-c", `${home}/nginx.conf`, "-e", "stderr"] });
  await passes(origin);
});

test("a Cloudflare Worker", async (t) => {
  const file = path.join(folder, "worker.mjs");
  await writeFile(file, recipes["Cloudflare Worker"]);
  const { default: worker } = await import(pathToFileURL(file));
  let hub;
  // What the platform does around a worker.
  const server = createServer(async (incoming, outgoing) => {
    const headers = new Headers({ ...incoming.headers, "cf-connecting-ip": incoming.socket.remoteAddress });
    const init = { method: incoming.method, headers, duplex: "half" };
    if (!["GET", "HEAD"].includes(incoming.method)) init.body = Readable.toWeb(incoming);
    const answer = await worker.fetch(new Request(`http://${incoming.headers.host}${incoming.url}`, init), { HUB: hub });
    const cookies = answer.headers.getSetCookie();
    const rest = [...answer.headers].filter(([name]) => !["set-cookie", "content-encoding", "content-length", "transfer-encoding", "connection"].includes(name));
    outgoing.writeHead(answer.status, { ...Object.fromEntries(rest), ...(cookies.length && { "set-cookie": cookies }) });
    outgoing.flushHeaders();
    if (!answer.body) return outgoing.end();
    const stream = Readable.fromWeb(answer.body);
    outgoing.on("close", () => stream.destroy());
    stream.on("error", () => outgoing.destroy()).pipe(outgoing);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  const origin = `http://127.0.0.1:${server.address().port}`;
  hub = await hubFor(t, origin);
  await passes(origin);
});

test("Next", async (t) => {
  const home = await prepared("next");
  const app = path.join(home, "behind");
  await cp(path.join(home, "app"), path.join(app, "app"), { recursive: true });
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const hub = await hubFor(t, origin);
  await writeFile(path.join(app, "recipe.mjs"), recipes["Next.js"]);
  await writeFile(path.join(app, "next.config.mjs"), `process.env.HUB = ${JSON.stringify(hub)};
const { default: recipe } = await import("./recipe.mjs");
export default { ...recipe, turbopack: { root: ${JSON.stringify(home)} } };`);
  const next = path.join(home, "node_modules/next/dist/bin/next");
  await started(t, { name: "next", port, command: [process.execPath, next, "dev", app, "-p", String(port), "-H", "127.0.0.1"] });
  await passes(origin);
});

test("Express", async (t) => {
  const home = await prepared("login");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const hub = await hubFor(t, origin);
  const [imports, use] = recipes.Express.replace(HUB, hub).split(/(?<=;\n)/);
  const file = path.join(home, "behind.mjs");
  await writeFile(file, `import express from "express";\n${imports}const app = express();\n${use}app.listen(${port}, "127.0.0.1");\n`);
  await started(t, { name: "express", port, command: [process.execPath, file] });
  await passes(origin);
});

test("PHP", async (t) => {
  const modules = await run("php", ["-m"]).then(({ stdout }) => stdout, () => "");
  if (!/^curl$/m.test(modules)) return t.skip("php with curl is not installed");
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const hub = await hubFor(t, origin);
  const home = path.join(folder, "php");
  await mkdir(home);
  await writeFile(path.join(home, "wellmet.php"), recipes.PHP.replace(HUB, hub));
  // One worker holds the stream. All of them are ended with their group: they would outlive the one that was started.
  const php = spawn("php", ["-S", `127.0.0.1:${port}`, "-t", home, path.join(home, "wellmet.php")], {
    detached: true, stdio: "ignore", env: { ...process.env, PHP_CLI_SERVER_WORKERS: "4" },
  });
  t.after(() => process.kill(-php.pid));
  const up = () => fetch(`${origin}/wellmet/v1/health`).then(({ ok }) => ok, () => false);
  for (let tries = 0; !(await up()); tries++) {
    assert.ok(tries < 200, "php answers");
    await setTimeout(50);
  }
  await passes(origin);
});

test("every recipe of the page is tried here", () => {
  assert.deepEqual(Object.keys(recipes).sort(), ["Cloudflare Worker", "Express", "Next.js", "PHP", "nginx"]);
});
