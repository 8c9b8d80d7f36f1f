// Pages for what went wrong.

import { html } from "../html.mjs";
import { layout } from "../layout.mjs";

const WORDS = {
  404: ["Not on any shelf", "There is nothing at this address. The search above knows everything we have."],
  405: ["That does not work here", "This address cannot be used in that way."],
  500: ["Something fell over", "It is our fault, not yours. Please try again."],
};

export function problem(context, status) {
  const [title, words] = WORDS[status] ?? WORDS[500];
  return layout(context, {
    title,
    style: "text",
    kind: "other",
    main: html`<div class="problem"><img src="/img/supplies.svg" alt="" width="200" height="200"><div><h1>${title}</h1><p>${words}</p>
<p><a class="button" href="/">Back to the window</a></p></div></div>`,
  });
}
