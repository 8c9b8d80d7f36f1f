// A shop's backend in Express: pages, a session, a token for the customer who is signed in, and the hub behind the same origin.

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { openMint } from "./token.mjs";

const { port, hub } = parseArgs({
  options: { port: { type: "string", default: "8080" }, hub: { type: "string", default: "http://127.0.0.1:7601" } },
}).values;

/** Who may sign in. A real shop asks its own database, and for a password. */
const customers = { emily: { id: "EP-13915", name: "Emily Phan" } };
const sessions = new Map();

const mint = await openMint(new URL("keys/", import.meta.url));
const sessionOf = (request) => /(?:^|; )shop-session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

express()
  .disable("x-powered-by")
  .post("/session", express.json(), (request, response) => {
    const customer = customers[request.body?.user];
    if (!customer) return response.sendStatus(401);
    const id = randomUUID();
    sessions.set(id, customer);
    response.cookie("shop-session", id, { httpOnly: true, sameSite: "lax" }).sendStatus(204);
  })
  .delete("/session", (request, response) => {
    sessions.delete(sessionOf(request));
    response.clearCookie("shop-session").sendStatus(204);
  })
  .get("/token", async (request, response) => {
    const customer = sessions.get(sessionOf(request));
    response.set("cache-control", "no-store");
    if (!customer) return response.sendStatus(204);
    response.json({ token: await mint(customer) });
  })
  // First-party, so that the hub's cookies are the shop's own.
  .use(createProxyMiddleware({ target: hub, pathFilter: "/wellmet/v1", xfwd: true }))
  .use("/sdk", express.static(folder("node_modules/wellmet")))
  .use(express.static(folder("public")))
  .listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
