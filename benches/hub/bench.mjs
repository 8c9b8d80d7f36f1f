// What a hub takes on this machine, beside what its store takes by itself. The load is a program of its own in
// crates/hub/benches/load: a client in JavaScript would be what is measured. Its options come after `--`.
import { spawnSync } from "node:child_process";
import { print } from "../rows.mjs";

if (!process.env.WELLMET) throw new Error("WELLMET names no hub: run this as `cargo xtask bench hub`, which builds one");
const words = process.argv.slice(2);
const at = words.indexOf("--format");
const [, format] = at < 0 ? [] : words.splice(at, 2);
const cargo = ["bench", "--quiet", "--profile", "tool", "--package", "wellmet-hub", "--bench", "load", "--", ...words];
const { status, stdout } = spawnSync("cargo", cargo, { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
if (status === 0) print(JSON.parse(stdout), format);
process.exitCode = status ?? 1;
