// The same workload for every library, from a seed.
import { brotliCompressSync, gzipSync } from "node:zlib";

const NOON = 1_800_000_000_000;

/** xorshift32. */
export function random(seed) {
  let state = seed;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

const sku = (n) => `sku-${String(n).padStart(4, "0")}`;

/** 20 lines of one device. */
export function start(library) {
  const replica = library.create();
  for (let n = 0; n < 20; n++) library.set(replica, sku(n), 1 + (n % 3), NOON + n);
  return replica;
}

/** One operation: 40 % add, 40 % set, 20 % remove, over so many articles. Each is a transaction of its own. */
function edit(library, replica, below, skus, now) {
  const key = sku(below(skus));
  const what = below(10);
  if (what < 4) library.add(replica, key, 1, now);
  else if (what < 8) library.set(replica, key, 1 + below(9), now);
  else library.remove(replica, key);
}

export function edits(library, replica, { seed, count, skus }) {
  const below = random(seed);
  for (let n = 0; n < count; n++) edit(library, replica, below, skus, NOON + 1_000 + n * 61);
  return replica;
}

export const same = (a, b) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

const size = (bytes) => ({ bytes: bytes.length, gzip: gzipSync(bytes).length });

/** Two replicas, 1,000 operations each over 50 articles, then exchanged. Times in ms. */
export function exchange(library) {
  const shared = start(library);
  const [one, other] = [library.fork(shared), library.fork(shared)];
  const clock = (work) => {
    const from = performance.now();
    const result = work();
    return [performance.now() - from, result];
  };
  const [apply] = clock(() => edits(library, one, { seed: 17, count: 1_000, skus: 50 }));
  edits(library, other, { seed: 19, count: 1_000, skus: 50 });
  const delta = library.delta(other, one);
  const back = library.delta(one, other);
  const [merge] = clock(() => library.apply(one, delta));
  library.apply(other, back);
  if (!same(library.read(one), library.read(other))) throw new Error(`${library.name} does not converge`);
  const saved = library.save(one);
  const [load, loaded] = clock(() => library.load(saved));
  // Lazy loading would be no loading.
  const [read, shown] = clock(() => library.read(loaded));
  if (!same(shown, library.read(one))) throw new Error(`${library.name}: loaded is not saved`);
  return { times: { apply, merge, load: load + read }, delta: delta.length, state: size(saved) };
}

/** The largest change of one click that a device sends, when three devices have written. */
export function click(library) {
  const shared = start(library);
  const [device, third, hub] = [library.fork(shared), library.fork(shared), library.fork(shared)];
  edits(library, third, { seed: 7, count: 300, skus: 20 });
  edits(library, device, { seed: 8, count: 300, skus: 20 });
  library.apply(device, library.delta(third, device));
  library.apply(hub, library.delta(device, hub));
  const below = random(9);
  let worst = 0;
  for (let n = 0; n < 100; n++) {
    edit(library, device, below, 20, NOON + 1_000_000 + n * 977);
    const delta = library.delta(device, hub);
    worst = Math.max(worst, delta.length);
    library.apply(hub, delta);
  }
  return worst;
}

/** Bytes of 20 lines before and after 10,000 edits; a removed line is set again at once. */
export function tenThousand(library) {
  let replica = start(library);
  const before = library.save(replica).length;
  const below = random(11);
  const from = performance.now();
  for (let n = 0; n < 10_000; n++) {
    const [key, now] = [sku(below(20)), NOON + n * 61];
    const what = below(10);
    if (what < 4) library.add(replica, key, 1, now);
    else if (what < 8) library.set(replica, key, 1 + below(9), now);
    else {
      library.remove(replica, key);
      library.set(replica, key, 1, now);
    }
  }
  const ms = performance.now() - from;
  const saved = library.save(replica);
  return { before, after: saved.length, shallow: library.shallow?.(replica).length, ms };
}

/** 2,000 articles added and removed, 5 left. */
export function distinct(library) {
  const replica = library.create();
  for (let n = 0; n < 2_000; n++) {
    library.add(replica, sku(n), 1, NOON + n * 61);
    if (n >= 5) library.remove(replica, sku(n - 5));
  }
  return { bytes: library.save(replica).length, shallow: library.shallow?.(replica).length };
}

/** 500 page loads with 4 edits each. A library whose replicas keep their name between loads says how (`resume`). */
export function pageLoads(library, fresh) {
  let replica = start(library);
  const below = random(13);
  const next = (fresh ? undefined : library.resume) ?? ((was) => library.load(library.save(was)));
  for (let load = 0; load < 500; load++) {
    replica = next(replica);
    for (let n = 0; n < 4; n++) edit(library, replica, below, 20, NOON + load * 60_000 + n);
  }
  return library.save(replica).length;
}

export const brotli = (bytes) => brotliCompressSync(bytes).length;
