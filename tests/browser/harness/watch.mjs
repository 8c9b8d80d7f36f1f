// What every page in every test is watched for: the console, errors, layout shifts, and requests that
// leave for another origin.

/** Runs in the page before anything of the shop does: reports each layout shift with what moved. */
function reportShifts() {
  const name = (node) => {
    const element = node instanceof Element ? node : node?.parentElement;
    if (!element) return "(removed)";
    const slot = element.closest("[data-wm-slot]");
    const label = element.tagName.toLowerCase() + (element.id ? `#${element.id}` : "") +
      (typeof element.className === "string" && element.className ? `.${element.className.trim().replace(/\s+/g, ".")}` : "");
    return slot && slot !== element ? `${label} in slot ${slot.getAttribute("data-wm-slot")}` : label;
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.__shifted({
        value: entry.value,
        afterInput: entry.hadRecentInput,
        moved: entry.sources.map((source) => name(source.node)),
        at: Math.round(entry.startTime),
      });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Keeps what pages of one shopper say and do. */
export class Watch {
  /** Lines of the console, of any level, and uncaught errors. */
  console = [];
  /** Layout shifts `{ value, afterInput, moved, at, url }`. */
  shifts = [];
  /** Addresses asked for outside of the shop's origin. */
  foreign = [];

  constructor(origin) {
    this.origin = origin;
  }

  /** Watches all pages of a browser context, present and future. */
  async attach(context) {
    await context.exposeBinding("__shifted", ({ frame }, shift) => {
      this.shifts.push({ ...shift, url: frame.url() });
    });
    await context.addInitScript(reportShifts);
    context.on("console", (message) => {
      const where = message.location().url;
      this.console.push(`${message.type()}: ${message.text()}${where ? ` (${where})` : ""}`);
    });
    context.on("weberror", (error) => this.console.push(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== this.origin) this.foreign.push(request.url());
    });
  }

  /** Console lines that no pattern of `expected` explains. */
  unexpected(expected = []) {
    return this.console.filter((line) => !expected.some((pattern) => pattern.test(line)));
  }

  /**
   * Layout shifts that no tap or key of hers explains. Inside a slot every shift counts; elsewhere those of one
   * page are left out when together they round to the 0.000 that browsers report.
   */
  moved({ cartMoves = false, stirred = "" } = {}) {
    const passed = [cartMoves && "/cart", stirred];
    const own = this.shifts.filter((shift) => !shift.afterInput && !passed.includes(new URL(shift.url).pathname));
    const inSlots = own.filter((shift) => shift.moved.some((name) => name.includes(" in slot ")));
    const sums = new Map();
    for (const { url, value } of own) sums.set(url, (sums.get(url) ?? 0) + value);
    return inSlots.length > 0 ? inSlots : own.filter(({ url }) => sums.get(url) >= 0.0005);
  }
}
