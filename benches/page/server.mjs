// The benchmark's shop: one page in several ways, the scripts of each, and stub endpoints for the services behind them.
// Every answer but the page itself is late by the same delay, compressed at the same level, and cached for as long as the
// kind of file is anywhere.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

export const DEFAULT = "Good things for your desk";
export const PERSONAL = "Welcome back, gold member";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
h1{min-height:3.2em;margin:0}ul{display:grid;grid-template-columns:repeat(3,1fr);gap:1rem;padding:0;list-style:none}
li{min-height:8rem;background:#eee;padding:1rem}`;

const LIST = Array.from({ length: 12 }, (_, n) => `<li><b>Article ${n + 1}</b><p>Of good use on every desk.</p></li>`).join("");

const page = (head, headline, body = "") => `<!doctype html><html lang="en" data-wm-page="home"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Bench</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
${head}</head><body><header>A shop</header>${headline}<p>Free delivery over 50.</p><ul>${LIST}</ul>${body}</body></html>`;

const plain = `<h1 id="headline">${DEFAULT}</h1>`;

/** The page of each contestant, with what its own documentation tells a shop to paste. */
function pages({ stub }) {
  const growthbook = (more) =>
    page(
      `<script>window.growthbook_config={apiHost:location.origin,clientKey:"sdk-bench",attributes:{id:"u1",tier:"gold"},noStreaming:true}</script>
<script async src="/gb/auto.min.js" data-no-streaming="true" data-tracking="none" ${more}></script>`,
      plain,
    );
  const wellmet = (more = "") =>
    page(
      `${more}<script>${stub}</script>
<script>wellmet("start",{consent:{personalization:true},attributes:{tier:"gold"}})</script>
<script type="module" async src="/wellmet/wellmet.js" data-book="/book/" data-start="manual"></script>`,
      `<h1 id="headline" data-wm-slot="headline">${DEFAULT}<template data-wm-when="gold">${PERSONAL}</template></h1>`,
    );
  const preload = ["/wellmet/wellmet_bg.wasm", "/book/book.wmb"].map((file) => `<link rel="preload" as="fetch" crossorigin href="${file}">`);
  return {
    wellmet: wellmet(),
    "wellmet, preloaded": wellmet(preload.join("")),
    growthbook: growthbook(""),
    "growthbook, anti-flicker": growthbook('data-anti-flicker="true"'),
    posthog: page(
      `<script>window.posthog=[];posthog.__SV=1;posthog._i=[["phc_bench",{api_host:location.origin,autocapture:false,capture_pageview:false,
capture_pageleave:false,disable_session_recording:true,disable_surveys:true,person_profiles:"never",loaded:function(p){p.onFeatureFlags(function(){
if(p.getFeatureFlag("headline")==="gold")document.getElementById("headline").textContent=${JSON.stringify(PERSONAL)}})}},"posthog"]]</script>
<script async src="/ph/array.js"></script>`,
      plain,
    ),
  };
}

const FEATURES = {
  status: 200,
  features: {},
  experiments: [
    {
      key: "headline",
      status: "running",
      changeId: "c1",
      hashAttribute: "id",
      hashVersion: 2,
      manual: false,
      coverage: 1,
      weights: [0, 1],
      condition: { tier: "gold" },
      urlPatterns: [{ type: "simple", include: true, pattern: "*" }],
      variations: [{}, { domMutations: [{ selector: "#headline", action: "set", attribute: "html", value: PERSONAL }] }],
      meta: [{ key: "0" }, { key: "1" }],
      phase: "0",
    },
  ],
  dateUpdated: "2026-01-01T00:00:00.000Z",
};

const FLAGS = {
  config: { enable_collect_everything: false },
  featureFlags: { headline: "gold" },
  featureFlagPayloads: {},
  flags: { headline: { key: "headline", enabled: true, variant: "gold", reason: { code: "condition_match", condition_index: 0 }, metadata: { id: 1, version: 1 } } },
  errorsWhileComputingFlags: false,
  toolbarParams: {},
  isAuthenticated: false,
  supportedCompression: ["gzip"],
  sessionRecording: false,
  surveys: false,
  heatmaps: false,
};
const REMOTE = { supportedCompression: ["gzip"], hasFeatureFlags: true, captureDeadClicks: false, capturePerformance: false, autocapture_opt_out: true, autocaptureExceptions: false, analytics: { endpoint: "/i/v0/e/" }, elementsChainAsString: true, sessionRecording: false, heatmaps: false, surveys: false, defaultIdentifiedOnly: true, siteApps: [] };

/**
 * Starts the server on a free port.
 *
 * @param {{ dist: string, book: string, modules: string, delay: number }} options `delay` in ms for every file and answer
 */
export async function start({ dist, book, modules, delay }) {
  const html = pages({ stub: (await readFile(path.join(dist, "stub.js"), "utf8")).trim() });
  const folders = {
    "/wellmet/": dist,
    "/book/": book,
    "/gb/": path.join(modules, "@growthbook/growthbook/dist/bundles"),
    "/ph/": path.join(modules, "posthog-js/dist"),
    "/static/": path.join(modules, "posthog-js/dist"),
  };
  const packed = new Map();
  const pack = (bytes, key) => {
    if (!packed.has(key)) packed.set(key, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    return packed.get(key);
  };
  const missing = new Set();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://x");
    request.resume();
    const send = (type, text, cache) => {
      response.writeHead(200, { "content-type": type, "cache-control": cache, "content-encoding": "br", "access-control-allow-origin": "*" });
      response.end(pack(Buffer.from(text), type + text));
    };
    const contestant = searchParams.get("as");
    if (pathname === "/" && html[contestant]) return send("text/html; charset=utf-8", html[contestant], "no-cache");
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (pathname === "/style.css") return send("text/css", STYLE, "public, max-age=3600");
    if (pathname.startsWith("/api/features/")) return send("application/json", JSON.stringify(FEATURES), "no-cache");
    if (pathname === "/flags/") return send("application/json", JSON.stringify(FLAGS), "no-store");
    if (/^\/array\/[^/]+\/config\.js$/.test(pathname)) {
      const text = `(window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{})["phc_bench"]={config:${JSON.stringify(REMOTE)},siteApps:[]}`;
      return send("text/javascript", text, "public, max-age=300");
    }
    if (/^\/array\/[^/]+\/config$/.test(pathname)) return send("application/json", JSON.stringify(REMOTE), "public, max-age=300");
    if (/^\/(e|i|s)\//.test(pathname)) return send("application/json", '{"status":1}', "no-store");
    const prefix = Object.keys(folders).find((one) => pathname.startsWith(one));
    try {
      const rest = pathname.slice(prefix.length).replace(/^[\d.]+\//, "");
      const bytes = await readFile(path.join(folders[prefix], rest));
      response.writeHead(200, {
        "content-type": TYPES[path.extname(rest)] ?? "application/octet-stream",
        // The book's core is asked for anew, everything else is named by its version.
        "cache-control": rest === "book.wmb" ? "no-cache" : "public, max-age=3600",
        etag: `"${bytes.length}"`,
        "content-encoding": "br",
      });
      response.end(pack(bytes, pathname));
    } catch {
      missing.add(pathname);
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    contestants: Object.keys(html),
    /** Asked for and not there: a contestant that misses a file is not measured fairly. */
    missing,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
