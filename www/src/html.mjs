// HTML by tagged template. Every value is escaped unless it is itself the result of `html`, so a
// product title can hold quotes, tags and ampersands and still be text.

/** Finished markup: the only kind of value that `html` lets through unescaped. */
export class Html {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text made safe for element content and for quoted attributes. */
export function escapeHtml(value) {
  return String(value).replace(/[&<>"']/g, (char) => ENTITIES[char]);
}

function render(value) {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  if (value === null || value === undefined || value === false || value === true) return "";
  return escapeHtml(value);
}

/** `html`<b>${title}</b>`` gives an `Html`; arrays are joined; null and booleans are left out. */
export function html(strings, ...values) {
  let text = strings[0];
  values.forEach((value, index) => {
    text += render(value) + strings[index + 1];
  });
  return new Html(text);
}

/**
 * An object as the content of a `<script type="application/ld+json">` element. `<` is written as
 * an escape, so that no title can close the element or open a comment.
 */
export function jsonScript(value) {
  return new Html(JSON.stringify(value).replace(/</g, "\\u003c"));
}

/** The address if it is relative to this site or http(s), else an empty string. */
export function safeUrl(value) {
  const text = String(value ?? "");
  if (/^\/(?![/\\])/.test(text)) return text;
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? text : "";
  } catch {
    return "";
  }
}
