/** What a process of many clients and its parent (clients.ts) say to one another. */
import type { Subscription } from "@pbxis/shared/client";

export type Group = Readonly<{
  /** Addresses, each opened `count` times. */
  urls: readonly string[];
  count: number;
  token: string | null;
  /** Acknowledges as the typed client does: the first frame, and then after a number of bytes or a time. */
  acknowledges: boolean;
  /** Reads at this rate. 0: stops reading after the first frame. Absent: reads as fast as it can. */
  bytesPerSecond?: number;
  /** Reconnects with its last cursor when its connection has ended. */
  resumes?: boolean;
  /** Comes back as the typed client does: after a random time, which is longer after each refusal. */
  backsOff?: boolean;
  /** Keeps the states that it receives. This is slow, and not for clients whose speed is measured. */
  mirrors?: boolean;
  /** On a socket that it shares with others (carried-client.ts). */
  isCarried?: boolean;
  /** What the typed client (typed-load.ts) subscribes to, to be at `urls`. */
  subscription?: Subscription;
}>;

export type LoadRequest =
  /** Opens the clients in parallel: fifty at a time, or `parallel`. Answered when all have a frame's beginning. */
  | Readonly<{ kind: "open"; groups: readonly Group[]; parallel?: number }>
  /** Answered when every client has received `marker`, or after `timeoutMs`. */
  | Readonly<{ kind: "await"; marker: string; timeoutMs: number }>
  /** Sets all counters but `closed` to zero. `stamps`: whether stamps are read from now on. */
  | Readonly<{ kind: "reset"; stamps: boolean }>
  /** Lets slow clients read as fast as they can from now on. */
  | Readonly<{ kind: "unthrottle" }>
  /**
   * Cuts every connection at once. Answered when all clients have reconnected with their cursors and received a frame.
   */
  | Readonly<{ kind: "reconnect"; timeoutMs: number }>
  /** Answered when each client has lost a connection and received a frame on a later one, both after this request. */
  | Readonly<{ kind: "awaitReturn"; timeoutMs: number }>
  /** `latencies`: whether the report has them. */
  | Readonly<{ kind: "report"; latencies: boolean }>
  | Readonly<{ kind: "close" }>;

export type LoadReport = Readonly<{
  kind: "report";
  frames: number;
  bytes: number;
  acknowledgements: number;
  /** Of each stamp, from its time until it was received, in ms. */
  latencies: readonly number[];
  /** How many connections have ended, by close code. */
  closed: Readonly<Record<string, number>>;
  /** Attempts to connect that were refused. */
  refused: number;
  /** How many different stamps each client has received, in the order of the groups. */
  stampCounts: readonly number[];
  /** How many stamps a client received again. */
  duplicates: number;
  /** How many connections began with a snapshot although their client resumed: it may have missed occurrences. */
  gaps: number;
  /** A digest of the states of each client that keeps them. */
  mirrors: readonly string[];
}>;

/** `at` in ms of the machine's clock, with fractions. `missing` counts clients. */
export type Reached = Readonly<{ at: number; missing: number }>;

export type LoadAnswer =
  | Readonly<{ kind: "done" }>
  | (Reached & Readonly<{ kind: "reached" }>)
  | Readonly<{ kind: "reconnected"; ms: number; missing: number }>
  | LoadReport;

export const machineClock = () => performance.timeOrigin + performance.now();

/** Waits for something that is to happen to each of `count` clients: `tick` is called once for each. */
export class Countdown {
  #left: number;
  readonly #done = Promise.withResolvers<Reached>();
  readonly #timer: NodeJS.Timeout;

  constructor(count: number, timeoutMs: number) {
    this.#left = count;
    this.#timer = setTimeout(() => this.#end(), timeoutMs);
    if (count === 0) this.#end();
  }

  get reached(): Promise<Reached> {
    return this.#done.promise;
  }

  tick(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#done.resolve({ at: machineClock(), missing: this.#left });
  }
}

/** Answers the parent's requests, and ends with it. */
export function serveParent(perform: (request: LoadRequest) => Promise<LoadAnswer>): void {
  process.on("message", async (message) => {
    const { id, request } = message as { id: number; request: LoadRequest };
    try {
      process.send?.({ id, answer: await perform(request) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}
