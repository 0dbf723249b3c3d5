/** Counters over all of this process's connections to AMI. */
import { createTally } from "../util/tally.ts";
import type { Framed, Framer } from "./wire/framer.ts";

/** The number of event names, and of faults, that are counted separately. */
export const maxNames = 60;

export type AmiTraffic = Readonly<{
  /** Connections that were tried, and those that came up. */
  attempts: number;
  connections: number;
  bytesIn: number;
  /** Dropped packets, by their fault. */
  faults: ReadonlyMap<string, number>;
  /** Skipped events, by name. */
  unused: ReadonlyMap<string, number>;
}>;

/** Counts for one connection. */
type ConnectionMeter = Readonly<{
  /** Passes a chunk of bytes to the framer, and counts it. */
  push: (chunk: Uint8Array) => Framed[];
  /** Returns true the first time. */
  onUp: () => boolean;
  /** Adds the events that the framer has skipped since the last call. */
  countSkipped: () => void;
}>;

export type TrafficMeter = Readonly<{ connection: (framer: Framer) => ConnectionMeter; read: () => AmiTraffic }>;

export function createTrafficMeter(): TrafficMeter {
  const faults = createTally(maxNames);
  const unused = createTally(maxNames);
  let attempts = 0;
  let connections = 0;
  let bytesIn = 0;

  function connection(framer: Framer): ConnectionMeter {
    let before: ReadonlyMap<string, number> = new Map();
    let wasUp = false;
    attempts++;
    return {
      onUp: () => {
        if (wasUp) return false;
        wasUp = true;
        connections++;
        return true;
      },
      push: (chunk) => {
        const all = framer.push(chunk);
        bytesIn += chunk.length;
        for (const framed of all) if (framed.kind === "fault") faults.add(framed.fault);
        return all;
      },
      countSkipped: () => {
        const { skipped } = framer;
        for (const [name, count] of skipped) unused.add(name, count - (before.get(name) ?? 0));
        before = skipped;
      },
    };
  }

  return {
    connection,
    read: () => ({ attempts, connections, bytesIn, faults: faults.counts(), unused: unused.counts() }),
  };
}
