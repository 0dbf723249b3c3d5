/** What came over all connections to AMI of this process, in numbers. */
import { createTally } from "../util/tally.ts";
import type { Framed, Framer } from "./wire/framer.ts";

/** So many names of events and faults are told apart. */
export const maxNames = 60;

export type AmiTraffic = Readonly<{
  /** Connections that were tried, and those that came to be of use. */
  attempts: number;
  connections: number;
  bytesIn: number;
  /** Packets that were dropped, by their fault. */
  faults: ReadonlyMap<string, number>;
  /** Events that nobody uses, by name. */
  unused: ReadonlyMap<string, number>;
}>;

/** One connection's share. */
export type ConnectionMeter = Readonly<{
  /** Counts a chunk of bytes on its way through the framer. */
  push: (chunk: Uint8Array) => Framed[];
  /** True the first time. */
  onUp: () => boolean;
  /** Adds what the framer has skipped since the last time. */
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
