import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { define, h, WmElement, type Kid, type Make } from "../../src/elements/base.js";
import { patch } from "../../src/elements/patch.js";
import { settle } from "../fakes.js";
import { inside, isDefault, scene, shop, text } from "./page.js";

class WmProbe extends WmElement {
  static override make: Make = {
    css: ":host { color: red }",
    words: { en: { hello: "Hello {who}" }, de: { hello: "Hallo {who}" } },
    attributes: { "of-whom": "text", many: "number", loud: "flag" },
    properties: ["guest"],
  };
  declare ofWhom: string;
  declare many: number | undefined;
  declare loud: boolean;
  declare guest: { name: string } | undefined;
  protected render(): Kid[] | null {
    const who = this.guest?.name ?? this.ofWhom;
    return who ? [h("p", {}, this.word("hello", { who }))] : null;
  }
}

beforeEach(async () => {
  document.documentElement.lang = "en";
  await shop("");
});
afterEach(() => document.querySelector("script[data-wm-texts]")?.remove());

describe("an element", () => {
  test("takes over what was set before it was defined", async () => {
    const early = document.createElement("wm-probe") as WmProbe;
    Object.defineProperty(early, "guest", { value: { name: "Anna" }, writable: true, configurable: true, enumerable: true });
    document.body.append(early);
    define("wm-probe", WmProbe);
    customElements.upgrade(early);
    // The test DOM upgrades by making the element anew; what is asked here is what the class does with own properties.
    const probe = document.createElement("wm-probe") as WmProbe;
    Object.defineProperty(probe, "guest", { value: { name: "Anna" }, writable: true, configurable: true, enumerable: true });
    document.body.append(probe);
    await settle();
    expect(text(probe)).toBe("Hello Anna");
    expect(Object.keys(probe)).not.toContain("guest");
    probe.guest = { name: "Berta" };
    await settle();
    expect(text(probe)).toBe("Hello Berta");
  });

  test("can be defined twice without harm", () => {
    define("wm-probe", WmProbe);
    expect(() => define("wm-probe", class extends WmProbe {})).not.toThrow();
    expect(customElements.get("wm-probe")).toBe(WmProbe);
  });

  test("reflects attributes as properties", () => {
    const probe = document.createElement("wm-probe") as WmProbe;
    probe.ofWhom = "Carla";
    probe.many = 3;
    probe.loud = true;
    expect(probe.getAttribute("of-whom")).toBe("Carla");
    expect([probe.many, probe.loud, probe.hasAttribute("loud")]).toEqual([3, true, true]);
    probe.loud = false;
    probe.many = undefined;
    expect([probe.many, probe.loud]).toEqual([undefined, false]);
  });

  test("shows the shop's own content until there is something better, and again after", async () => {
    document.body.innerHTML = "<wm-probe><p>ours</p></wm-probe>";
    const probe = document.querySelector<WmProbe>("wm-probe")!;
    await settle();
    expect(isDefault(probe)).toBe(true);
    probe.setAttribute("of-whom", "Dora");
    await settle();
    expect(isDefault(probe)).toBe(false);
    probe.removeAttribute("of-whom");
    await settle();
    expect(isDefault(probe)).toBe(true);
  });

  test("speaks the page's language, the page's own words, and says so when it cannot", async () => {
    document.body.innerHTML = '<wm-probe of-whom="Eva"></wm-probe>';
    const probe = document.querySelector<WmProbe>("wm-probe")!;
    const again = async (lang: string): Promise<string> => {
      document.documentElement.lang = lang;
      probe.refresh();
      await settle();
      return text(probe);
    };
    expect(await again("de-AT")).toBe("Hallo Eva");
    expect(inside(probe, ".base").hasAttribute("lang")).toBe(false);
    expect(await again("fr")).toBe("Hello Eva");
    expect(inside(probe, ".base").lang).toBe("en");
    const script = document.createElement("script");
    script.type = "application/json";
    script.dataset.wmTexts = "";
    script.textContent = JSON.stringify({ fr: { "probe.hello": "Bonjour {who}" } });
    document.head.append(script);
    expect(await again("fr")).toBe("Bonjour Eva");
    expect(inside(probe, ".base").hasAttribute("lang")).toBe(false);
    probe.texts = { hello: "Salut {who}" };
    expect(await again("fr")).toBe("Salut Eva");
  });

  test("is the shop's own again when the SDK is destroyed", async () => {
    const page = await shop("<wm-cart>ours</wm-cart>");
    const { WmCart } = await import("../../src/elements/cart.js");
    const cart = document.querySelector("wm-cart") as InstanceType<typeof WmCart>;
    await settle();
    expect(isDefault(cart)).toBe(false);
    page.wellmet.destroy();
    await settle();
    expect(isDefault(cart)).toBe(true);
  });
});

describe("patch", () => {
  const root = (): HTMLElement => document.body.appendChild(document.createElement("div"));

  test("uses nodes again by key, and drops what is gone", () => {
    const parent = root();
    const list = (...keys: string[]): void => patch(parent, keys.map((key) => h("li", { key }, key)), scene().tools);
    list("a", "b", "c");
    const [, b] = parent.children;
    list("c", "b");
    expect(parent.textContent).toBe("cb");
    expect(parent.children[1]).toBe(b);
  });

  test("sets only text and safe addresses", () => {
    const parent = root();
    patch(parent, [
      h("a", { href: "javascript:alert(1)", title: "x" }, "<img src=x onerror=alert(1)>"),
      h("a", { href: "/ok" }, "\u202eevil"),
      h("img", { src: "data:text/html,x" }),
    ], scene().tools);
    const [bad, good] = parent.querySelectorAll("a");
    expect(bad!.hasAttribute("href")).toBe(false);
    expect(bad!.children).toHaveLength(0);
    expect(bad!.textContent).toBe("<img src=x onerror=alert(1)>");
    expect(good!.getAttribute("href")).toBe("/ok");
    expect(good!.textContent).toBe("evil");
    expect(parent.querySelector("img")!.hasAttribute("src")).toBe(false);
  });

  test("cuts what is too long for a text", () => {
    const parent = root();
    patch(parent, ["x".repeat(10_000)], scene().tools);
    expect(parent.textContent).toHaveLength(1001);
  });
});
