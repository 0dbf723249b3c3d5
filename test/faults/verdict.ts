/**
 * Decides which completed calls must arrive, and whether they did. Pure.
 *
 * EV6, EV11 and UP6: what the connector receives from Asterisk while it is connected arrives exactly once, despite
 * faults of the uplink, the worker and the clients, and of the connector, which has a spool. Calls that end while no
 * connector is connected, or that are received in a connector's last moment, may be missing. They may arrive at most
 * once; all other calls must arrive exactly once.
 */
import type { TappedCompletion } from "./tap.ts";

/** One line of Asterisk's queue_log; `at` in ms since 1970, in whole seconds. */
export type Completed = Readonly<{ uniqueId: string; queue: string; member: string; at: number }>;

/** A sample of the connector's `/metrics`. `run`: the number of its process. */
export type Sample = Readonly<{ at: number; run: number; amiUp: boolean }>;

export type Span = Readonly<{ from: number; to: number }>;

/** The period of each run of the connector; `to` is null while it runs. */
export type ConnectorRuns = ReadonlyMap<number, Readonly<{ from: number; to: number | null }>>;

/**
 * Data that was forwarded less than this before a reset may not have been read, and the connector needs time to process
 * it.
 */
const settleMs = 500;

export function parseQueueLog(text: string): Completed[] {
  return text.split("\n").flatMap((line) => {
    const [seconds, uniqueId = "", queue = "", member = "", event] = line.split("|");
    if (event !== "COMPLETECALLER" && event !== "COMPLETEAGENT") return [];
    return [{ uniqueId, queue, member, at: Number(seconds) * 1000 }];
  });
}

/**
 * `mayLackUniqueId`: Asterisk named no channel, and the connection may be younger than the call, so that the Uniqueid
 * cannot be known.
 */
export type JudgedCall = Readonly<{
  completed: Completed;
  isRequired: boolean;
  reason: string;
  mayLackUniqueId: boolean;
}>;

/** An upper bound for the duration of a call: ringing, talking, hold and the waiting of both parties. */
const longestCallMs = 30_000;

export function judge(
  completed: readonly Completed[],
  tapped: readonly TappedCompletion[],
  samples: readonly Sample[],
  runs: ConnectorRuns,
  disturbed: readonly Span[] = [],
): JudgedCall[] {
  const left = [...tapped];
  return completed.map((one) => {
    const index = left.findIndex((packet) => isOf(packet, one));
    const [packet] = index < 0 ? [] : left.splice(index, 1);
    const excuse = packet ? excuseOf(packet, samples, runs) : absenceOf(one, samples, disturbed);
    return {
      completed: one,
      isRequired: excuse === null,
      reason: excuse ?? (packet ? "received" : "not received while connected"),
      mayLackUniqueId: packet?.uniqueId === null && packet.connection.openedAt > packet.at - longestCallMs,
    };
  });
}

/**
 * Describes what is wrong with the calls that reached a viewer. `mine`: the calls that it may see; `arrived`: how often
 * each Uniqueid arrived.
 */
export function problemsOf(
  judged: readonly JudgedCall[],
  mine: readonly JudgedCall[],
  arrived: ReadonlyMap<string, number>,
): string[] {
  const known = new Set(judged.map(({ completed }) => completed.uniqueId));
  const absent = mine.filter(({ completed }) => !arrived.has(completed.uniqueId));
  const missing = absent.filter(({ isRequired }) => isRequired);
  const mayLackUniqueId = absent.filter((one) => one.mayLackUniqueId);
  const withoutUniqueId = arrived.get("") ?? 0;
  const isExplained = missing.filter((one) => one.mayLackUniqueId).length <= withoutUniqueId;
  const problems = missing
    .filter((one) => !(isExplained && one.mayLackUniqueId))
    .map(({ completed, reason }) => `${JSON.stringify(completed)} (${reason}) never arrived`);
  for (const [id, times] of arrived) {
    if (id === "") continue;
    if (times > 1) problems.push(`${id} arrived ${times} times`);
    if (!known.has(id)) problems.push(`${id} arrived, but is not in queue_log`);
  }
  if (withoutUniqueId > mayLackUniqueId.length)
    problems.push(`${withoutUniqueId} arrived without a Uniqueid, of ${mayLackUniqueId.length} that may`);
  return problems;
}

/** The few packets without a channel are matched by queue, member and time. */
function isOf(packet: TappedCompletion, { uniqueId, queue, member, at }: Completed): boolean {
  if (packet.uniqueId !== null) return packet.uniqueId === uniqueId;
  return packet.queue === queue && packet.member === member && Math.abs(packet.at - at) <= 2_000;
}

/** Why a call that reached the connector may be missing; null if it must arrive. */
function excuseOf(
  { at, connection }: TappedCompletion,
  samples: readonly Sample[],
  runs: ConnectorRuns,
): string | null {
  const { openedAt, endedAt } = connection;
  if (endedAt !== null && endedAt < at + settleMs) return "the connection to AMI ended when it arrived";
  if (!samples.some((sample) => sample.amiUp && sample.at >= openedAt && sample.at <= at))
    return "the connector was still reading the lists";
  const run = [...runs.values()].find(({ from, to }) => from <= at && (to === null || to > at));
  if (!run) return "no connector was running";
  return run.to !== null && run.to < at + settleMs ? "the connector was killed when it arrived" : null;
}

/**
 * Why a call that never reached the connector may be missing; null if the connector reported itself as connected during
 * the whole time around the end of the call. While the network is `disturbed`, a connector may not know yet that its
 * connection is dead.
 */
function absenceOf({ at }: Completed, samples: readonly Sample[], disturbed: readonly Span[]): string | null {
  if (disturbed.some(({ from, to }) => from <= at + 2_500 && to >= at - 1_000))
    return "the connection from AMI was stalled";
  const around = samples.filter((sample) => sample.at >= at - 1_500 && sample.at <= at + 2_500);
  const [first] = around;
  const last = around.at(-1);
  const isCovered = first !== undefined && last !== undefined && first.at <= at - 500 && last.at >= at + 1_500;
  const isSteady = isCovered && around.every(({ amiUp, run }) => amiUp && run === first.run);
  return isSteady ? null : "no connector was connected to AMI";
}
