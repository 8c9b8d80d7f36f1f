// TinyBase's mergeable store: a table of lines. Deltas are what its synchronizer finds by comparing hashes.
import { createMergeableStore } from "tinybase";

const TABLE = "cart";
/** A deleted cell is `undefined`, which JSON does not know; TinyBase's synchronizers write this letter instead. */
const GONE = "\ufffc";
const bytes = (value) => new TextEncoder().encode(JSON.stringify(value, (_, one) => (one === undefined ? GONE : one)));
const restored = (one) => {
  if (Array.isArray(one)) return one.map((each) => (each === GONE ? undefined : restored(each)));
  if (one && typeof one === "object") for (const key of Object.keys(one)) one[key] = restored(one[key]);
  return one;
};
const value = (bytes) => restored(JSON.parse(new TextDecoder().decode(bytes)));

const merged = (into, more) => {
  for (const [table, [rows, ...stamp]] of Object.entries(more)) {
    into[table] ??= [{}, ...stamp];
    for (const [row, [cells, ...stamp]] of Object.entries(rows)) {
      into[table][0][row] ??= [{}, ...stamp];
      Object.assign(into[table][0][row][0], cells);
    }
  }
  return into;
};

export const tinybase = {
  name: "TinyBase",
  create: () => createMergeableStore(),
  fork: (store) => createMergeableStore().setMergeableContent(store.getMergeableContent()),
  add: (store, key, n) => store.setCell(TABLE, key, "quantity", (was) => (was ?? 0) + n),
  set: (store, key, n) => store.setCell(TABLE, key, "quantity", n),
  remove: (store, key) => store.delRow(TABLE, key),
  read: (store) => Object.fromEntries(Object.entries(store.getTable(TABLE)).map(([key, row]) => [key, row.quantity])),
  delta(from, to) {
    const [tables, otherTables] = from.getMergeableTableDiff(to.getMergeableTableHashes());
    const [rows, otherRows] = from.getMergeableRowDiff(to.getMergeableRowHashes(otherTables));
    const cells = from.getMergeableCellDiff(to.getMergeableCellHashes(otherRows));
    const all = merged(merged(structuredClone(tables[0]), rows[0]), cells[0]);
    return bytes([[all, tables[1] ?? ""], [{}], 1]);
  },
  apply: (store, delta) => store.applyMergeableChanges(value(delta)),
  save: (store) => bytes(store.getMergeableContent()),
  load: (saved) => createMergeableStore().setMergeableContent(value(saved)),
};
