/**
 * One connection between two processes, for WebSocket messages and for TCP bytes. Data arrives in order and delayed, or
 * never if the connection is cut.
 */
import type { Clock, Process } from "./clock.ts";

export type Closing = Readonly<{ code: number; reason: string }>;
/** The closing that an end observes if the connection was cut rather than closed. */
export const broken: Closing = { code: 1006, reason: "" };

/** The present conditions of a kind of connection. Faults change them while connections are open. Times in ms. */
export type Conditions = {
  least: number;
  most: number;
  /** Nothing arrives before this time; sent data is queued. */
  stalledUntil: number;
  /** Bandwidth in bytes per ms. Excess data waits in the sender's buffer. */
  bytesPerMs: number;
  /** New connections are refused. */
  isDown: boolean;
};

export const goodConditions: Readonly<Conditions> = {
  least: 1,
  most: 5,
  stalledUntil: 0,
  bytesPerMs: Number.POSITIVE_INFINITY,
  isDown: false,
};

export type Data = string | Uint8Array;

export type WireEnd = {
  readonly process: Process;
  send: (data: Data) => void;
  /**
   * An orderly close: arrives after all sent data, and data sent later is dropped. The other end may answer with its
   * own close.
   */
  close: (closing: Closing) => void;
  /** Bytes that this end has sent and that have not arrived. */
  buffered: () => number;
  /** Stops reading until it is called with false. Data that arrives meanwhile counts as `buffered` at the sender. */
  pause: (isPaused: boolean) => void;
  onData: (data: Data) => void;
  /** Called at most once. */
  onClose: (closing: Closing) => void;
};

export type Wire = Readonly<{
  name: string;
  ends: readonly [WireEnd, WireEnd];
  /**
   * Cuts the connection; data in transit is lost. `loud`: both ends are notified; `silent`: neither is, and nothing
   * arrives any more.
   */
  cut: (how: "loud" | "silent") => void;
  isOpen: () => boolean;
}>;

export type WireOptions = Readonly<{
  clock: Clock;
  chance: () => number;
  conditions: Conditions;
  name: string;
  processes: readonly [Process, Process];
}>;

type Item = Readonly<{ data: Data } | { closing: Closing }>;

/** One direction. `queue`: sent items that have not arrived. */
type Lane = {
  queue: { item: Item; bytes: number; at: number }[];
  bytes: number;
  lastAt: number;
  isArmed: boolean;
  isPaused: boolean;
};

export function createWire({ clock, chance, conditions, name, processes }: WireOptions): Wire {
  let state: "open" | "silent" | "broken" = "open";
  const lanes = processes.map((): Lane => ({ queue: [], bytes: 0, lastAt: 0, isArmed: false, isPaused: false }));
  const isClosed = [false, false];
  const hasSentClose = [false, false];

  function deliver(to: 0 | 1): void {
    const lane = lanes[1 - to] as Lane;
    lane.isArmed = false;
    if (state !== "open" || lane.isPaused || isClosed[to]) return;
    const waitsUntil = conditions.stalledUntil;
    if (clock.now() < waitsUntil) {
      arm(to, waitsUntil);
      return;
    }
    const first = lane.queue.shift();
    if (!first) return;
    lane.bytes -= first.bytes;
    const next = lane.queue[0];
    if (next) arm(to, next.at);
    if ("data" in first.item) ends[to].onData(first.item.data);
    else notifyClosed(to, first.item.closing);
  }

  function arm(to: 0 | 1, at: number): void {
    const lane = lanes[1 - to] as Lane;
    if (lane.isArmed) return;
    lane.isArmed = true;
    const label = `${name} arrives (${lane.queue[0]?.bytes} bytes)`;
    clock.after(at - clock.now(), processes[to], label, () => deliver(to));
  }

  function put(from: 0 | 1, item: Item, bytes: number): void {
    if (hasSentClose[from] || state === "broken") return;
    if ("closing" in item) hasSentClose[from] = true;
    const lane = lanes[from] as Lane;
    const latency = conditions.least + chance() * (conditions.most - conditions.least);
    const at = Math.max(clock.now() + latency, lane.lastAt + bytes / conditions.bytesPerMs);
    lane.lastAt = at;
    lane.bytes += bytes;
    lane.queue.push({ item, bytes, at });
    arm(from === 0 ? 1 : 0, (lane.queue[0] as { at: number }).at);
  }

  function notifyClosed(side: 0 | 1, closing: Closing): void {
    if (isClosed[side]) return;
    isClosed[side] = true;
    ends[side].onClose(closing);
  }

  function end(side: 0 | 1): WireEnd {
    return {
      process: processes[side],
      send: (data) => put(side, { data }, typeof data === "string" ? Buffer.byteLength(data) : data.byteLength),
      close: (closing) => put(side, { closing }, 0),
      buffered: () => (lanes[side] as Lane).bytes,
      pause: (isPaused) => {
        const lane = lanes[1 - side] as Lane;
        lane.isPaused = isPaused;
        if (!isPaused && lane.queue[0]) arm(side, lane.queue[0].at);
      },
      onData: () => {},
      onClose: () => {},
    };
  }

  const ends: readonly [WireEnd, WireEnd] = [end(0), end(1)];
  return {
    name,
    ends,
    cut: (how) => {
      if (state !== "open" && how === "silent") return;
      state = how === "silent" ? "silent" : "broken";
      if (how === "silent") return;
      for (const side of [0, 1] as const)
        clock.after(conditions.least, processes[side], `${name} breaks`, () => notifyClosed(side, broken));
    },
    isOpen: () => state === "open" && !isClosed[0] && !isClosed[1],
  };
}
