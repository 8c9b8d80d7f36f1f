// The files for running the hub: what they name exists, and the programs that read them take them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = path.join(ROOT, "examples/hub");
const read = (name) => readFile(path.join(FOLDER, name), "utf8");
const there = (file) => access(file).then(() => true, () => false);

async function files(within = FOLDER) {
  const entries = await readdir(within, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.relative(FOLDER, path.join(entry.parentPath, entry.name)));
}

/** Options that `wellmet hub` or one of its tasks knows. */
async function known() {
  const wellmet = process.env.WELLMET ?? path.join(ROOT, "target/tool/wellmet");
  const texts = await Promise.all([["hub"], ["hub", "backup"], ["hub", "copy"], ["hub", "restore"]].map((task) => run(wellmet, [...task, "--help"])));
  return new Set(texts.flatMap(({ stdout }) => [...stdout.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option)));
}

test("every option that the files give the hub is one of its own", async () => {
  const options = await known();
  let seen = 0;
  for (const name of ["wellmet-hub.service", "wellmet-backup.service", "wellmet-keyring-backup.service", "compose.yaml"]) {
    const text = await read(name);
    // From the command on; the lines of other programs are not ours.
    const commands = name.endsWith(".yaml") ? [text.slice(text.indexOf("x-hub:"), text.indexOf("\nservices:"))] : text.match(/^ExecStart=.*wellmet.*$/gm);
    for (const [option] of commands.join("\n").matchAll(/--[a-z][a-z-]+/g)) {
      assert.ok(options.has(option), `${name}: ${option}`);
      seen++;
    }
  }
  assert.ok(seen >= 15, `${seen} options`);
});

test("every route that the proxies treat apart is one of the hub's", async () => {
  const { paths } = JSON.parse(await readFile(path.join(ROOT, "docs/openapi.json"), "utf8"));
  const text = await read("nginx.conf");
  const routes = [...text.matchAll(/\^\/wellmet(\/v1\/)\(([^)]+)\)\$/g)].flatMap(([, base, names]) => names.split("|").map((name) => base + name));
  assert.ok(routes.length >= 6, String(routes));
  for (const route of routes) assert.ok(Object.keys(paths).includes(route), route);
});

test("every file that a text names is there", async () => {
  const all = await files();
  const readme = await read("README.md");
  for (const [, target] of readme.matchAll(/\]\(([^)]+)\)/g)) assert.ok(await there(path.join(FOLDER, target)), target);
  for (const name of all.filter((name) => name !== "README.md")) assert.ok(readme.includes(name) || readme.includes(path.extname(name)), `${name} is not in the README`);
  const compose = await read("compose.yaml");
  for (const [, source] of compose.matchAll(/"\.\/(nats\/[^:"]+):/g)) assert.ok(all.includes(source), source);
});

test("systemd takes the units", async (t) => {
  const ours = (await files()).filter((name) => /\.(service|timer)$/.test(name));
  const folder = await mkdtemp(path.join(os.tmpdir(), "wellmet-units-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of ours) {
    // The programs themselves are not installed here.
    const text = (await read(name)).replaceAll(/\/usr\/local\/bin\/[\w-]+/g, "/bin/true");
    await writeFile(path.join(folder, path.basename(name)), text);
  }
  try {
    await run("systemd-analyze", ["verify", "--man=no", ...ours.map((name) => `./${path.basename(name)}`)], { cwd: folder });
  } catch (error) {
    if (error.code === "ENOENT") return t.skip("systemd-analyze is not installed");
    // What else this machine's units lack is not said of ours.
    const said = error.stderr.split("\n").filter((line) => ours.some((name) => line.includes(path.basename(name))));
    assert.deepEqual(said, []);
  }
});

test("the NATS server takes its configuration", async (t) => {
  const fetched = path.join(ROOT, "target/tools/nats/bin/nats-server");
  const program = process.env.NATS_SERVER ?? ((await there(fetched)) ? fetched : "nats-server");
  const env = { ...process.env, NATS_NAME: "a", NATS_ROUTE_PASSWORD: "one", NATS_HUB_PASSWORD: "two" };
  try {
    await run(program, ["-t", "-c", path.join(FOLDER, "nats/nats.conf")], { env });
  } catch (error) {
    if (error.code === "ENOENT") return t.skip("nats-server is not installed");
    assert.fail(error.stderr);
  }
  const text = await read("nats/nats.conf");
  assert.match(text, /sync_interval: always/);
});
