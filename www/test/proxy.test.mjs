// The hub behind the shop's own origin.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { shop } from "./shop.mjs";

/** A hub that answers as the test says. */
async function hub(t, answer) {
  const server = http.createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

test("method, path, body, host and cookies arrive; cookies come back one by one", async (t) => {
  let seen;
  const address = await hub(t, async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    seen = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts) };
    response.writeHead(201, [["Set-Cookie", "a=1; HttpOnly"], ["Set-Cookie", "b=2"], ["Content-Type", "application/octet-stream"], ["Keep-Alive", "timeout=9"]].flat());
    response.end(Buffer.from([0, 255, 10]));
  });
  const { origin } = await shop(t, { hub: address });
  const answer = await fetch(`${origin}/wellmet/v1/sync?x=1`, {
    method: "POST",
    body: new Uint8Array([1, 2, 250]),
    headers: { "content-type": "application/octet-stream", cookie: "wm=abc", "wellmet-as": "visitor", origin, "x-forwarded-for": "203.0.113.9" },
  });
  assert.equal(answer.status, 201);
  assert.deepEqual(answer.headers.getSetCookie(), ["a=1; HttpOnly", "b=2"]);
  assert.notEqual(answer.headers.get("keep-alive"), "timeout=9", "a header of the other connection");
  assert.deepEqual([...new Uint8Array(await answer.arrayBuffer())], [0, 255, 10]);
  assert.equal(seen.method, "POST");
  assert.equal(seen.url, "/wellmet/v1/sync?x=1");
  assert.deepEqual([...seen.body], [1, 2, 250]);
  assert.equal(seen.headers.host, new URL(origin).host, "the hub compares it with Origin");
  assert.equal(seen.headers.cookie, "wm=abc");
  assert.equal(seen.headers["wellmet-as"], "visitor");
  assert.equal(seen.headers["x-forwarded-for"], "127.0.0.1", "what the caller claimed is not passed on");
});

test("events arrive while the stream is open, and the hub learns when she leaves", async (t) => {
  let write;
  let left;
  const gone = new Promise((resolve) => (left = resolve));
  const address = await hub(t, (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    write = (text) => response.write(text);
    response.on("close", left);
    response.flushHeaders();
  });
  const { origin } = await shop(t, { hub: address });
  const leave = new AbortController();
  const answer = await fetch(`${origin}/wellmet/v1/live`, { signal: leave.signal });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  const reader = answer.body.getReader();
  write("data: one\n\n");
  assert.equal(Buffer.from((await reader.read()).value).toString(), "data: one\n\n");
  write("data: two\n\n");
  assert.equal(Buffer.from((await reader.read()).value).toString(), "data: two\n\n");
  leave.abort();
  await gone;
});

test("a hub that is away is an answer the page understands", async (t) => {
  const { get } = await shop(t, { hub: "http://127.0.0.1:9" });
  const answer = await get("/wellmet/v1/record");
  assert.equal(answer.status, 502);
  assert.equal((await answer.json()).code, "hub-unreachable");
  assert.equal((await get("/")).status, 200, "the shop goes on");
});

test("a browser with its plug pulled gets no answer at all", async (t) => {
  const address = await hub(t, (request, response) => response.end("here"));
  const { get, post } = await shop(t, { hub: address });
  const cookie = (await post("/dev/offline", { on: "1" })).headers.get("set-cookie").split(";")[0];
  await assert.rejects(get("/wellmet/v1/health", { cookie }));
  assert.equal(await (await get("/wellmet/v1/health")).text(), "here");
  assert.equal((await get("/", { cookie })).status, 200);
});

test("without a hub there is no such address", async (t) => {
  const { get } = await shop(t);
  assert.equal((await get("/wellmet/v1/health")).status, 404);
});
