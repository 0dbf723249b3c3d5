/**
 * The site's connectors: the production code, one simulated process for each run, and the connections that are cut when
 * it ends.
 */
import { parseConfig } from "../../connector/src/config.ts";
import { startConnector } from "../../connector/src/connector.ts";
import type { Log } from "../../connector/src/log.ts";
import { mintToken } from "../harness/token.ts";
import { type Clock, createProcess, type Machine, type Process } from "./clock.ts";

type Connection = Readonly<{ process: Process; cut: (how: "loud" | "silent") => void }>;

/**
 * A period in which the connector received every event from Asterisk. `until` is null while it lasts. `noticed`: when
 * the connector logged that it was over.
 */
export type AmiSpan = { from: number; until: number | null; noticed?: number };

/** `until` is null while it runs. `hasLost`: while stopping, it logged that unconfirmed occurrences may be lost. */
export type ConnectorRun = Readonly<{
  name: string;
  /** The number of the machine that it runs on. Each machine has its own disk for the spool. */
  machine: number;
  process: Process;
  from: number;
  amiSpans: AmiSpan[];
}> & {
  until: number | null;
  isStopping: boolean;
  hasLost: boolean;
  /** When it first reached the site, whose clock it has known since then. */
  reachedAt: number;
  /** How often it has reached the site. */
  uplinks: number;
  stop: () => Promise<void>;
};

export type Connectors = Readonly<{
  /** The runs that have not ended and are not stopping. */
  alive: () => readonly ConnectorRun[];
  runs: () => readonly ConnectorRun[];
  /** Starts a connector on the first machine without a running one: its spool is for one connector at a time. */
  start: () => void;
  /** Starts a connector on every machine that ever had one. */
  startAll: () => void;
  /** As by SIGKILL. `silent`: as if the machine were switched off, so that peers are not notified. */
  kill: (run: ConnectorRun, how: "loud" | "silent") => void;
  /** As by SIGTERM. */
  stop: (run: ConnectorRun) => void;
  onConnection: (kind: "uplink" | "AMI", process: Process, cut: Connection["cut"]) => void;
  /** Cuts all connections of a kind. */
  cut: (kind: "uplink" | "AMI", how: "loud" | "silent") => void;
  /** The last lines of all connectors' logs. */
  log: () => readonly string[];
}>;

const keptLines = 60;
/** Pauses with this reason count as wrap-up (EV19). */
export const wrapUpReason = "Training";

/** `port` is AMI's. `hasSpool`: connectors keep unconfirmed occurrences in a file. */
type Options = Readonly<{ clock: Clock; secret: string; site: string; port: number; hasSpool: boolean }>;

export async function createConnectors(
  { clock, secret, site, port, hasSpool }: Options,
  machineOf: (number: number) => Machine,
): Promise<Connectors> {
  const token = await mintToken({ site, role: "connector", secret, expiresInSeconds: 86_400 });
  const parsed = parseConfig({
    PBXIS_SITE: site,
    PBXIS_EDGE_URL: "https://edge.simulated",
    PBXIS_TOKEN: token,
    AMI_PORT: String(port),
    AMI_USERNAME: "pbxis",
    AMI_SECRET: "secret",
    PBXIS_ORIGINATE_CONTEXT: "from-agents",
    PBXIS_REDIRECT_CONTEXT: "from-agents",
    PBXIS_WRAPUP_REASONS: wrapUpReason,
  });
  if (!parsed.ok) throw new Error(parsed.message);
  const configOn = (machine: number) => ({ ...parsed.config, spoolFile: hasSpool ? `${site} ${machine}` : null });
  const runs: ConnectorRun[] = [];
  /** Machines whose connector is still stopping: the next one starts when its spool is free. */
  const waiting = new Set<number>();
  const lines: string[] = [];
  const connections: Record<"uplink" | "AMI", Connection[]> = { uplink: [], AMI: [] };

  function logOf(run: ConnectorRun): Log {
    const take = (first: unknown, second?: string) => {
      const text = typeof first === "string" ? first : `${second} ${JSON.stringify(first)}`;
      if (text.startsWith("AMI: connected to")) run.amiSpans.push({ from: clock.now(), until: null });
      else if (text.startsWith("AMI: ") && text.includes("next attempt in")) noticeAmiEnd(run.amiSpans);
      else if (text.startsWith("uplink: connected")) noticeUplink(run);
      else if (text.includes("may be lost")) run.hasLost = true;
      if (lines.push(`${clock.now().toFixed(0)} ${run.name}: ${text}`) > 2 * keptLines) lines.splice(0, keptLines);
    };
    return { trace: () => {}, debug: () => {}, info: take, warn: take, error: take, fatal: take } as unknown as Log;
  }

  function noticeUplink(run: ConnectorRun): void {
    run.reachedAt = Math.min(run.reachedAt, clock.now());
    run.uplinks++;
  }

  function noticeAmiEnd(amiSpans: readonly AmiSpan[]): void {
    endAmiSpan(amiSpans);
    const last = amiSpans.at(-1);
    if (last) last.noticed ??= clock.now();
  }

  function endAmiSpan(amiSpans: readonly AmiSpan[]): void {
    const last = amiSpans.at(-1);
    if (last) last.until ??= clock.now();
  }

  function end(run: ConnectorRun): void {
    endAmiSpan(run.amiSpans);
    run.process.alive = false;
    run.until = clock.now();
    if (waiting.delete(run.machine)) launch(run.machine);
  }

  function cutOf(process: Process, how: "loud" | "silent"): void {
    for (const kind of ["uplink", "AMI"] as const)
      for (const connection of connections[kind]) if (connection.process === process) connection.cut(how);
  }

  const alive = () => runs.filter(({ process, isStopping }) => process.alive && !isStopping);

  function start(): void {
    let machine = 1;
    while (waiting.has(machine) || alive().some((run) => run.machine === machine)) machine++;
    if (runs.some((run) => run.process.alive && run.machine === machine)) waiting.add(machine);
    else launch(machine);
  }

  function launch(machine: number): void {
    const name = `connector ${runs.length + 1}${site === "hq" ? "" : ` of ${site}`}`;
    const process = createProcess(name, machineOf(machine));
    const run: ConnectorRun = {
      name,
      machine,
      process,
      amiSpans: [],
      from: clock.now(),
      until: null,
      isStopping: false,
      hasLost: false,
      reachedAt: Number.POSITIVE_INFINITY,
      uplinks: 0,
      stop: async () => {},
    };
    runs.push(run);
    const connector = clock.as(process, () => startConnector(configOn(machine), "0.0.0-simulated", logOf(run)));
    run.stop = connector.stop;
  }

  return {
    alive,
    runs: () => runs,
    start,
    startAll: () => {
      const machines = Math.max(1, ...runs.map(({ machine }) => machine));
      while (alive().length + waiting.size < machines) start();
    },
    kill: (run, how) => {
      end(run);
      cutOf(run.process, how);
    },
    stop: (run) => {
      run.isStopping = true;
      const gone = () => {
        end(run);
        cutOf(run.process, "loud");
      };
      void clock.as(run.process, run.stop).then(gone);
    },
    onConnection: (kind, process, cut) => {
      connections[kind].push({ process, cut });
      if (connections[kind].length > 40) connections[kind].splice(0, 20);
    },
    cut: (kind, how) => {
      for (const connection of connections[kind]) connection.cut(how);
      if (kind === "AMI") for (const { amiSpans } of runs) endAmiSpan(amiSpans);
    },
    log: () => lines.slice(-keptLines),
  };
}
