// Runs the hub and the demo shop until somebody presses Ctrl-C or one of them ends.
// `cargo xtask demo` becomes this process when everything is built, so that signals arrive here.

import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { hubAndShop } from "./servers.mjs";

const { values } = parseArgs({
  options: {
    program: { type: "string" },
    data: { type: "string" },
    port: { type: "string", default: "8080" },
    open: { type: "boolean", default: false },
  },
});

const { program, data } = values;
const { hub, shop } = await hubAndShop({ program, data, port: Number(values.port), demo: true, echo: true });

let ending = false;
async function end(code) {
  if (ending) return;
  ending = true;
  await Promise.all([shop.stop(), hub.stop()]);
  process.exit(code);
}
process.on("SIGINT", () => end(0));
process.on("SIGTERM", () => end(0));
process.on("SIGHUP", () => end(0));
for (const server of [hub, shop]) {
  server.onend = (why) => {
    console.error(`\n${server.name} is gone: ${why}`);
    end(1);
  };
}

try {
  // The shop first: on its first start it makes the key pair whose public half the hub reads.
  await shop.start();
  await hub.start();
} catch (error) {
  console.error(`\n${error.message}`);
  await end(1);
}

console.log(`
   The shop is open:  ${shop.origin}

   What to try
   1. Look around and put something into the cart. Nothing is stored until you allow it in the bar below.
   2. Allow, close the tab, come back: you are greeted, and what you looked at is there.
   3. Sign in as one of the sample customers: greeting, recommendations with a reason, an offer for her status.
   4. Open a private window, sign in as the same customer: the cart follows, live. Go offline in both, edit, go online.
   5. The bar at the bottom moves the clock and says why each place shows what it shows. "Not you?" forgets it all.

   Without the SDK (blocked scripts, hub down) the shop works as it is. Ctrl-C ends both.
`);

if (values.open) {
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  // No opener on this machine is no problem: the address is printed.
  spawn(opener, [shop.origin], { stdio: "ignore", detached: true }).on("error", () => {}).unref();
}
