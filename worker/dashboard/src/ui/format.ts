/** Formats times and figures for people. Pure. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** `4:07`; from one hour on `1:02:09`. Never negative, although the clocks of the site and the browser may differ. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = twoDigits(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${rest}`;
}

/** For screen readers: `4 minutes 7 seconds`. */
export function speakDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const parts = [
    plural(hours, "hour"),
    plural(Math.floor((seconds % 3600) / 60), "minute"),
    hours > 0 ? "" : plural(seconds % 60, "second"),
  ].filter((part) => part !== "");
  return parts.join(" ") || "0 seconds";
}

function plural(count: number, word: string): string {
  return count === 0 ? "" : `${count} ${word}${count === 1 ? "" : "s"}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** `12:04:31`; for another day `2026-01-05 12:04:31`. In the browser's time zone. */
export function formatClock(at: number, now: number): string {
  const date = new Date(at);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday
    ? time
    : `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${time}`;
}

/** `in 5 minutes`, `in 2 hours`; rounded up. */
export function formatRemaining(ms: number): string {
  if (ms < hourMs) {
    const minutes = Math.max(1, Math.ceil(ms / minuteMs));
    return `in ${minutes} minute${minutes === 1 ? "" : "s"}`;
  }
  const hours = Math.ceil(ms / hourMs);
  return `in ${hours} hour${hours === 1 ? "" : "s"}`;
}

export function formatPercent(value: number): string {
  return `${Math.round(value)}%`;
}
