// The hub on the shop's own origin. Requests below /wellmet/ are streamed to the hub and its
// answers streamed back: Set-Cookie stays first-party, and server-sent events arrive as they are sent.

import http from "node:http";

/** Headers that belong to one connection and must not travel on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function forwarded(rawHeaders, connection = "") {
  const named = new Set(connection.toLowerCase().split(",").map((name) => name.trim()));
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    if (HOP_BY_HOP.has(name) || named.has(name)) continue;
    // Set-Cookie must stay a list: joined by commas it would be one broken cookie.
    if (name in headers) headers[name] = [].concat(headers[name], rawHeaders[i + 1]);
    else headers[name] = rawHeaders[i + 1];
  }
  return headers;
}

/**
 * @param {string} hub address of the hub, such as `http://127.0.0.1:7601`
 * @returns {(request: http.IncomingMessage, response: http.ServerResponse) => void}
 */
export function openProxy(hub) {
  const target = new URL(hub);
  const agent = new http.Agent({ keepAlive: true });
  return (request, response) => {
    const headers = forwarded(request.rawHeaders, request.headers.connection);
    headers["x-forwarded-for"] = request.socket.remoteAddress;
    headers["x-forwarded-proto"] = "http";
    headers["x-forwarded-host"] = request.headers.host;
    if (request.headers["transfer-encoding"]) headers["transfer-encoding"] = "chunked";
    const upstream = http.request(
      { host: target.hostname, port: target.port, method: request.method, path: request.url, headers, agent },
      (answer) => {
        response.writeHead(answer.statusCode, forwarded(answer.rawHeaders, answer.headers.connection));
        // The browser must see an event stream's headers before its first event.
        response.flushHeaders();
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      },
    );
    upstream.on("error", () => {
      if (response.headersSent || response.destroyed) return response.destroy();
      response.writeHead(502, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify({ code: "hub-unreachable", message: "The hub did not answer." }));
    });
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  };
}
