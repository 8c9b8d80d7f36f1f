// Ours, as a customer gets it: the npm entry `wellmet/state` of the package in `dist/`, in wasm.
import { create, init, load } from "../../../dist/state/node.js";

await init();

export const wellmet = {
  name: "wellmet",
  create: () => create(),
  fork: (cart) => load(cart.save()),
  add: (cart, key, n, now) => cart.add(key, n, now),
  set: (cart, key, n, now) => cart.setQty(key, n, now),
  remove: (cart, key) => cart.remove(key),
  read: (cart) => Object.fromEntries(cart.read().map((line) => [line.key, line.quantity])),
  delta: (from, to) => from.delta(to.version()),
  apply: (cart, bytes) => (cart.apply(bytes), cart),
  save: (cart) => cart.save(),
  load: (bytes) => load(bytes),
  /** The next page load of one device: its name goes on, as a leased slot of a store does. */
  resume: (cart) => load(cart.save(), cart.actor),
};
