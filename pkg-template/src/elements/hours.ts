/**
 * Opening hours as schema.org writes them, `Mo-Fr 09:00-17:00, Sa 10:00-14:00`, and whether it is open now in the shop's
 * own time zone.
 */

/** One span of a day of the week: 0 is Monday, minutes after midnight. */
export interface Span {
  day: number;
  from: number;
  to: number;
}

/** Open until, or closed until: minutes after midnight of a day that is so many days ahead. */
export type Door = { open: true; to: number } | { open: false; ahead: number; day: number; from: number };

const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const DAY_MIN = 1440;

const minutes = (text: string): number => {
  const [hour = "", minute = "0"] = text.split(":");
  return Number(hour) * 60 + Number(minute);
};

/** Reads hours; parts that are none are left out. */
export function readHours(text: string): Span[] {
  const spans: Span[] = [];
  for (const part of text.slice(0, 500).split(/[,;]\s*(?=[A-Z])/)) {
    const match = /^\s*(.*?)\s+(\d\d?:\d\d)\s*[-–]\s*(\d\d?:\d\d)\s*$/.exec(part);
    if (!match) continue;
    const [from, to] = [minutes(match[2]!), minutes(match[3]!)];
    if (from >= DAY_MIN || to > DAY_MIN || from >= to) continue;
    for (const range of match[1]!.split(",")) {
      const [first = -1, last = first] = range.split(/[-–]/).map((day) => DAYS.indexOf(day.trim().slice(0, 2)));
      if (first < 0 || last < 0) continue;
      for (let day = first; ; day = (day + 1) % 7) {
        spans.push({ day, from, to });
        if (day === last) break;
      }
    }
  }
  return spans.sort((a, b) => a.day - b.day || a.from - b.from);
}

/** Which day of the week and minute it is there. A zone that does not exist is the device's. */
export function weekTime(ms: number, zone: string | undefined): { day: number; minute: number } {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en", { ...options, ...(zone && { timeZone: zone }) });
  } catch {
    format = new Intl.DateTimeFormat("en", options);
  }
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return { day: DAYS.indexOf(parts.weekday!.slice(0, 2)), minute: Number(parts.hour) * 60 + Number(parts.minute) };
}

/** Whether someone is there, and until when or from when on. Nothing when there never is. */
export function door(spans: Span[], now: { day: number; minute: number }): Door | undefined {
  const today = spans.find(({ day, from, to }) => day === now.day && from <= now.minute && now.minute < to);
  if (today) return { open: true, to: today.to };
  for (let ahead = 0; ahead < 8; ahead++) {
    const day = (now.day + ahead) % 7;
    const next = spans.find((span) => span.day === day && (ahead > 0 || span.from > now.minute));
    if (next) return { open: false, ahead, day, from: next.from };
  }
  return;
}

/** A time of day in the reader's language. */
export const timeOfDay = (minute: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" }).format(minute * 60_000);

/** A day of the week in the reader's language. The first of January 2024 was a Monday. */
export const dayName = (day: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));
