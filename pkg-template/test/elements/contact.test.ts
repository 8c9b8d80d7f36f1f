import { beforeEach, describe, expect, test, vi } from "vitest";
import "../../src/elements/contact.js";
import { door, readHours, weekTime } from "../../src/elements/hours.js";
import { decision, settle } from "../fakes.js";
import { inside, isDefault, scene, shop, text, the } from "./page.js";

/** A Wednesday. */
const NOON = Date.UTC(2026, 10, 25, 12);

beforeEach(() => {
  document.documentElement.lang = "en";
});

describe("<wm-contact>", () => {
  test("c14 shows photo, name, hours and channels in one order", async () => {
    await shop("");
    scene().clock(0, NOON);
    document.body.innerHTML =
      '<wm-contact chat="/chat" mail="mira@shop.example" phone="+43 1 234 56" name="Mira Lang" job="Knows every chair" image="/mira.jpg" hours="Mo-Fr 09:00-17:00" zone="Europe/Vienna"></wm-contact>';
    await settle();
    const contact = the("wm-contact");
    expect(text(contact)).toContain("Mira LangKnows every chairThere now, until 5:00 PM");
    const links = [...contact.shadowRoot!.querySelectorAll("a")].map((a) => a.getAttribute("href"));
    expect(links).toEqual(["tel:+4312345 6".replace(" ", ""), "mailto:mira@shop.example", "/chat"]);
    expect(inside(contact, "img").getAttribute("src")).toBe("/mira.jpg");
    const heard = vi.fn((event: Event) => event.preventDefault());
    document.addEventListener("wm-contact", heard, { once: true });
    inside(contact, "a[href='/chat']").click();
    expect((heard.mock.calls[0]![0] as CustomEvent).detail).toEqual({ channel: "chat", name: "Mira Lang" });
  });

  test("c14 nobody known leaves the team's card; initials stand in for a photo", async () => {
    await shop("<wm-contact><p>Our team</p></wm-contact>");
    const contact = the<HTMLElement & { contact?: object }>("wm-contact");
    expect(isDefault(contact)).toBe(true);
    contact.contact = { name: "أحمد علي", phone: "javascript:1", mail: "a@b?subject=x" };
    await settle();
    expect(inside(contact, ".initials").textContent).toBe("أع");
    expect(contact.shadowRoot!.querySelector("a"), "what is no number and no address is no link").toBeNull();
  });

  test("c14 takes the person that was decided", async () => {
    await shop('<wm-contact data-wm-slot="contact">Our team</wm-contact>', (slots) => ({
      decisions: slots.map((slot) => decision(slot, "mira", { fields: { name: "Mira Lang", phone: "+43123" } })),
    }));
    expect(text(the("wm-contact"))).toContain("Mira Lang");
  });
});

describe("hours", () => {
  const spans = readHours("Mo-Th 09:00-12:00, Mo-Th 13:00-17:00, Sa 10:00-14:00");
  test("are read as schema.org writes them", () => {
    expect(spans.filter(({ day }) => day === 0)).toEqual([{ day: 0, from: 540, to: 720 }, { day: 0, from: 780, to: 1020 }]);
    expect(readHours("Fr-Mo 08:00-09:00").map(({ day }) => day)).toEqual([0, 4, 5, 6]);
    for (const none of ["", "always", "Mo 25:00-26:00", "Xx 09:00-10:00", "Mo 10:00-09:00"]) expect(readHours(none), none).toEqual([]);
  });
  test("say who is there, until when or from when", () => {
    expect(door(spans, { day: 0, minute: 600 })).toEqual({ open: true, to: 720 });
    expect(door(spans, { day: 0, minute: 720 })).toEqual({ open: false, ahead: 0, day: 0, from: 780 });
    expect(door(spans, { day: 3, minute: 1020 })).toEqual({ open: false, ahead: 2, day: 5, from: 600 });
    expect(door([], { day: 0, minute: 0 })).toBeUndefined();
  });
  test("are those of the shop's zone", () => {
    expect(weekTime(Date.UTC(2026, 10, 25, 23, 30), "Europe/Vienna")).toEqual({ day: 3, minute: 30 });
    expect(weekTime(Date.UTC(2026, 10, 25, 23, 30), "America/New_York")).toEqual({ day: 2, minute: 1110 });
    expect(() => weekTime(NOON, "Nowhere/Land")).not.toThrow();
  });
});
