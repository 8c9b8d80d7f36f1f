// Writes the package's address and hashes into index.html: `node fill.mjs ADDRESS sri.json`.

import { readFileSync } from "node:fs";

const [address, list] = process.argv.slice(2);
const sri = JSON.parse(readFileSync(list, "utf8"));
const page = readFileSync(new URL("index.html", import.meta.url), "utf8");
process.stdout.write(
  page.replace(/CDN/g, address).replace(/SRI\(([\w.]+)\)/g, (_, file) => {
    if (!sri[file]) throw new Error(`${list} has no hash of ${file}`);
    return sri[file];
  }),
);
