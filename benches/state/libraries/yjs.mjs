// yjs, modelled in the two usual ways: a map of maps, and a map of plain values.
import * as Y from "yjs";

const cart = (doc) => doc.getMap("cart");

const common = {
  fork(doc) {
    const fork = new Y.Doc();
    Y.applyUpdate(fork, Y.encodeStateAsUpdate(doc));
    return fork;
  },
  remove: (doc, key) => doc.transact(() => cart(doc).delete(key)),
  delta: (from, to) => Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)),
  apply: (doc, bytes) => (Y.applyUpdate(doc, bytes), doc),
  save: (doc) => Y.encodeStateAsUpdate(doc),
  load(bytes) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, bytes);
    return doc;
  },
};

export const nested = {
  ...common,
  name: "yjs",
  create: () => new Y.Doc(),
  write(doc, key, change) {
    doc.transact(() => {
      const line = cart(doc).get(key);
      if (line) return void line.set("quantity", change(line.get("quantity")));
      const fresh = new Y.Map();
      fresh.set("quantity", change(0));
      cart(doc).set(key, fresh);
    });
  },
  add: (doc, key, n) => nested.write(doc, key, (was) => was + n),
  set: (doc, key, n) => nested.write(doc, key, () => n),
  read: (doc) => Object.fromEntries([...cart(doc)].map(([key, line]) => [key, line.get("quantity")])),
};

export const flat = {
  ...common,
  name: "yjs flat",
  create: () => new Y.Doc(),
  add: (doc, key, n) => doc.transact(() => cart(doc).set(key, { quantity: (cart(doc).get(key)?.quantity ?? 0) + n })),
  set: (doc, key, n) => doc.transact(() => cart(doc).set(key, { quantity: n })),
  read: (doc) => Object.fromEntries([...cart(doc)].map(([key, line]) => [key, line.quantity])),
};
