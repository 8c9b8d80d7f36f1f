import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Consent } from "../src/api.js";
import { followGoogle, fromGoogle, heedPrivacyControl, withConsent } from "../src/consent.js";
import { followTcf, fromTcf, type TcData } from "../src/tcf.js";

const page = globalThis as unknown as { dataLayer?: unknown[]; __tcfapi?: unknown };

beforeEach(() => {
  delete page.dataLayer;
  delete page.__tcfapi;
});
afterEach(() => void delete page.dataLayer);

test("purposes are bits, and only named ones change", () => {
  expect(withConsent(1, { personalization: true })).toBe(3);
  expect(withConsent(7, { analytics: false })).toBe(3);
  expect(withConsent(3, { cart: false })).toBe(2);
  expect(withConsent(5, {})).toBe(5);
});

describe("Google's consent mode", () => {
  test("a signal that was not given says nothing", () => {
    expect(fromGoogle({ ad_storage: "granted" })).toEqual({});
    expect(fromGoogle({ personalization_storage: "granted", analytics_storage: "denied" })).toEqual({
      personalization: true,
      analytics: false,
    });
    expect(fromGoogle({ personalization_storage: true })).toEqual({});
  });

  test("is read from before and followed from then on", () => {
    const heard: Consent[] = [];
    function gtag(..._: unknown[]): void {
      // eslint-disable-next-line prefer-rest-params
      (page.dataLayer ??= []).push(arguments);
    }
    gtag("consent", "default", { personalization_storage: "denied", analytics_storage: "denied" });
    const layer = page.dataLayer!;
    const own = layer.push;
    const end = followGoogle((consent) => heard.push(consent));
    gtag("event", "page_view");
    layer.push({ event: "gtm.js" });
    gtag("consent", "update", { personalization_storage: "granted" });
    expect(heard).toEqual([
      { personalization: false, analytics: false },
      { personalization: true, analytics: false },
    ]);
    expect(layer).toHaveLength(4);
    end();
    expect(layer.push).toBe(own);
  });

  test("another tool's wrapper around ours stays in place", () => {
    page.dataLayer = [];
    const end = followGoogle(() => {});
    const ours = page.dataLayer.push;
    const theirs = (page.dataLayer.push = (...entries: unknown[]) => ours(...entries));
    end();
    expect(page.dataLayer.push).toBe(theirs);
  });
});

describe("TCF", () => {
  const data = (consents: Record<string, boolean>, more: TcData = {}): TcData => ({
    eventStatus: "useractioncomplete",
    gdprApplies: true,
    purpose: { consents },
    ...more,
  });

  test("needs storage and both purposes of content", () => {
    expect(fromTcf(data({ 1: true, 5: true, 6: true, 8: true }))).toEqual({ personalization: true, analytics: true });
    expect(fromTcf(data({ 1: true, 5: true }))).toEqual({ personalization: false, analytics: false });
    expect(fromTcf(data({ 5: true, 6: true, 8: true }))).toEqual({ personalization: false, analytics: false });
  });

  test("says nothing before she has answered, or where it does not apply", () => {
    expect(fromTcf(data({ 1: true }, { eventStatus: "cmpuishown" }))).toBeUndefined();
    expect(fromTcf(data({ 1: true }, { gdprApplies: false }))).toBeUndefined();
    expect(fromTcf({})).toBeUndefined();
  });

  test("is followed by a listener, which is removed again", () => {
    const api = vi.fn((command: string, _version: number, callback: (data: TcData, ok: boolean) => void) => {
      if (command === "addEventListener") callback(data({ 1: true, 8: true }, { listenerId: 7 }), true);
    });
    page.__tcfapi = api;
    const heard: Consent[] = [];
    followTcf((consent) => heard.push(consent))();
    expect(heard).toEqual([{ personalization: false, analytics: true }]);
    expect(api).toHaveBeenLastCalledWith("removeEventListener", 2, expect.any(Function), 7);
  });
});

test("Global Privacy Control switches measuring off", () => {
  vi.stubGlobal("navigator", { globalPrivacyControl: true });
  expect(heedPrivacyControl({ personalization: true, analytics: true })).toEqual({
    personalization: true,
    analytics: false,
  });
});
