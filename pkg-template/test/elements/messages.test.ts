import { beforeEach, expect, test, vi } from "vitest";
import "../../src/elements/messages.js";
import { settle } from "../fakes.js";
import { testPage, type TestPage } from "../page.js";
import { CLAIRE, inside, isDefault, press, saidAloud, signIn, text, the } from "./page.js";

const AT = Date.UTC(2026, 10, 20);
const message = (id: string, fields: object, at = AT) => ({ id, trigger: "thanks", at, fields });
const THANKS = message("m1", { title: "Was it a good choice?", text: "Two weeks with it.\n\nTell us.", code: "TEA-5", link: "/orders/1", button: "To the order" });

async function page(messages: unknown): Promise<TestPage> {
  const made = testPage("<wm-messages>Nothing new.</wm-messages>");
  made.answer("/wellmet/v1/messages", { messages });
  made.answer("/wellmet/v1/messages/seen", {});
  await made.start({ hub: "/wellmet" });
  await settle();
  return made;
}

beforeEach(() => {
  document.documentElement.lang = "en";
});

test("shows what the rules put into her window, and puts away what she has seen", async () => {
  const made = await page([THANKS, message("m2", { title: "Newer" }, AT + 1)]);
  const messages = the("wm-messages");
  expect(isDefault(messages), "nobody is signed in").toBe(true);
  expect(made.asked).not.toContain("GET /wellmet/v1/messages");
  signIn(CLAIRE);
  await settle();
  expect(text(messages)).toBe("NewerNov 20, 2026SeenWas it a good choice?Two weeks with it.Tell us.Your code: TEA-5Nov 20, 2026To the orderSeen");
  await press(messages, "Seen: Newer");
  expect(text(messages)).not.toContain("Newer");
  expect(made.asked).toContain("POST /wellmet/v1/messages/seen");
  await press(messages, "Seen: Was it a good choice?");
  expect(isDefault(messages)).toBe(true);
  expect(await saidAloud()).toBe("No more messages.");
});

test("following the link is having seen it; the page may follow it itself", async () => {
  const made = await page([THANKS]);
  signIn(CLAIRE);
  await settle();
  const link = inside(the("wm-messages"), "a");
  const mine = vi.fn((event: Event) => event.preventDefault());
  document.addEventListener("wm-message", mine, { once: true });
  const click = () => {
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, composed: true });
    link.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(click(), "the page's affair").toBe(true);
  expect((mine.mock.calls[0]![0] as CustomEvent).detail).toEqual({ id: "m1", trigger: "thanks", link: "/orders/1" });
  expect(made.asked).not.toContain("POST /wellmet/v1/messages/seen");
  window.addEventListener("click", (event) => event.preventDefault(), { once: true });
  click();
  await settle();
  expect(made.asked).toContain("POST /wellmet/v1/messages/seen");
});

test("they vanish with her, and an answer that comes late is not shown to the next one", async () => {
  const made = await page([THANKS]);
  signIn(CLAIRE);
  await settle();
  expect(text(the("wm-messages"))).toContain("good choice");
  signIn(null);
  await settle();
  expect(isDefault(the("wm-messages"))).toBe(true);
  signIn(CLAIRE);
  await Promise.resolve();
  signIn(null);
  await settle();
  expect(isDefault(the("wm-messages"))).toBe(true);
  expect(made.asked.filter((one) => one.endsWith("v1/messages")).length).toBeGreaterThan(1);
});

test("whatever the hub says, nothing runs and nothing breaks", async () => {
  await page([message("m", { title: "<img src=x onerror=alert(1)>", text: 7, code: null, link: "javascript:alert(1)" }), { id: "no fields" }]);
  signIn(CLAIRE);
  await settle();
  const messages = the("wm-messages");
  expect(text(messages)).toContain("<img src=x onerror=alert(1)>7");
  expect(messages.shadowRoot!.querySelector("a,img")).toBeNull();
  for (const nonsense of [null, "x", { messages: 3 }]) {
    signIn(null);
    await page(nonsense);
    signIn(CLAIRE);
    await settle();
    expect(isDefault(the("wm-messages")), JSON.stringify(nonsense)).toBe(true);
  }
});
