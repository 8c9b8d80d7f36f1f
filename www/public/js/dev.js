// The developer's bar: the clock, the plug, and why.

import { told } from "./sdk.js";

const bar = document.querySelector("[data-dev]");
const $ = (name) => bar.querySelector(`[data-dev-${name}]`);
const OFFSET = "hpn-dev-offset";
const OPEN = "hpn-dev-open";

let offset = Number(sessionStorage.getItem(OFFSET)) || 0;
if (sessionStorage.getItem(OPEN)) bar.open = true;
bar.addEventListener("toggle", () => (bar.open ? sessionStorage.setItem(OPEN, "1") : sessionStorage.removeItem(OPEN)));
bar.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !bar.open) return;
  bar.open = false;
  bar.querySelector("summary").focus();
});

function move(to) {
  offset = to;
  if (offset) sessionStorage.setItem(OFFSET, String(offset));
  else sessionStorage.removeItem(OFFSET);
  apply();
}

function apply() {
  $("now").textContent = offset
    ? new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" }).format(Date.now() + offset)
    : "";
  window.wellmet("at", offset ? Date.now() + offset : undefined);
}

bar.addEventListener("click", ({ target }) => {
  const { devMove, devAt } = target.dataset;
  if (devMove) move(offset + Number(devMove));
  else if (devAt !== undefined) move(devAt ? new Date(devAt) - Date.now() : 0);
});
if (offset) apply();

$("offline")?.addEventListener("change", ({ target }) =>
  fetch("/dev/offline", { method: "POST", body: new URLSearchParams({ on: target.checked ? "1" : "0" }) }),
);

told("saved", ({ state }) => {
  $("saved").textContent = { hub: "saved at the hub", device: "saved on this device", memory: "in memory only" }[state];
});

function phrase({ text, args }) {
  return text.replace(/\{(\w+)[^{}]*\}/g, (_, name) => args[name] ?? "");
}

told("decided", ({ decisions }) => {
  const list = document.createElement("dl");
  const add = (tag, text) => list.append(Object.assign(document.createElement(tag), { textContent: text }));
  for (const { slot, choice, items, reason } of decisions) {
    add("dt", `${slot}: ${choice || "the shop’s own content"}`);
    add("dd", phrase(reason) || "no sentence for it");
    add("dd", `${reason.code} ${JSON.stringify(reason.args)}`);
    for (const item of items) add("dd", `${item.id} ${item.reason.code} ${JSON.stringify(item.reason.args)}`);
  }
  $("why").replaceChildren(list);
});
