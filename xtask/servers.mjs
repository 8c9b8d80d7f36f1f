// The hub and the demo shop as child processes. The demo and the browser tests start them in the same way.

import { spawn } from "node:child_process";
import net from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** `wanted` when nobody listens there, else the next free port after it; 0 means any. */
export async function freePort(wanted = 0) {
  for (let port = wanted; port < 65_536; port += 1) {
    const free = await new Promise((resolve) => {
      const server = net.createServer();
      server.once("error", () => resolve(0));
      server.listen(port, "127.0.0.1", () => {
        const taken = server.address().port;
        server.close(() => resolve(taken));
      });
    });
    if (free) return free;
  }
  throw new Error(`no free port from ${wanted} on`);
}

/** A child process that is known to be up, and can be stopped and started again on the same port. */
export class Server {
  #child = null;
  #log = "";

  /** @param {{ name: string, port: number, command: string[], health: string, echo?: boolean }} what */
  constructor({ name, port, command, health, echo = false }) {
    Object.assign(this, { name, port, command, health, echo });
    this.origin = `http://127.0.0.1:${port}`;
    /** Called when it ends without having been told to. */
    this.onend = () => {};
  }

  /** All that it printed. */
  get log() {
    return this.#log;
  }

  get running() {
    return this.#child !== null;
  }

  /** Starts it and waits until it answers. */
  async start() {
    const [program, ...parameters] = this.command;
    const child = spawn(program, parameters, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let ended = null;
    const end = (why) => {
      ended ??= why;
      if (this.#child !== child) return;
      this.#child = null;
      this.onend(why);
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(`it ended with ${signal ?? code}`));
    for (const [pipe, out] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      pipe.setEncoding("utf8");
      pipe.on("data", (text) => {
        this.#log = (this.#log + text).slice(-20_000);
        if (this.echo) out.write(text);
      });
    }
    const deadline = Date.now() + 30_000;
    while (!(await this.#healthy())) {
      if (ended) throw new Error(`${this.name} did not start: ${ended}\n${this.#log}`);
      if (Date.now() > deadline) throw new Error(`${this.name} did not answer within 30 s\n${this.#log}`);
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

  /** Ends it, by force when asking does not help within five seconds. */
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

/**
 * The hub and the shop in front of it, not yet started.
 *
 * @param {{ program: string, data: string, port?: number, demo?: boolean, echo?: boolean }} options `program` is the `wellmet`
 *   command, `data` the prepared folder with book, products and database; `port` the shop's first choice,
 *   `demo` whether pages carry the developer's bar
 */
export async function hubAndShop({ program, data, port = 0, demo = false, echo = false }) {
  const shopPort = await freePort(port);
  const hubPort = await freePort();
  const shop = new Server({
    name: "the shop",
    port: shopPort,
    health: "/",
    echo,
    command: [
      process.execPath, path.join(ROOT, "www/server.mjs"),
      "--port", String(shopPort), "--data", data, "--hub", `http://127.0.0.1:${hubPort}`,
      ...(demo ? ["--demo"] : []),
    ],
  });
  const hub = new Server({
    name: "the hub",
    port: hubPort,
    health: "/wellmet/v1/health",
    echo,
    command: [program, "hub", "--data", data, "--listen", `127.0.0.1:${hubPort}`, "--origin", shop.origin],
  });
  return { hub, shop };
}
