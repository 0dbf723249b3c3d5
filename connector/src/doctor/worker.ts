/** What the worker's answers mean. Pure; socket.ts asks. */
import { type Finding, fine, problem, warning } from "./finding.ts";

/**
 * `health`: the answer of `/healthz` (AP9). `date` is the worker's clock when it answered, and `at` ours, in ms since
 * 1970. `uplink`: whether the worker opens the connector's WebSocket; null if it was not tried.
 */
export type WorkerAnswers = Readonly<{
  host: string;
  health:
    | Readonly<{ kind: "unreachable"; because: string }>
    | Readonly<{ kind: "answered"; isWorker: boolean; status: number; date: number | null; at: number }>;
  uplink:
    | Readonly<{ kind: "accepted" }>
    | Readonly<{ kind: "refused"; status: number; message: string | null }>
    | Readonly<{ kind: "unreachable"; because: string }>
    | null;
  /** The connector that serves the site now; null if there is none, or the worker does not say. */
  holder: Readonly<{ version: string | null; since: number | null }> | null;
}>;

const worker = "worker";
const clock = "clock";
/** The worker's `Date` has whole seconds. */
const maxOffsetMs = 5_000;

export function examineWorker({ host, health, uplink, holder }: WorkerAnswers): Finding[] {
  if (health.kind === "unreachable") return [problem(worker, health.because, "check PBXIS_EDGE_URL and the firewall")];
  if (!health.isWorker)
    return [
      problem(
        worker,
        `${host} answers /healthz with HTTP status ${health.status}, so it is not a pbxis-edge worker`,
        "check PBXIS_EDGE_URL",
      ),
    ];
  return [
    fine(worker, `${host} answers`),
    ...clockOf(health.date, health.at),
    ...uplinkOf(uplink),
    ...holderOf(holder),
  ];
}

function clockOf(date: number | null, at: number): Finding[] {
  if (date === null) return [];
  const offset = at - date;
  if (Math.abs(offset) <= maxOffsetMs) return [fine(clock, "agrees with the worker's")];
  const seconds = Math.round(Math.abs(offset) / 1000);
  const text = `this machine's is ${seconds} s ${offset > 0 ? "ahead of" : "behind"} the worker's`;
  return [warning(clock, text, "synchronize it by NTP, because the times of events come from it")];
}

/** Perhaps it is the one whose settings are examined, so this is no warning. */
function holderOf(holder: WorkerAnswers["holder"]): Finding[] {
  if (!holder) return [];
  const version = holder.version === null ? "" : ` ${holder.version}`;
  const since = holder.since === null ? "" : ` since ${new Date(holder.since).toISOString()}`;
  return [
    fine("uplink", `a connector${version} serves the site${since}; a connector that starts now takes over from it`),
  ];
}

function uplinkOf(uplink: WorkerAnswers["uplink"]): Finding[] {
  const subject = "uplink";
  switch (uplink?.kind) {
    case undefined:
      return [];
    case "accepted":
      return [fine(subject, "the worker accepts the token")];
    case "refused": {
      const reason = uplink.message ?? `HTTP status ${uplink.status}`;
      return [problem(subject, `the worker refuses the connector: ${reason}`, "check PBXIS_TOKEN and PBXIS_SITE")];
    }
    case "unreachable":
      return [problem(subject, uplink.because, "a proxy or firewall on the way may block WebSockets")];
  }
}
