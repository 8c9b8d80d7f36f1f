#!/usr/bin/env node
// Picks the sample customers of the demo from an order log in CSV:
// `node tools/customers.mjs superstore.csv > customers.json`. `--shift-to 2026-11-20` moves the log so that
// its last order falls on this day, as the same option of `wellmet build` and `wellmet import` does.
//
// Each is chosen by a rule that shows something else of wellmet, ties by id, so that the same log
// gives the same people.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** Rows of a CSV text as objects by column. Quotes may hold commas, quotes ("") and line breaks. */
export function parseCsv(text) {
  const rows = [];
  let row = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ",") {
      row.push(field);
      field = "";
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[i + 1] === "\n") i++;
      row.push(field);
      if (row.length > 1 || row[0] !== "") rows.push(row);
      row = [];
      field = "";
    } else field += char;
  }
  if (field !== "" || row.length > 0) rows.push([...row, field]);
  const [head = [], ...body] = rows;
  return body.map((cells) => Object.fromEntries(head.map((name, index) => [name.replace(/^\ufeff/, ""), cells[index] ?? ""])));
}

const DAY_MS = 86_400_000;

/** Customers with what the rules ask for. */
function summaries(rows) {
  const found = new Map();
  for (const row of rows) {
    const id = row["Customer ID"];
    if (!id) continue;
    const one = found.get(id) ?? { id, name: row["Customer Name"], segment: row.Segment, days: new Map(), spent: 0 };
    one.days.set(row["Order ID"], row["Order Date"]);
    one.spent += Number(row.Sales) || 0;
    found.set(id, one);
  }
  return [...found.values()].map(({ id, name, segment, days, spent }) => {
    const dates = [...days.values()].sort();
    const gaps = dates.slice(1).map((day, i) => (Date.parse(day) - Date.parse(dates[i])) / DAY_MS);
    const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
    return { id, name, segment, spent, orders: days.size, first: dates[0], last: dates.at(-1), usual };
  });
}

/** @returns {{ id, name, segment, orders, first, last, note }[]} */
export function sampleCustomers(rows, shiftTo) {
  const everyone = summaries(rows).sort((a, b) => (a.id < b.id ? -1 : 1));
  const end = Date.parse(everyone.reduce((last, one) => (one.last > last ? one.last : last), ""));
  const shift = shiftTo ? Date.parse(shiftTo) - end : 0;
  const moved = (day) => new Date(Date.parse(day) + shift).toISOString().slice(0, 10);
  const quiet = (one) => (end - Date.parse(one.last)) / DAY_MS;
  const best = (score, among = () => true) =>
    everyone.filter((one) => among(one) && !picked.has(one)).sort((a, b) => score(b) - score(a) || (a.id < b.id ? -1 : 1))[0];
  const picked = new Map();
  const pick = (one, note) => one && picked.set(one, note);
  pick(best((c) => c.orders, (c) => c.segment === "Consumer"), "Comes most often");
  pick(best((c) => c.spent, (c) => c.segment === "Corporate"), "Spends most of the companies");
  pick(best((c) => c.orders, (c) => c.segment === "Home Office" && quiet(c) < 45), "Works from home, ordered lately");
  pick(best((c) => quiet(c) / c.usual, (c) => c.orders >= 6 && c.usual > 30 && quiet(c) < 400), "Long overdue by the usual rhythm");
  pick(best((c) => Date.parse(c.first), (c) => c.orders <= 2), "New: few orders");
  pick(best((c) => quiet(c), (c) => c.orders >= 5), "Has been away longest");
  return [...picked].map(([{ id, name, segment, orders, first, last }, note]) => ({
    id, name, segment, orders, first: moved(first), last: moved(last), note,
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { "shift-to": { type: "string" } } });
  const shiftTo = values["shift-to"];
  if (positionals.length !== 1 || (shiftTo && Number.isNaN(Date.parse(shiftTo)))) {
    console.error("usage: node tools/customers.mjs ORDERS.csv [--shift-to YYYY-MM-DD] > customers.json");
    process.exitCode = 2;
  } else {
    const rows = parseCsv(await readFile(positionals[0], "utf8"));
    process.stdout.write(`${JSON.stringify(sampleCustomers(rows, shiftTo), null, 2)}\n`);
  }
}
