// Starts the real server on a free port, with a small fixture and a folder of its own.

import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openShop } from "../src/app.mjs";

export const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** A shop that closes itself when the test ends: `{ origin, get, post, data, … }`. */
export async function shop(t, options = {}) {
  const data = await mkdtemp(path.join(os.tmpdir(), "half-past-nine-"));
  const opened = await openShop({ products: fixture("products.jsonl"), customers: fixture("customers.json"), data, ...options });
  await new Promise((resolve) => opened.server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${opened.server.address().port}`;
  t.after(async () => {
    opened.server.close();
    opened.server.closeAllConnections();
    await rm(data, { recursive: true, force: true });
  });
  const ask = (address, init) => fetch(origin + address, { redirect: "manual", ...init });
  return {
    ...opened,
    data,
    origin,
    get: (address, headers = {}) => ask(address, { headers }),
    /** A form as the shop's own page sends it. */
    post: (address, fields, headers = {}) =>
      ask(address, { method: "POST", body: new URLSearchParams(fields), headers: { origin, ...headers } }),
  };
}

/** A request with its path sent as it is: `fetch` would tidy `..` away. */
export function raw(origin, requestPath, { method = "GET", headers = {} } = {}) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path: requestPath, method, headers, agent: false }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end();
  });
}
