// Automerge, with its counter as the quantity, so that concurrent additions sum.
import * as A from "@automerge/automerge";

/** Documents are values here; the box stands for the replica. */
const box = (doc) => ({ doc });
const change = (replica, work) => {
  replica.doc = A.change(replica.doc, work);
};

export const automerge = {
  name: "Automerge",
  create: () => box(A.from({ cart: {} })),
  fork: (replica) => box(A.clone(replica.doc)),
  add: (replica, key, n) =>
    change(replica, ({ cart }) => {
      if (cart[key]) cart[key].increment(n);
      else cart[key] = new A.Counter(n);
    }),
  set: (replica, key, n) =>
    change(replica, ({ cart }) => {
      cart[key] = new A.Counter(n);
    }),
  remove: (replica, key) =>
    change(replica, ({ cart }) => {
      delete cart[key];
    }),
  read: ({ doc }) => Object.fromEntries(Object.entries(doc.cart).map(([key, counter]) => [key, counter.value])),
  delta: (from, to) => A.saveSince(from.doc, A.getHeads(to.doc)),
  apply(replica, bytes) {
    replica.doc = A.loadIncremental(replica.doc, bytes);
    return replica;
  },
  save: ({ doc }) => A.save(doc),
  load: (bytes) => box(A.load(bytes)),
};
