// A hub and a demo shop on free ports of this machine, with a data folder of their own.

import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The `wellmet` program and the prepared demo data; `cargo xtask test` sets both. */
const PROGRAM = process.env.WELLMET ?? path.join(ROOT, "target/tool/wellmet");
const DATA = process.env.WELLMET_DATA ?? path.join(ROOT, "demo-data");

/** A port that is free now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A child process that is known to be up, and can be stopped and started again on the same port. */
class Server {
  #child = null;
  #log = "";

  constructor(name, port, command, health) {
    this.name = name;
    this.port = port;
    this.command = command;
    this.health = health;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** All that it printed, for the report of a failed test. */
  get log() {
    return this.#log;
  }

  get running() {
    return this.#child !== null;
  }

  async start() {
    const [program, ...parameters] = this.command;
    const child = spawn(program, parameters, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let ended = null;
    child.once("error", (error) => (ended = error.message));
    child.once("exit", (code, signal) => (ended ??= `it ended with ${signal ?? code}`));
    for (const pipe of [child.stdout, child.stderr]) {
      pipe.setEncoding("utf8");
      pipe.on("data", (text) => (this.#log += text));
    }
    const deadline = Date.now() + 30_000;
    while (!(await this.#healthy())) {
      if (ended) throw new Error(`${this.name} did not start: ${ended}\n${this.#log}`);
      if (Date.now() > deadline) throw new Error(`${this.name} did not answer in 30 s\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #healthy() {
    try {
      return (await fetch(this.origin + this.health)).ok;
    } catch {
      return false;
    }
  }

  async stop() {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(patience);
  }
}

/** Starts both. `data` is a copy of the prepared demo data, so that no test sees another's shoppers. */
export async function startServers() {
  const data = await mkdtemp(path.join(os.tmpdir(), "wellmet-test-"));
  await cp(DATA, data, { recursive: true });
  const [hubPort, shopPort] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${shopPort}`;
  const hub = new Server(
    "the hub",
    hubPort,
    [PROGRAM, "hub", "--data", data, "--listen", `127.0.0.1:${hubPort}`, "--origin", origin],
    "/wellmet/v1/health",
  );
  const shop = new Server(
    "the shop",
    shopPort,
    [process.execPath, "www/server.mjs", "--port", String(shopPort), "--data", data, "--hub", hub.origin],
    "/",
  );
  try {
    await hub.start();
    await shop.start();
  } catch (error) {
    await Promise.all([hub.stop(), shop.stop()]);
    throw error;
  }
  const stop = async () => {
    await Promise.all([hub.stop(), shop.stop()]);
    await rm(data, { recursive: true, force: true });
  };
  const restore = async () => {
    for (const server of [hub, shop]) if (!server.running) await server.start();
  };
  return { hub, shop, origin, data, stop, restore };
}
