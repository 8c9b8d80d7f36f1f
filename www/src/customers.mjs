// The sample customers one can be in this demo: a JSON list of
// `{ id, name, segment, orders, first, last, note }`, written by tools/customers.mjs.

import { readFile } from "node:fs/promises";

export async function readCustomers(file) {
  const rows = JSON.parse(await readFile(file, "utf8"));
  if (!Array.isArray(rows)) throw new Error(`${file}: a list of customers is wanted`);
  return rows.map((row, index) => {
    if (typeof row?.id !== "string" || typeof row?.name !== "string") {
      throw new Error(`${file}: customer ${index + 1} has no id or no name`);
    }
    return {
      id: row.id,
      name: row.name,
      segment: String(row.segment ?? ""),
      orders: Number(row.orders) || 0,
      first: String(row.first ?? ""),
      last: String(row.last ?? ""),
      note: String(row.note ?? ""),
    };
  });
}
