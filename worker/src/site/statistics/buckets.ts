/** The intervals of a report (AP12): quarters of an hour, and local hours and days made of them. Pure. */
import type { ReportInterval } from "../api.ts";
import { intervalMs, intervalOf } from "./interval.ts";
import { type Day, dayOf, hourStart, offsetsOf } from "./zone.ts";

/** `of`: the place in `spans` of the bucket with the quarter of an hour that begins then. */
export type Buckets = Readonly<{ spans: readonly Day[]; of: ReadonlyMap<number, number> }>;

/** Those that overlap `span`, whole. */
export function bucketsOf(span: Day, interval: ReportInterval, zone: string): Buckets {
  const offsetAt = offsetsOf(zone);
  const bucketAt = (start: number): Day => {
    if (interval === "15m") return { from: start, to: start + intervalMs };
    if (interval === "day") return dayOf(start, zone);
    const from = hourStart(start, offsetAt(start));
    // An hour in which clocks change is shorter or longer.
    let to = start + intervalMs;
    while (hourStart(to, offsetAt(to)) === from) to += intervalMs;
    return { from, to };
  };
  const spans: Day[] = [];
  const of = new Map<number, number>();
  if (span.from >= span.to) return { spans, of };
  for (let from = bucketAt(intervalOf(span.from)).from; from < span.to; ) {
    const bucket = bucketAt(from);
    for (let start = bucket.from; start < bucket.to; start += intervalMs) of.set(start, spans.length);
    spans.push(bucket);
    from = bucket.to;
  }
  return { spans, of };
}
