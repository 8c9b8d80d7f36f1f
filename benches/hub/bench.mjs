// What a hub takes on this machine, beside what its store takes by itself. The load is a program of its own in
// crates/hub/benches/load: a client in JavaScript would be what is measured. Its options come after `--`.
import { spawnSync } from "node:child_process";

const cargo = ["bench", "--quiet", "--profile", "tool", "--package", "wellmet-hub", "--bench", "load", "--", ...process.argv.slice(2)];
process.exitCode = spawnSync("cargo", cargo, { stdio: "inherit" }).status ?? 1;
