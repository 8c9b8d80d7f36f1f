// A hub and a demo shop with a data folder of their own.

import { cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ROOT, hubAndShop } from "../../../xtask/servers.mjs";

/** The `wellmet` program and the prepared demo data; `cargo xtask test` sets both. */
export const PROGRAM = process.env.WELLMET ?? path.join(ROOT, "target/tool/wellmet");
export const DATA = process.env.WELLMET_DATA ?? path.join(ROOT, "demo-data");

/** Starts both on a copy of the prepared data, so that no test sees another's shoppers. */
export async function startServers() {
  const data = await mkdtemp(path.join(os.tmpdir(), "wellmet-test-"));
  await cp(DATA, data, { recursive: true });
  const { hub, shop } = await hubAndShop({ program: PROGRAM, data });
  const stop = async () => {
    await Promise.all([hub.stop(), shop.stop()]);
    await rm(data, { recursive: true, force: true });
  };
  const restore = async () => {
    for (const server of [hub, shop]) if (!server.running) await server.start();
  };
  try {
    // The shop first: it writes the public keys that the hub reads.
    await shop.start();
    await hub.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { hub, shop, origin: shop.origin, data, stop, restore };
}
