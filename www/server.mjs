#!/usr/bin/env node
// Starts Half Past Nine, the demo shop of wellmet: `node server.mjs --products products.jsonl --data DIR`.

import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openShop } from "./src/app.mjs";

const USAGE = `Half Past Nine, the demo shop of wellmet

  node server.mjs --data DIR [options]

  --data DIR        demo data; the shop also keeps its signing key and session secret here
  --products FILE   products, one JSON object a line (wellmet build --products-out)  [DIR/products.jsonl]
  --customers FILE  sample customers to sign in as (tools/customers.mjs)             [DIR/customers.json]
  --book DIR        built book, served at /book/                                     [DIR/book]
  --sdk DIR         built wellmet package, served at /sdk/                           [../dist]
  --hub URL         hub, served at /wellmet/; none: everything stays on the device
  --jwks FILE       where the public keys for the hub go                             [DIR/jwks.json]
  --audience NAME   audience of the login tokens                                     [wellmet]
  --port NUMBER     0 takes a free one                                               [4930]
  --demo            the developer's bar on every page (or add ?dev to an address)

Only the products have to be there: without the others it is a plain shop.`;

const DIST = fileURLToPath(new URL("../dist", import.meta.url));

async function main() {
  const { values } = parseArgs({
    options: {
      products: { type: "string" },
      data: { type: "string" },
      customers: { type: "string" },
      sdk: { type: "string" },
      book: { type: "string" },
      hub: { type: "string" },
      jwks: { type: "string" },
      audience: { type: "string" },
      port: { type: "string", default: "4930" },
      demo: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || !values.data) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port}: not a port`);

  const inData = (name) => {
    const file = path.join(values.data, name);
    return existsSync(file) ? file : undefined;
  };
  const options = {
    ...values,
    products: values.products ?? path.join(values.data, "products.jsonl"),
    customers: values.customers ?? inData("customers.json"),
    book: values.book ?? inData("book"),
    sdk: values.sdk ?? DIST,
  };
  const { server, catalogue, jwks } = await openShop(options);
  for (const { line, problem } of catalogue.problems) console.warn(`${options.products}:${line}: ${problem}; left out`);
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  console.log(`Half Past Nine is open: http://127.0.0.1:${server.address().port}/`);
  console.log(`${catalogue.products.length} products; public keys for the hub in ${jwks}`);

  const stop = () => {
    server.close();
    // Event streams never end by themselves.
    server.closeAllConnections();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
