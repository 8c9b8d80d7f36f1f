/**
 * The developer's overlay, at `?wm=debug` on a developer's machine or with a token that the shop has signed
 * (`&wm-token=…`, keys at `data-debug-keys`).
 *
 * It says what each slot shows and why, what is granted, who is believed to look, what everything weighs, what moved,
 * and what happened, with GA4's names. It can look at the page as another customer and at another time, without keeping
 * anything of that. It lies over the page and changes nothing in it.
 */
import { visitorCookie } from "./cookie.js";
import { all, listen } from "./dom.js";
import { isDevelopment, signed } from "./debug/allowed.js";
import { PURPOSES, purposes } from "./debug/consented.js";
import { takeOver, traces } from "./debug/engine.js";
import { make, pairs, table, type Child } from "./debug/make.js";
import { SHEET } from "./debug/sheet.js";
import { variants } from "./debug/trace.js";
import { fromBase64 } from "./bytes.js";
import { toName, type Act } from "./names.js";
import { phrase } from "./text.js";
import type { Scene } from "./wellmet.js";

const MOST_LINES = 200;

const kb = (bytes: number): string => (bytes ? `${(bytes / 1000).toFixed(1)} kB` : "cached");

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node?: Node | null }[];
}

async function mayOpen(scene: Scene): Promise<boolean> {
  if (isDevelopment(location.hostname)) return true;
  const token = new URLSearchParams(location.search).get("wm-token");
  const { debugKeys } = scene.options;
  if (!token || !debugKeys) return false;
  try {
    const { keys } = (await (await fetch(new URL(debugKeys, document.baseURI))).json()) as { keys: JsonWebKey[] };
    return await signed(token, keys, Date.now());
  } catch {
    return false;
  }
}

/** Opens the overlay for who may see it; returns the function that takes it away. */
export async function openOverlay(scene: Scene): Promise<() => void> {
  if (!(await mayOpen(scene))) return () => {};
  const { desk, shop } = scene;
  // Before anything is drawn: what came later would push the rest about.
  const untraced = await takeOver(desk).then(() => undefined, (error: Error) => error);
  const off: (() => void)[] = [];
  const host = make("div", { "data-wm-debug": "" });
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(SHEET);
  root.adoptedStyleSheets = [sheet];
  const frame = make("div", { class: "frame", hidden: "" });
  const panel = make("section", { "aria-label": "wellmet debug", tabindex: "-1" });
  root.append(frame, panel);

  const moved = new Map<string, number>();
  let cls = 0;
  const log = make("ol", { "aria-label": "Events, newest first", tabindex: "0" });
  const told: HTMLElement[] = [];
  let lines = 0;
  const parts = new Map<string, [content: HTMLElement, note: HTMLElement]>();

  const close = (): void => {
    off.splice(0).forEach((end) => end());
    if (scene.posing) void pose(undefined);
    host.remove();
  };

  function part(name: string, open = false): [content: HTMLElement, note: HTMLElement] {
    const content = make("div");
    const note = make("small");
    panel.append(make("details", open ? { open: "" } : {}, make("summary", {}, name, " ", note), content));
    parts.set(name, [content, note]);
    return [content, note];
  }

  // -- what each slot shows, and why

  function showSlots(): void {
    const [content, note] = parts.get("Slots")!;
    const slots = all("[data-wm-slot],[data-wm-decide]");
    const names = slots.map((element) => element.dataset.wmSlot || element.dataset.wmDecide!);
    const traced = traces(desk, [...new Set(names)]);
    note.textContent = `${slots.length} on this page`;
    content.replaceChildren(
      ...slots.flatMap((element, at) => {
        const name = names[at]!;
        const decision = scene.explain(name);
        const { width, height } = element.getBoundingClientRect();
        const look = make("button", { type: "button" }, "Show");
        const outline = (on: boolean): void => {
          const box = element.getBoundingClientRect();
          Object.assign(frame.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` });
          frame.hidden = !on;
        };
        look.addEventListener("focus", () => outline(true));
        look.addEventListener("blur", () => outline(false));
        look.addEventListener("pointerenter", () => outline(true));
        look.addEventListener("pointerleave", () => outline(false));
        look.addEventListener("click", () => {
          element.scrollIntoView({ block: "center" });
          outline(true);
        });
        const reason = decision?.reason;
        const args = Object.entries(reason?.args ?? {}).map(([key, value]) => `${key} = ${String(value)}`);
        const rows: [string, Child][] = [
          ["shows", decision?.choice ? make("code", {}, decision.choice) : "the shop's own content"],
          ["why", reason && make("span", {}, make("code", {}, reason.code), args.length ? ` (${args.join(", ")})` : "")],
          ["in words", reason && phrase(reason.text, reason.args, scene.voice())],
          ["fields", Object.entries(decision?.fields ?? {}).map(([key, value]) => `${key} = ${String(value)}`).join(", ") || undefined],
          ["items", decision?.items.map(({ id, reason }) => `${id} (${reason.code})`).join(", ") || undefined],
          ["counted as", decision?.exposure || undefined],
          ["size", `${Math.round(width)} × ${Math.round(height)} px`],
          ["moved", `${(moved.get(name) ?? 0).toFixed(3)}`],
        ];
        const shown = pairs(rows.filter(([, value]) => value != null && value !== ""));
        shown.prepend(make("caption", {}, name, " ", look));
        const trace = traced.get(name);
        return [shown, (trace && variants(trace)) ?? ""];
      }),
    );
  }

  function showState(): void {
    const [consent, consentNote] = parts.get("Consent")!;
    const bits = desk.bits;
    consentNote.textContent = purposes(bits).join(", ") || "none";
    const signal = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl;
    consent.replaceChildren(
      pairs([
        ...PURPOSES.map(([name, bit]): [string, Child] => [name, bits & bit ? "granted" : "not granted"]),
        ["asked of", scene.options.consentFrom ?? "auto"],
        ["Global Privacy Control", signal ? "on: measuring is off unless granted" : "off"],
      ]),
    );
    const [profile, profileNote] = parts.get("Profile")!;
    const { kind, item, category } = scene.page();
    const { lines, total } = scene.cart();
    profileNote.textContent = desk.customer ? `${desk.customer.name ?? ""} ${desk.customer.id}`.trim() : "nobody known";
    profile.replaceChildren(
      pairs([
        ["customer", desk.customer?.id],
        ["visitor", visitorCookie()],
        ["document of", desk.owner || "nobody yet"],
        ["record", desk.record ? kb(desk.record.length) : "none"],
        ["page", [kind, item, category].filter(Boolean).join(" · ")],
        ["time", new Date(scene.now()).toISOString()],
        ["decides again", scene.until() ? new Date(scene.until()).toISOString() : "when something changes"],
        ["speaks", `${scene.voice().locale}, ${scene.voice().currency || "no currency"}`],
        ["cart", lines.map(({ title, item, quantity }) => `${quantity} × ${title ?? item}`).join(", ") || "empty"],
        ["total", total ? `${total} minor units` : undefined],
        ["told", [...scene.attributes].map(([name, value]) => `${name} = ${String(value)}`).join(", ") || undefined],
        ["book", scene.bookId() || "none"],
      ]),
    );
  }

  function showSizes(): void {
    const [content, note] = parts.get("Sizes")!;
    const files = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).filter(({ name }) => OURS.test(new URL(name).pathname));
    const sum = files.reduce((all, { encodedBodySize }) => all + encodedBodySize, 0);
    note.textContent = `${kb(sum)} compressed, ${files.length} files`;
    content.replaceChildren(
      table(
        ["File", "Compressed", "Sent", "After"],
        files.map(({ name, encodedBodySize, transferSize, responseEnd }) => [
          new URL(name).pathname.split("/").pop()!,
          kb(encodedBodySize),
          kb(transferSize),
          `${Math.round(responseEnd)} ms`,
        ]),
      ),
    );
    const [movedContent, movedNote] = parts.get("Layout shift")!;
    const ours = [...moved.values()].reduce((all, value) => all + value, 0);
    movedNote.textContent = `${ours.toFixed(3)} in slots, ${cls.toFixed(3)} in all`;
    movedContent.replaceChildren(
      moved.size ? table(["Slot", "Shift"], [...moved].map(([slot, value]) => [slot, value.toFixed(3)])) : make("p", {}, "Nothing in a slot has moved."),
    );
  }

  let due = 0;
  /** Everything, once a frame at most; a hidden page has none. */
  const refresh = (): void => {
    if (due) return;
    due = requestAnimationFrame(() => {
      due = 0;
      showSlots();
      showState();
      showSizes();
    });
  };
  off.push(() => cancelAnimationFrame(due));

  function note(name: string, words: string, bad = false): void {
    const at = new Date().toISOString().slice(11, 23);
    told.unshift(make("li", bad ? { class: "bad" } : {}, make("code", {}, at), make("span", {}, make("b", {}, name), words && ` ${words}`)));
    told.length = Math.min(told.length, MOST_LINES);
    // New nodes for all: old ones that make room would be counted as moved, on a page that is watched for that.
    log.replaceChildren(...told.map((line) => line.cloneNode(true)));
    parts.get("Events")![1].textContent = `${++lines}`;
  }

  // -- as somebody else

  async function pose(record: Uint8Array | undefined): Promise<void> {
    const refused = desk.run((s) => (s.setCustomer(record ?? desk.record), false), true) ?? true;
    if (refused) return note("view as", "that is no record of a customer", true);
    scene.posing = !!record;
    note("view as", record ? "the customer of this record; nothing is kept of it" : "herself again");
    await scene.decide();
    refresh();
  }

  function viewAs(content: HTMLElement): void {
    const file = make("input", { type: "file", "aria-describedby": "wm-record" });
    file.addEventListener("change", async () => {
      const bytes = await file.files?.[0]?.arrayBuffer();
      if (bytes) await pose(new Uint8Array(bytes));
    });
    const pasted = make("input", { type: "text", autocomplete: "off", spellcheck: "false" });
    const use = make("form", {}, make("label", {}, "… or as base64", pasted), make("button", {}, "Look"));
    use.addEventListener("submit", (event) => {
      event.preventDefault();
      try {
        void pose(fromBase64(pasted.value.trim()));
      } catch {
        note("view as", "that is no base64", true);
      }
    });
    const back = make("button", { type: "button" }, "Back to herself");
    back.addEventListener("click", () => void pose(undefined));
    const clock = make("input", { type: "datetime-local", step: "1" });
    const at = make("form", {}, make("label", {}, "Time on this page", clock), make("button", {}, "Set"), make("button", { type: "reset" }, "Now"));
    at.addEventListener("submit", (event) => {
      event.preventDefault();
      const ms = new Date(clock.value).getTime();
      if (!isNaN(ms)) void shop.at(ms).then(refresh);
    });
    at.addEventListener("reset", () => void shop.at().then(refresh));
    content.append(
      make("label", {}, "A customer's record", file),
      make("p", { id: "wm-record" }, "The bytes that the hub gives at /v1/record to who is signed in. They stay in this page."),
      use,
      make("p", {}, back),
      at,
    );
  }

  const shut = make("button", { type: "button", "aria-label": "Close" }, "✕");
  shut.addEventListener("click", close);
  panel.append(make("header", {}, make("h2", {}, "wellmet"), shut));
  // As tall as it is whatever is in it: what lies below would move, and be counted as the page's.
  const [slots] = part("Slots", true);
  for (const [name, value] of [["class", "slots"], ["role", "group"], ["aria-label", "Slots"], ["tabindex", "0"]] as const) slots.setAttribute(name, value);
  part("Consent");
  part("Profile");
  const [events] = part("Events", true);
  events.append(log);
  part("Sizes");
  part("Layout shift");
  viewAs(part("View as")[0]);

  for (const name of ["ready", "cart", "decided", "saved", "identity", "error", "event"]) {
    off.push(
      listen<CustomEvent>(document, "wellmet:" + name, ({ detail }) => {
        const { act, from, code, message, fix, state, customer, cart, decisions } = detail as Record<string, never> & {
          act?: Act; from?: string; code?: string; message?: string; fix?: string; state?: string;
          customer?: { id: string } | null; cart?: { count: number }; decisions?: unknown[];
        };
        if (act) note(act.kind, `${toName(act.kind, "ga4") ?? "no GA4 name"}, ${from === "page" ? "heard" : "told"} ${act.id ?? ""}`);
        else if (code) note(code, `${message}${fix ? ` – ${fix}` : ""}`, true);
        else note(name, state ?? (cart ? `${cart.count} in the cart` : decisions ? `${decisions.length} slots` : customer?.id ?? ""));
        refresh();
      }),
    );
  }
  if (typeof PerformanceObserver !== "undefined" && PerformanceObserver.supportedEntryTypes?.includes("layout-shift")) {
    const observer = new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
        if (hadRecentInput) continue;
        cls += value;
        const slots = new Set(
          sources.map(({ node }) => (node instanceof Element ? node : node?.parentElement)?.closest<HTMLElement>("[data-wm-slot],[data-wm-decide]")),
        );
        for (const slot of slots) {
          const name = slot && (slot.dataset.wmSlot || slot.dataset.wmDecide!);
          if (name) moved.set(name, (moved.get(name) ?? 0) + value);
        }
      }
      refresh();
    });
    observer.observe({ type: "layout-shift", buffered: true });
    off.push(() => observer.disconnect());
  }
  off.push(
    listen<KeyboardEvent>(panel, "keydown", ({ key }) => {
      if (key === "Escape") close();
    }),
    listen(window, "resize", refresh),
  );
  document.body.append(host);
  // Above dialogs of the shop, where the browser has a top layer.
  if (panel.showPopover) {
    panel.setAttribute("popover", "manual");
    panel.showPopover();
  }
  refresh();
  if (untraced) note("no traces", `debug_bg.wasm: ${untraced.message}`, true);
  return close;
}

const OURS = /\/(wellmet|living|alone|bridge|debug|stub|index|slim|inline)\.js$|\.wasm$|\.wmb$/;
