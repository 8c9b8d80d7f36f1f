// The shop's own script: what the shop has to tell wellmet (the choice, who is signed in), and what it
// shows of what wellmet tells (is the cart saved?). Slots, cart and configurator need no code here.

import { agree, signIn, signOut } from "./identity.js";
import { told } from "./sdk.js";

const PURPOSES = ["personalization", "analytics"];

/** The shop keeps the choice in a cookie of its own and says it on every page. */
function sayChoice(lanes) {
  const granted = lanes.split(" ");
  window.wellmet("consent", Object.fromEntries(PURPOSES.map((purpose) => [purpose, granted.includes(purpose)])));
}

if (document.body.dataset.choice) sayChoice(document.body.dataset.choice);

/** Sends a form the way the page asks for JSON; resolves to the answer, or null when there was none. */
async function post(action, fields) {
  try {
    const answer = await fetch(action, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

const CHOSEN = {
  all: "This browser remembers you.",
  cart: "This browser keeps your cart and nothing else.",
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.matches("[data-choose]")) {
    event.preventDefault();
    await choose(button);
  } else if (form.matches("[data-login]")) {
    event.preventDefault();
    for (const one of form.querySelectorAll("button")) one.disabled = true;
    const customer = button?.name === "customer" ? button.value : new FormData(form).get("customer");
    const answer = await post("/login", { customer });
    if (answer) await signIn(answer.token);
    location.assign("/account");
  } else if (form.matches("[data-logout]")) {
    event.preventDefault();
    // Before wellmet says that nobody is signed in, or the shop would sign her in again.
    delete document.body.dataset.customer;
    await Promise.all([post("/logout", {}), signOut()]);
    location.assign("/");
  }
});

// wellmet hears the buttons of a choice as well, and a click that it has heard is not sent as a form.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-wm-action]");
  if (!button) return;
  const { wmAction: action } = button.dataset;
  if (action === "consent" && button.form?.matches("[data-choose]")) {
    event.preventDefault();
    void choose(button);
  } else if (action === "not-you" || action === "logout") void leave("/logout");
  else if (action === "forget") void leave("/forget");
});

// The memory asks twice by itself; the shop forgets what it keeps as well.
document.addEventListener("wm-forget", () => void leave("/forget"));

async function choose(button) {
  sayChoice(button.dataset.wmLanes);
  document.body.dataset.choice = button.dataset.wmLanes;
  document.querySelector("[data-consent-bar]")?.remove();
  for (const one of document.querySelectorAll("[data-choose] [aria-pressed]")) {
    one.setAttribute("aria-pressed", String(one.value === button.value));
  }
  for (const text of document.querySelectorAll("[data-choice-told]")) text.textContent = CHOSEN[button.value];
  await post("/consent", { choice: button.value });
}

/** The shop's own sign-in ends with wellmet's; what is on the screen is wellmet's affair. */
async function leave(action) {
  delete document.body.dataset.customer;
  if (action === "/forget") delete document.body.dataset.choice;
  for (const label of document.querySelectorAll("[data-account-label]")) label.textContent = "Sign in";
  await post(action, {});
}

agree(post);

const SAVED = {
  hub: "Saved",
  device: "Saved on this device",
  memory: "Kept until you leave",
};

told("saved", ({ state }) => {
  for (const place of document.querySelectorAll("[data-saved]")) {
    place.dataset.state = state;
    place.querySelector("[data-saved-text]").textContent = SAVED[state];
  }
});

// A word on the button itself, where she is looking.
let added = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest('[data-wm-action="add"]');
  if (button) added = { label: button.querySelector("[data-label]"), words: "" };
});

told("cart", () => {
  if (!added?.label) return;
  const { label } = added;
  added = null;
  const words = label.dataset.words ?? label.textContent;
  label.dataset.words = words;
  label.textContent = "It’s in your cart";
  setTimeout(() => (label.textContent = words), 2000);
});

// The cart page waits for wellmet, but not for ever.
const waiting = document.querySelector("[data-cart-wait]");
if (waiting) {
  const giveUp = () => {
    if (waiting.isConnected) waiting.textContent = "The cart could not be loaded in this browser. The rest of the shop works without it.";
  };
  setTimeout(giveUp, 8000);
  told("error", ({ code }) => /^WM-(LOAD|CSP|STOP)-/.test(code) && giveUp());
}

document.addEventListener("click", (event) => {
  const order = event.target.closest("[data-order]");
  if (!order) return;
  order.closest(".total").querySelector("[data-order-told]").textContent =
    "This is where the shop’s own checkout would begin. Your cart stays as it is.";
});

