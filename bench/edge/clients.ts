/** Starts and controls a process of many clients (load.ts, typed-load.ts). */
import { type ChildProcess, fork } from "node:child_process";
import type { Group, LoadAnswer, LoadReport, LoadRequest, Reached } from "./load-protocol.ts";

export type Clients = Readonly<{
  pid: number;
  /** Opens more clients, fifty or `parallel` at a time, and resolves when all are connected. */
  open: (groups: readonly Group[], parallel?: number) => Promise<void>;
  /**
   * Resolves when every client has received `marker`, or after a minute. `at`: when that was, in ms of the machine's
   * clock. `missing`: how many clients have not received it.
   */
  awaitMarker: (marker: string) => Promise<Reached>;
  /**
   * Resolves when every client has lost its connection and received a frame on another one, both from now on, or after
   * `timeoutMs`.
   */
  awaitReturn: (timeoutMs: number) => Promise<Reached>;
  /** Sets all counters but `closed` to zero. `stamps`: whether stamps are read from now on. */
  reset: (stamps: boolean) => Promise<void>;
  /** `latencies`: whether they are in the report, as they are by default. */
  report: (latencies?: boolean) => Promise<LoadReport>;
  /** Lets slow clients read as fast as they can from now on. */
  unthrottle: () => Promise<void>;
  /**
   * Cuts all connections at once; resolves when all clients have reconnected and received a frame, with the ms that
   * took. @throws after `timeoutMs`, by default a minute
   */
  reconnectAll: (timeoutMs?: number) => Promise<number>;
  closeAll: () => Promise<void>;
  /** Ends the process. */
  stop: () => void;
}>;

type Reply = Readonly<{ id: number; answer?: LoadAnswer; error?: string }>;

const timeoutMs = 60_000;

/** Starts a process and opens the clients of `groups`. */
export async function openClients(groups: readonly Group[]): Promise<Clients> {
  const clients = startClients();
  await clients.open(groups);
  return clients;
}

const programs = {
  raw: new URL("load.ts", import.meta.url),
  typed: new URL("typed-load.ts", import.meta.url),
} as const;

/** `kind`: raw sockets, or the typed client. */
export function startClients(kind: keyof typeof programs = "raw"): Clients {
  const child: ChildProcess = fork(programs[kind], { execArgv: ["--no-warnings"] });
  const pending = new Map<number, (reply: Reply) => void>();
  let nextId = 1;
  child.on("message", (message) => {
    const reply = message as Reply;
    pending.get(reply.id)?.(reply);
    pending.delete(reply.id);
  });

  async function request<Kind extends LoadAnswer["kind"]>(
    message: LoadRequest,
    kind: Kind,
  ): Promise<Extract<LoadAnswer, { kind: Kind }>> {
    const id = nextId++;
    const { answer, error } = await new Promise<Reply>((resolve) => {
      pending.set(id, resolve);
      child.send({ id, request: message });
    });
    if (answer?.kind !== kind) throw new Error(`the clients' process: ${error ?? answer?.kind}`);
    return answer as Extract<LoadAnswer, { kind: Kind }>;
  }

  return {
    pid: child.pid ?? 0,
    open: async (groups, parallel = 50) => void (await request({ kind: "open", groups, parallel }, "done")),
    awaitMarker: (marker) => request({ kind: "await", marker, timeoutMs }, "reached"),
    awaitReturn: (within) => request({ kind: "awaitReturn", timeoutMs: within }, "reached"),
    reset: async (stamps) => void (await request({ kind: "reset", stamps }, "done")),
    report: (latencies = true) => request({ kind: "report", latencies }, "report"),
    unthrottle: async () => void (await request({ kind: "unthrottle" }, "done")),
    reconnectAll: async (within = timeoutMs) => {
      const { ms, missing } = await request({ kind: "reconnect", timeoutMs: within }, "reconnected");
      if (missing > 0) throw new Error(`${missing} clients did not reconnect`);
      return ms;
    },
    closeAll: async () => void (await request({ kind: "close" }, "done")),
    stop: () => child.kill(),
  };
}
