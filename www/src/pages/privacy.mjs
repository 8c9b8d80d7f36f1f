// The choice, what is known, and forgetting.

import { choiceButtons } from "../consent.mjs";
import { html } from "../html.mjs";
import { layout } from "../layout.mjs";

export function privacy(context) {
  const { choice, sdk } = context;
  return layout(
    { ...context, here: "/privacy" },
    {
      title: "Privacy choices",
      style: "text",
      kind: "other",
      main: html`<div class="prose"><h1>What this shop remembers</h1>
<p>Everything that makes this shop personal is decided in your browser. No profile is sent anywhere while you look
  around, and nothing is stored before you say so.</p>
<h2 id="choose">Your choice</h2>
${
  sdk
    ? html`<p>Your cart is kept in any case: you asked for that by filling it. The rest is up to you, and you can change it here at any time.</p>
${choiceButtons({ choice })}
<p class="choice-told" role="status" data-choice-told>${
        choice ? (choice === "all" ? "This browser remembers you." : "This browser keeps your cart and nothing else.") : "You have not chosen yet, so nothing but the cart is kept."
      }</p>`
    : html`<p>wellmet is switched off in this shop at the moment, so there is nothing to choose.</p>`
}
<h2>What is kept, and where</h2>
<dl class="kept">
  <div><dt>Your cart</dt><dd>In this browser. With a sign-in also at the shop, so that your other devices have it.</dd></div>
  <div><dt>What you looked at</dt><dd>In this browser, with your yes. It never leaves it.</dd></div>
  <div><dt>A number without a name</dt><dd>In a cookie, with your yes, so that your next visit is recognised.</dd></div>
  <div><dt>Your orders</dt><dd>At the shop. They come to this browser only while you are signed in.</dd></div>
</dl>
${
  sdk
    ? html`<h2>What is known right now</h2>
<p>Each thing with where it comes from. Correct it, delete it, take it with you, or have all of it forgotten.</p>
<wm-memory correct-href="/account">
  <p>Your browser is being asked…</p>
  <p slot="choice">You choose at the <a href="#choose">top of this page</a>.</p>
</wm-memory>`
    : ""
}</div>`,
    },
  );
}
