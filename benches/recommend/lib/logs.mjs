// The logs that are measured with: a real one, cut from the archive of the crate serenade, and made-up ones of any size.
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { unzip } from "./zip.mjs";

const DAY = 86_400;
/** Midnight of 20 June 2020, UTC: visits that end before it are learnt from, those of the three days after it asked. */
const CUT = Date.UTC(2020, 5, 20) / 1000;

/**
 * Cuts the click log that the crate brings along (train, valid and test joined, then cut anew by time).
 * @param {string} crate folder of serenade 0.3.1
 * @param {string} folder where to write train.csv and test.csv, and both once more as serenade reads them
 */
export function clicksOfSerenade(crate, folder) {
  mkdirSync(folder, { recursive: true });
  const zip = readFileSync(join(crate, "assets/example/example.zip"));
  /** @type {Map<string, {time: number, item: number}[]>} */
  const visits = new Map();
  for (const part of ["train", "valid", "test"]) {
    for (const line of unzip(zip, `${part}.txt`).toString("utf8").split("\n").slice(1)) {
      const [visit, item, time] = line.split("\t");
      if (!time) continue;
      const key = part + visit;
      const clicks = visits.get(key) ?? [];
      if (clicks.length === 0) visits.set(key, clicks);
      clicks.push({ item: Number(item), time: Math.trunc(Number(time)) });
    }
  }
  const all = [...visits.values()].map((clicks) => clicks.sort((a, b) => a.time - b.time));
  const end = (/** @type {{time: number}[]} */ clicks) => clicks[clicks.length - 1].time;
  all.sort((a, b) => end(a) - end(b));
  const parts = {
    train: all.filter((clicks) => end(clicks) < CUT),
    test: all.filter((clicks) => end(clicks) >= CUT && end(clicks) < CUT + 3 * DAY),
  };
  let number = 0;
  for (const [name, visits] of Object.entries(parts)) {
    const rows = visits.flatMap((clicks) => (number++, clicks.map(({ item, time }) => [number, item, time])));
    const write = (/** @type {string} */ file, /** @type {string} */ header, /** @type {string} */ separator) =>
      writeFileSync(join(folder, file), [header, ...rows.map((row) => row.join(separator))].join("\n") + "\n");
    write(`${name}.csv`, "session_id,item_id,time", ",");
    write(`${name}.txt`, "SessionId\tItemId\tTime", "\t");
  }
  return { train: parts.train.length, test: parts.test.length };
}

/** Reads visits of a log as lists of ids. @param {string} file */
export function visitsOf(file) {
  /** @type {Map<string, string[]>} */
  const visits = new Map();
  for (const line of readFileSync(file, "utf8").split("\n").slice(1)) {
    const [visit, item] = line.split(",");
    if (!item) continue;
    const clicks = visits.get(visit);
    if (clicks) clicks.push(item);
    else visits.set(visit, [item]);
  }
  return [...visits.values()];
}

/**
 * Writes a made-up click log: articles in families of forty, some families and articles far busier than others, visits of
 * about five clicks that stay in a family or go on to the next one.
 * @param {string} file
 * @param {number} items
 * @param {number} clicks
 */
export async function generate(file, items, clicks) {
  if (existsSync(file)) return;
  let seed = 42;
  const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const skewed = (/** @type {number} */ below) => Math.floor(below * next() ** 3);
  const families = Math.ceil(items / 40);
  const out = createWriteStream(file);
  out.write("session_id,item_id,time\n");
  const start = Date.UTC(2024, 0, 1) / 1000;
  let buffer = "";
  for (let written = 0, visit = 0; written < clicks; visit++) {
    let family = skewed(families);
    let time = start + Math.floor((visit / (clicks / 5)) * 28 * DAY);
    const length = 2 + Math.floor(7 * next() * next()) + (next() < 0.02 ? 20 : 0);
    for (let n = 0; n < length && written < clicks; n++, written++) {
      if (next() < 0.15) family = (family + 1) % families;
      buffer += `${visit},${Math.min(items - 1, family * 40 + skewed(40))},${time}\n`;
      time += 5 + Math.floor(60 * next());
    }
    if (buffer.length > 1 << 20) {
      if (!out.write(buffer)) await once(out, "drain");
      buffer = "";
    }
  }
  out.end(buffer);
  await once(out, "finish");
}
