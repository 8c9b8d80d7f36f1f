// Which address gives which answer. Everything that outlives a request is opened in `openShop`.

import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { Catalogue } from "./catalogue.mjs";
import { CHOICES, choiceOf, dropChoice, keepChoice } from "./consent.mjs";
import { readCustomers } from "./customers.mjs";
import { MADE } from "./made.mjs";
import { Refused, readFields, refuseForeign } from "./forms.mjs";
import { account } from "./pages/account.mjs";
import { cart } from "./pages/cart.mjs";
import { elements } from "./pages/elements.mjs";
import { home } from "./pages/home.mjs";
import { list, search } from "./pages/list.mjs";
import { madeToOrder } from "./pages/made-to-order.mjs";
import { privacy } from "./pages/privacy.mjs";
import { problem } from "./pages/problem.mjs";
import { product } from "./pages/product.mjs";
import { openProxy } from "./proxy.mjs";
import { openSdk } from "./sdk.mjs";
import { freshNonce, pageHeaders } from "./security.mjs";
import { cookies, openSessions } from "./session.mjs";
import { encodingFor, openFolder, pack } from "./static.mjs";
import { openMint } from "./token.mjs";

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));
/** Pages are packed for one answer only, so quick beats small. */
const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };
const DEV_COOKIE = "hpn_dev";
const OFFLINE_COOKIE = "hpn_offline";

/** Chunks carry their hash in their name; the core keeps its name and changes with each build. */
const bookCaching = (file) =>
  /^c-[0-9a-f]{16}\.wmb$/.test(file) ? "public, max-age=31536000, immutable" : "public, max-age=60, must-revalidate";

/** The folder of the shop's font, or null when the package is not installed: the system's face will do. */
function fontFolder() {
  try {
    const require = createRequire(import.meta.url);
    return path.join(path.dirname(require.resolve("@fontsource-variable/bricolage-grotesque/package.json")), "files");
  } catch {
    return null;
  }
}

/**
 * Opens the shop and gives its HTTP server, not listening yet.
 *
 * @param {object} options
 * @param {string} options.products file of products, one JSON object a line
 * @param {string} options.data directory for the signing key and the session secret
 * @param {string} [options.customers] file of sample customers
 * @param {string} [options.book] directory of the book
 * @param {string} [options.sdk] directory of the built wellmet package
 * @param {string} [options.hub] address of the hub
 * @param {string} [options.jwks] where the public keys go
 * @param {string} [options.audience] audience of the tokens
 * @param {boolean} [options.demo] whether every page has the developer's bar
 */
export async function openShop(options) {
  const catalogue = await Catalogue.open(options.products);
  const customers = options.customers ? await readCustomers(options.customers) : [];
  const [mint, sessions] = await Promise.all([openMint({ ...options, dir: options.data }), openSessions(options.data)]);
  const sdk = openSdk(options.sdk);
  const assets = openFolder(PUBLIC, () => "public, no-cache");
  const fonts = fontFolder();
  const fontFiles = fonts && openFolder(fonts, () => "public, max-age=31536000, immutable");
  const bookFiles = options.book && openFolder(options.book, bookCaching);
  const sdkFiles = options.sdk && openFolder(options.sdk, () => "public, no-cache");
  const proxy = options.hub && openProxy(options.hub);

  /** What the pages may know of a request. */
  async function contextOf(request, url) {
    const id = sessions.read(request);
    const jar = cookies(request);
    const dev = url.searchParams.get("dev");
    return {
      catalogue,
      customers,
      customer: customers.find((one) => one.id === id) ?? null,
      choice: choiceOf(request),
      sdk: await sdk(),
      hub: Boolean(proxy),
      font: Boolean(fonts),
      dev: options.demo || (dev === null ? jar.get(DEV_COOKIE) === "1" : dev !== "0"),
      offline: jar.get(OFFLINE_COOKIE) === "1",
      nonce: freshNonce(),
      origin: `http://${request.headers.host ?? "localhost"}`,
      here: url.pathname,
      query: "",
    };
  }

  async function send(request, response, status, page, nonce, more = {}) {
    const encoding = encodingFor(request.headers["accept-encoding"]);
    const body = await pack(Buffer.from(String(page)), encoding, QUICK);
    response.writeHead(status, {
      ...pageHeaders(nonce),
      ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
      vary: "accept-encoding, cookie",
      "content-length": body.length,
      ...more,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  function sendJson(response, status, value, more = {}) {
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...more });
    response.end(JSON.stringify(value));
  }

  /** Back to where she was, as a page of this site. */
  function back(request, response, fallback, more) {
    let location = fallback;
    try {
      const from = new URL(request.headers.referer ?? "");
      if (from.host === request.headers.host) location = from.pathname + from.search;
    } catch {
      // No referrer, or none that can be read.
    }
    response.writeHead(303, { location, "cache-control": "no-store", ...more }).end();
  }

  const asksForJson = (request) => (request.headers.accept ?? "").includes("application/json");

  const posts = {
    /** Signs in as a sample customer. Scripts get the token at once, forms are sent on. */
    async "/login"(request, response, fields) {
      const customer = customers.find((one) => one.id === fields.get("customer"));
      if (!customer) throw new Refused(422, "There is no such sample customer.");
      const cookie = { "set-cookie": sessions.write(customer.id) };
      if (!asksForJson(request)) return response.writeHead(303, { location: "/account", ...cookie }).end();
      sendJson(response, 200, { token: await mint.mint(customer), name: customer.name }, cookie);
    },
    /** A token for whom the shop's own session names: pages that find wellmet signed out ask for it. */
    async "/token"(request, response) {
      const customer = customers.find((one) => one.id === sessions.read(request));
      if (!customer) throw new Refused(401, "Nobody is signed in.");
      sendJson(response, 200, { token: await mint.mint(customer), name: customer.name });
    },
    async "/logout"(request, response) {
      const cookie = { "set-cookie": sessions.clear() };
      if (asksForJson(request)) return sendJson(response, 200, {}, cookie);
      response.writeHead(303, { location: "/", ...cookie }).end();
    },
    /** The shop's own part of forgetting: the sign-in and the choice. */
    async "/forget"(request, response) {
      sendJson(response, 200, {}, { "set-cookie": [sessions.clear(), dropChoice()] });
    },
    async "/consent"(request, response, fields) {
      const choice = fields.get("choice");
      if (!Object.hasOwn(CHOICES, choice ?? "")) throw new Refused(422, "There is no such choice.");
      const cookie = { "set-cookie": keepChoice(choice) };
      if (asksForJson(request)) return sendJson(response, 200, { choice }, cookie);
      back(request, response, "/privacy", cookie);
    },
    /** For the developer's bar: this browser's requests to the hub fail until it is switched back. */
    async "/dev/offline"(request, response, fields) {
      const on = fields.get("on") === "1";
      const cookie = `${OFFLINE_COOKIE}=${on ? 1 : 0}; Path=/; SameSite=Lax; Max-Age=${on ? 86_400 : 0}`;
      sendJson(response, 200, { offline: on }, { "set-cookie": cookie });
    },
  };

  async function get(request, response, url) {
    const { pathname, searchParams } = url;
    const file = decodeURIComponent(pathname).slice(1);
    const folder = file.slice(0, file.indexOf("/") + 1);
    if (folder === "book/" && bookFiles && (await bookFiles(request, response, file.slice(5)))) return;
    if (folder === "sdk/" && sdkFiles && (await sdkFiles(request, response, file.slice(4)))) return;
    if (file === "font/bricolage.woff2" && fontFiles) {
      if (await fontFiles(request, response, "bricolage-grotesque-latin-wght-normal.woff2")) return;
    }
    if (/^(css|img|js)\/$/.test(folder) && (await assets(request, response, file))) return;

    const context = await contextOf(request, url);
    const { nonce } = context;
    const dev = searchParams.get("dev");
    const more = dev === null ? {} : { "set-cookie": `${DEV_COOKIE}=${dev === "0" ? 0 : 1}; Path=/; SameSite=Lax` };
    const ok = (page) => send(request, response, 200, page, nonce, more);

    if (pathname === "/") return ok(home(context));
    if (pathname === "/cart") return ok(cart(context));
    if (pathname === "/account") return ok(account(context));
    if (pathname === "/privacy") return ok(privacy(context));
    if (pathname === "/elements") return ok(elements({ ...context, now: Date.now() }));
    const made = MADE.find(({ path }) => path === pathname);
    if (made) return ok(madeToOrder(context, made));
    if (pathname === "/search") return ok(search(context, searchParams));
    if (pathname.startsWith("/c/")) {
      const shelf = catalogue.shelves.get(file.slice(2));
      if (shelf) return ok(list(context, shelf, searchParams));
    }
    if (pathname.startsWith("/p/")) {
      const item = catalogue.byId.get(file.slice(2));
      if (item) return ok(product(context, item));
    }
    return send(request, response, 404, problem(context, 404), nonce);
  }

  async function answer(request, response) {
    let url;
    try {
      url = new URL(request.url, "http://shop.invalid");
      decodeURIComponent(url.pathname);
    } catch {
      throw new Refused(400, "This address cannot be read.");
    }
    if (url.pathname.startsWith("/wellmet/") && proxy) {
      // Pulling the plug is a broken connection, not an answer: that is what a real one looks like.
      if (cookies(request).get(OFFLINE_COOKIE) === "1") return request.socket.destroy();
      return proxy(request, response);
    }
    if (request.method === "GET" || request.method === "HEAD") return get(request, response, url);
    if (request.method === "POST" && Object.hasOwn(posts, url.pathname)) {
      refuseForeign(request);
      return posts[url.pathname](request, response, await readFields(request));
    }
    response.setHeader("allow", Object.hasOwn(posts, url.pathname) ? "POST" : "GET, HEAD");
    throw new Refused(405, "This address cannot be used in that way.");
  }

  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => {
      const status = error instanceof Refused ? error.status : 500;
      if (status === 500) console.error(`${request.method} ${request.url}:`, error);
      if (response.headersSent) return response.destroy();
      sendJson(response, status, { code: `shop-${status}`, message: status === 500 ? "Something fell over." : error.message });
    });
  });
  return { server, catalogue, customers, jwks: mint.jwks };
}
