/** The browser's time zone as values: pairs of a moment and the minutes east of Greenwich from then on. */

const DAY = 86_400_000;

/** Every change from two years before `now` to one year after it, to the minute. */
export function zone(now: number, eastAt = (ms: number): number => -new Date(ms).getTimezoneOffset()): Float64Array {
  const end = now + 366 * DAY;
  let from = now - 731 * DAY;
  let east = eastAt(from);
  const pairs = [from, east];
  while (from < end) {
    // A week holds at most one change: even Morocco's Ramadan clock keeps its time for a month.
    let to = from + 7 * DAY;
    const after = eastAt(to);
    const next = to;
    if (after !== east) {
      while (to - from > 60_000) {
        const middle = (from + to) / 2;
        if (eastAt(middle) === east) from = middle;
        else to = middle;
      }
      // Clocks change on full minutes.
      pairs.push(Math.floor(to / 60_000) * 60_000, after);
      east = after;
    }
    from = next;
  }
  return new Float64Array(pairs);
}
