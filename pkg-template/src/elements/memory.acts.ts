/** What the memory does when asked: deleting from the journey, the download. Loaded then. */
import type { Stage } from "./base.js";
import { readJourney, type Journey } from "./journey.js";
import { writeJourney } from "./journey.write.js";
import { readRecord } from "./record.js";

/** Keeps another journey in this session, the store and the other tabs; false when the store will not have it. */
export async function rewriteJourney(scene: Stage, change: (old: Journey) => Journey): Promise<boolean> {
  const { desk, backstage } = scene;
  let fresh: Uint8Array | undefined;
  const kept = await backstage.store.change(["journey"], ({ journey }) => {
    // What other tabs have written counts as well.
    if (journey instanceof Uint8Array) desk.run((s) => s.restoreJourney(journey), true);
    const old = readJourney(desk.run((s) => s.saveJourney()));
    if (!old) return {};
    fresh = writeJourney(change(old));
    return { journey: fresh };
  });
  if (!fresh) return false;
  desk.run((s) => s.restoreJourney(fresh!, true));
  // They would write what they still know.
  backstage.tabs.tell({ is: "identity" });
  void scene.decide();
  return kept;
}

/** Everything as one file: what this browser has, and what the hub says of the customer who is signed in. */
export async function everything(scene: Stage): Promise<object> {
  const { desk, options } = scene;
  const journey = readJourney(desk.run((s) => s.saveJourney()));
  const moment = (ms: number | bigint): string => new Date(Number(ms)).toISOString();
  let atTheShop: unknown = null;
  if (options.hub != null && desk.customer) {
    const hub = new URL(options.hub.replace(/\/?$/, "/"), document.baseURI);
    const answer = await fetch(new URL("v1/export", hub), { cache: "no-store", credentials: hub.origin === location.origin ? "same-origin" : "include" }).catch(() => null);
    atTheShop = answer?.ok ? await answer.json().catch(() => null) : null;
  }
  return {
    exportedAt: moment(scene.now()),
    inThisBrowser: {
      granted: { cart: !!(desk.bits & 1), personalization: desk.personal(), analytics: !!(desk.bits & 4) },
      toldByYou: (desk.run((s) => s.preferences()) ?? []).map(({ name, value, at }) => ({ name, value, at: moment(at) })),
      cart: scene.cart(),
      visits: journey?.visits ?? 0,
      seen: (journey?.events ?? []).map(({ at, kind, item, category }) => ({ at: moment(at), kind, item, category })),
      shown: (journey?.shown ?? []).map(([at, what]) => ({ at: moment(at), what })),
    },
    record: readRecord(desk.customer ? desk.record : undefined) ?? null,
    atTheShop,
  };
}

/** Saves it as a file of hers. */
export async function download(scene: Stage): Promise<void> {
  const text = JSON.stringify(await everything(scene), null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "my-data.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
