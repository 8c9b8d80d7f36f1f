// What a POST brings, and whether it comes from this shop's own pages.

const LARGEST = 16_384;

/** A request that is refused, with the status to answer. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Throws for a request that another site made the browser send. Browsers put `Origin` on every POST;
 * callers that are no browsers have no cookies but their own.
 */
export function refuseForeign(request) {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const own = origin === undefined ? site === undefined || site === "same-origin" || site === "none" : hostOf(origin) === host;
  if (!own) throw new Refused(403, "This request does not come from the shop's own pages.");
}

function hostOf(origin) {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

/** The fields of a form or of a JSON object, as strings by name. */
export async function readFields(request) {
  const type = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST) throw new Refused(413, "The request is too large.");
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  if (type === "application/x-www-form-urlencoded" || (type === "" && text === "")) {
    return new Map(new URLSearchParams(text));
  }
  if (type !== "application/json") throw new Refused(415, "Send a form or JSON.");
  try {
    const value = JSON.parse(text);
    return new Map(Object.entries(value ?? {}).filter(([, field]) => typeof field === "string"));
  } catch {
    throw new Refused(400, "This is not JSON.");
  }
}
