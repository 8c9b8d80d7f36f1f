// The page for a clerk: signs in, opens a customer's code, shows and edits what she let her see, gives it back.
// Everything is set as text; nothing is kept in the browser's storage.

const $ = (id) => document.getElementById(id);
const base = new URL("clerk/", location.href).pathname;
let sight;

/** An element with text or children. */
function el(name, props = {}, ...children) {
  const { for: of, ...rest } = props;
  const node = Object.assign(document.createElement(name), rest);
  if (of) node.htmlFor = of;
  node.append(...children);
  return node;
}

function say(text, wrong = false) {
  $("said").textContent = text;
  $("said").classList.toggle("wrong", wrong);
}

async function ask(path, body) {
  const json = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(base + path, body ? json : {});
  } catch {
    throw new Error("The hub cannot be reached. Nothing was changed.");
  }
  const text = await answer.text();
  const told = text ? JSON.parse(text) : {};
  if (answer.ok) return told;
  const error = new Error([told.message, told.fix].filter(Boolean).join(" ") || `The hub answered ${answer.status}.`);
  throw Object.assign(error, { code: told.code });
}

/** Runs one step; whatever goes wrong is said, and what has to be shown again is. */
async function step(work, done) {
  say("");
  document.body.setAttribute("aria-busy", "true");
  try {
    await work();
    if (done) say(done);
  } catch (error) {
    const closed = { "no-clerk": "door", "no-grant": "ask" }[error.code];
    if (closed) show(closed);
    // A token of the back office is good once and for minutes; without one the door stays open.
    else if ($("ask").hidden && $("sight").hidden) show("door");
    if (error.code === "stale") await load(sight.grant.id).catch(() => {});
    say(error.code === "stale" ? "She has changed something meanwhile. Please look, then try again." : error.message, true);
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

function show(part) {
  for (const id of ["door", "ask", "sight"]) $(id).hidden = id !== part;
  $("leave").hidden = part === "door";
  const first = { door: "token", ask: "code", sight: "name" }[part];
  $(first).focus();
}

/** What a line's key says: the article, then its options. */
function named(line) {
  const [item, options = ""] = line.split("?");
  const plain = (text) => decodeURIComponent(text.replaceAll("%%", "%25"));
  const words = options.split("&").filter(Boolean).map((pair) => pair.split("=").map(plain).join(": "));
  return [plain(item), words.join(", ")];
}

function cartLine({ line, quantity, fields }, may) {
  const [item, options] = named(line);
  const title = fields.title || item;
  const change = (to, word) => edit([to > 0 ? { do: "setQuantity", line, quantity: to } : { do: "remove", line }], word);
  const button = (sign, label, to, word) =>
    el("button", { type: "button", className: "quiet", textContent: sign, ariaLabel: `${label}: ${title}`, onclick: () => change(to, word) });
  const count = el("span", { className: "count" });
  if (may) count.append(button("−", quantity > 1 ? "One less" : "Remove", quantity - 1, quantity > 1 ? "One less." : "Removed."));
  count.append(el("output", { textContent: quantity, ariaLabel: `${quantity} pieces` }));
  if (may) count.append(button("+", "One more", quantity + 1, "One more."));
  const notes = [options, ...Object.entries(fields).filter(([name]) => name !== "title").map(([name, value]) => `${name}: ${value}`)];
  const text = el("span", {}, el("b", { textContent: title, dir: "auto" }), el("small", { className: "muted", textContent: notes.filter(Boolean).join(" · ") }));
  return el("li", {}, text, count);
}

function configuration([id, registers], may) {
  const set = el("fieldset", { disabled: !may }, el("legend", { textContent: id }));
  for (const [register, value] of Object.entries(typeof registers === "object" ? registers : { "": registers })) {
    const field = `c-${id}-${register}`;
    const input = el("input", { id: field, value: String(value), autocomplete: "off", maxLength: 1024 });
    input.onchange = () => edit([{ do: "configure", configuration: id, register, value: input.value }], "Changed.");
    set.append(el("label", { for: field, textContent: register || "Value" }), input);
  }
  return set;
}

const moment = (at) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(at);

function question(entry) {
  const about = [moment(entry.at), entry.channel, entry.item, entry.order].filter(Boolean).join(" · ");
  const faces = entry.value ? `${entry.value} of 5. ` : "";
  const item = el("li", {}, el("small", { textContent: about }), el("p", { textContent: faces + entry.text, dir: "auto" }));
  for (const { by, text, at } of entry.answers) {
    item.append(el("div", { className: "answer" }, el("small", { textContent: `${by} · ${moment(at)}` }), el("p", { textContent: text, dir: "auto" })));
  }
  if (entry.state === "received" && !entry.byShop) {
    const id = `a-${entry.id}`;
    const text = el("textarea", { id, required: true, maxLength: 4000 });
    const form = el("form", {}, el("label", { for: id, textContent: "Answer" }), text, el("button", { className: "quiet", textContent: "Send" }));
    form.onsubmit = (event) => {
      event.preventDefault();
      step(async () => {
        await ask(`grants/${sight.grant.id}/answers`, { question: entry.id, text: text.value });
        await load(sight.grant.id);
      }, "Answered. She sees it in the shop.");
    };
    item.append(form);
  }
  return item;
}

function draw(told) {
  sight = told;
  const { grant, document: held, around } = told;
  const may = grant.may === "edit";
  $("name").textContent = told.name || "A customer without a name";
  const left = Math.max(0, Math.round((grant.until - Date.now()) / 60_000));
  $("until").textContent = `${may ? "You may look and change" : "You may look"}, for ${left} minutes more. She sees every step.`;
  $("cart").replaceChildren(...held.cart.map((line) => cartLine(line, may)));
  $("no-cart").hidden = held.cart.length > 0;
  $("add").hidden = !may;
  const made = Object.entries(held.configurations);
  $("configurations").replaceChildren(...made.map((one) => configuration(one, may)));
  $("no-conf").hidden = made.length > 0;
  $("questions").replaceChildren(...around.entries.map(question).reverse());
  $("no-quest").hidden = around.entries.length > 0;
  const contact = [["name", "Name"], ["role", "Looks after"], ["phone", "Phone"], ["mail", "Mail"], ["hours", "Hours"]]
    .filter(([name]) => around.contact?.[name]);
  $("contact").replaceChildren(...contact.flatMap(([name, label]) => [el("dt", { textContent: label }), el("dd", { textContent: around.contact[name], dir: "auto" })]));
  $("no-contact").hidden = contact.length > 0;
}

async function load(id, told) {
  const [seen, around] = await Promise.all([told ?? ask(`grants/${id}`), ask(`grants/${id}/around`)]);
  draw({ ...seen, around });
}

const edit = (edits, word) =>
  step(async () => {
    const told = await ask(`grants/${sight.grant.id}`, { seen: sight.seen, edits });
    draw({ ...told, around: sight.around });
  }, word);

async function open(code) {
  const told = await ask("open", { code });
  await load(told.grant.id, told);
  show("sight");
}

async function signIn(token) {
  const { clerk } = await ask("login", { token });
  $("clerk").textContent = clerk.name ?? clerk.id;
  show("ask");
}

const submit = (id, work, word) => {
  $(id).onsubmit = (event) => {
    event.preventDefault();
    step(() => work(new FormData(event.target)).then(() => event.target.reset()), word);
  };
};
submit("sign-in", (form) => signIn(form.get("token").trim()));
submit("open", (form) => open(form.get("code")));
submit("add", (form) => edit([{ do: "add", line: form.get("item").trim(), quantity: 1 }], "Added."));
$("again").onclick = () => step(() => load(sight.grant.id), "Up to date.");
$("return").onclick = () =>
  step(async () => {
    await ask(`grants/${sight.grant.id}/return`, {});
    show("ask");
  }, "Given back. It is hers alone again.");
$("leave").onclick = () =>
  step(async () => {
    await ask("logout", {});
    $("clerk").textContent = "";
    show("door");
  });

// What the address brings after `#`: a token from the back office, a code from a QR picture, or both.
const brought = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
await step(async () => {
  const { clerk } = brought.get("token") ? await ask("login", { token: brought.get("token") }) : await ask("me");
  if (!clerk) return show("door");
  $("clerk").textContent = clerk.name ?? clerk.id;
  show("ask");
  if (brought.get("code")) await open(brought.get("code"));
});
