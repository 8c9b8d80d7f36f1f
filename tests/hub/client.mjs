// The hub through a client whose paths, bodies and answers are typed by docs/openapi.json. `types.mjs` makes api.d.ts of it,
// the `types` step of `cargo xtask test` checks these files against it.
// @ts-check

import createClient from "openapi-fetch";

/**
 * Keeps cookies as a browser would, and says where it comes from.
 *
 * @param {string} hub origin of the hub
 * @param {string} origin the shop's
 */
export function browser(hub, origin) {
  /** @type {Map<string, string>} */
  const cookies = new Map();
  /** @type {import("openapi-fetch").Client<import("./api.js").paths>} */
  const client = createClient({ baseUrl: `${hub}/wellmet` });
  client.use({
    onRequest({ request }) {
      request.headers.set("origin", origin);
      if (cookies.size) request.headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
      return request;
    },
    onResponse({ response }) {
      for (const line of response.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
        if (value) cookies.set(name, value);
        else cookies.delete(name);
      }
    },
  });
  return client;
}

/**
 * A system of the shop's own.
 *
 * @param {string} hub origin of the hub
 * @param {string} secret shared with it
 * @returns {import("openapi-fetch").Client<import("./api.js").paths>}
 */
export const system = (hub, secret) => createClient({ baseUrl: `${hub}/wellmet`, headers: { authorization: `Bearer ${secret}` } });
