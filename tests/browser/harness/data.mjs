// Articles and customers of the prepared demo data.

import { readFileSync } from "node:fs";
import path from "node:path";
import { DATA } from "./servers.mjs";

/** All articles, as the shop reads them. */
export const products = readFileSync(path.join(DATA, "products.jsonl"), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));

const buyable = products.filter((product) => product.in_stock !== false).sort((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0));

/** The most ordered articles of three shelves. */
export const [A, B, C] = buyable.filter(({ subcategory }, index) => buyable.findIndex((other) => other.subcategory === subcategory) === index);

/** The sample customers that one can sign in as. */
export const customers = JSON.parse(readFileSync(path.join(DATA, "customers.json"), "utf8"));
