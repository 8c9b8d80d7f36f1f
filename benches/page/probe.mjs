// What is measured, inside the page: runs before anything of the page does.

/** Watches the headline frame by frame, and the page's shifts and long tasks. The result is in `window.__bench`. */
export function probe([before, after]) {
  const bench = (window.__bench = { defaultMs: 0, hiddenMs: 0, personalAt: null, cls: 0, blockingMs: 0, longestMs: 0, firstPaint: null });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) bench.cls += value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      bench.blockingMs += Math.max(0, duration - 50);
      bench.longestMs = Math.max(bench.longestMs, duration);
    }
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) if (name === "first-paint") bench.firstPaint = startTime;
  }).observe({ type: "paint", buffered: true });
  let last;
  let was = "none";
  const look = (now) => {
    // What the last frame painted was on the screen until this one.
    if (last != null) {
      if (was === "default") bench.defaultMs += now - last;
      if (was === "hidden") bench.hiddenMs += now - last;
    }
    last = now;
    const headline = document.getElementById("headline");
    const text = headline?.textContent.trim() ?? "";
    const visible = headline?.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true });
    was = !headline ? "none" : !visible ? "hidden" : text.startsWith(after) ? "personal" : text.startsWith(before) ? "default" : "none";
    if (was === "personal" && bench.personalAt == null) bench.personalAt = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
