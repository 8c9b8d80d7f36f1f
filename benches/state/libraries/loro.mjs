// Loro: a map of maps, and the same with its counter as the quantity (setting adds the difference).
import { LoroCounter, LoroDoc, LoroMap } from "loro-crdt";

const cart = (doc) => doc.getMap("cart");

const common = {
  create: () => new LoroDoc(),
  fork(doc) {
    const fork = new LoroDoc();
    fork.import(doc.export({ mode: "snapshot" }));
    return fork;
  },
  remove(doc, key) {
    if (cart(doc).get(key) === undefined) return;
    cart(doc).delete(key);
    doc.commit();
  },
  delta: (from, to) => from.export({ mode: "update", from: to.version() }),
  apply: (doc, bytes) => (doc.import(bytes), doc),
  save: (doc) => doc.export({ mode: "snapshot" }),
  /** Without its history: small, but it cannot merge with what was forked before. */
  shallow: (doc) => doc.export({ mode: "shallow-snapshot", frontiers: doc.frontiers() }),
  load(bytes) {
    const doc = new LoroDoc();
    doc.import(bytes);
    return doc;
  },
};

const quantities = (doc) => Object.fromEntries(Object.entries(cart(doc).toJSON()).map(([key, line]) => [key, line.quantity]));

export const loro = {
  ...common,
  name: "Loro",
  write(doc, key, change) {
    const line = cart(doc).get(key) ?? cart(doc).setContainer(key, new LoroMap());
    line.set("quantity", change(line.get("quantity") ?? 0));
    doc.commit();
  },
  add: (doc, key, n) => loro.write(doc, key, (was) => was + n),
  set: (doc, key, n) => loro.write(doc, key, () => n),
  read: quantities,
};

export const counter = {
  ...common,
  name: "Loro counter",
  write(doc, key, change) {
    const line = cart(doc).get(key) ?? cart(doc).setContainer(key, new LoroCounter());
    line.increment(change(line.value) - line.value);
    doc.commit();
  },
  add: (doc, key, n) => counter.write(doc, key, (was) => was + n),
  set: (doc, key, n) => counter.write(doc, key, () => n),
  read: (doc) => cart(doc).toJSON(),
};
