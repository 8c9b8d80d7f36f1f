// Chromium for the tests: the installed one, found as `cargo xtask setup` finds it, with everything
// switched off that talks to anybody but the page under test.

import { accessSync, constants } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** For a browser that somebody else starts, too. Chromium refuses its sandbox as root, which is what one is in a container. */
export const FLAGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-default-apps",
  "--disable-features=Translate,OptimizationHints,MediaRouter",
  // Without these a hidden window is throttled, and a second shopper's page is always hidden.
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

function runnable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of the browser to test in. */
export function executable() {
  const named = [process.env.CHROME, process.env.CHROMIUM].filter(Boolean);
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const found = [...named, ...installed, ...MAC].find(runnable);
  if (!found) throw new Error("no Chromium found; `cargo xtask setup` installs it or names the command");
  return found;
}

/** Starts a browser. `SHOW=1` opens a window and slows every action down, to watch. */
export function launch() {
  const show = Boolean(process.env.SHOW);
  return chromium.launch({
    executablePath: executable(),
    headless: !show,
    slowMo: show ? 250 : 0,
    args: FLAGS,
  });
}
