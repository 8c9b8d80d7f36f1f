// The sample customers: chosen from a log by rules.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv, sampleCustomers } from "../tools/customers.mjs";

test("quoted commas, quotes and line breaks are read", () => {
  assert.deepEqual(parseCsv('\ufeffa,b\r\n1,"x, ""y""\nz"\r\n2,\n'), [
    { a: "1", b: 'x, "y"\nz' },
    { a: "2", b: "" },
  ]);
  assert.deepEqual(parseCsv(""), []);
});

const row = (customer, segment, order, day, sales = "10") => ({
  "Customer ID": customer, "Customer Name": `Name ${customer}`, Segment: segment, "Order ID": order, "Order Date": day, Sales: sales,
});

test("orders are counted once however many lines they have, ties go to the smaller id", () => {
  const rows = [
    row("b", "Consumer", "1", "2017-01-01"), row("b", "Consumer", "1", "2017-01-01"), row("b", "Consumer", "2", "2017-02-01"),
    row("a", "Consumer", "3", "2017-01-05"), row("a", "Consumer", "4", "2017-03-05"),
    row("c", "Corporate", "5", "2017-01-05", "999"),
    { "Customer ID": "", "Order ID": "6" },
  ];
  const [first, second] = sampleCustomers(rows);
  assert.deepEqual(
    { id: first.id, orders: first.orders, first: first.first, last: first.last },
    { id: "a", orders: 2, first: "2017-01-05", last: "2017-03-05" },
  );
  assert.equal(second.id, "c");
  assert.deepEqual(sampleCustomers([...rows].reverse()), sampleCustomers(rows), "the same log gives the same people");
  assert.deepEqual(sampleCustomers([]), []);
  const [moved] = sampleCustomers(rows, "2020-03-01");
  assert.deepEqual([moved.first, moved.last], ["2020-01-02", "2020-03-01"], "59 days lie between, as before");
});
