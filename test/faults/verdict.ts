/**
 * Which completed calls had to arrive, and whether they did. Pure.
 *
 * The promise (EV6, EV11, UP6) is: what the connector hears from Asterisk while it is connected arrives exactly once, whatever becomes of the uplink,
 * the worker and the clients, and of the connector, which has a spool. A call that ends while nobody is connected is known to nobody, and one that is
 * heard in a connector's last moment may not have been understood. Those may arrive, once at most; all others must.
 */
import type { Heard } from "./tap.ts";

/** One line of Asterisk's queue_log; `at` in ms since 1970, in whole seconds. */
export type Completed = Readonly<{ uniqueId: string; queue: string; member: string; at: number }>;

/** What a connector told of itself at one moment. `life` counts its processes. */
export type Sample = Readonly<{ at: number; life: number; amiUp: boolean }>;

export type Span = Readonly<{ from: number; to: number }>;

/** When a life of the connector ended; null while it goes on. */
export type Lives = ReadonlyMap<number, Readonly<{ from: number; to: number | null }>>;

/** Bytes that a socket was handed less than this before it was reset may never have been read; and the connector takes a moment to understand. */
const settleMs = 500;

export function parseQueueLog(text: string): Completed[] {
  return text.split("\n").flatMap((line) => {
    const [seconds, uniqueId = "", queue = "", member = "", event] = line.split("|");
    if (event !== "COMPLETECALLER" && event !== "COMPLETEAGENT") return [];
    return [{ uniqueId, queue, member, at: Number(seconds) * 1000 }];
  });
}

/** `mayBeNameless`: Asterisk named no channel, and the connection was younger than the call may have been, so that nobody can know its Uniqueid. */
export type Judged = Readonly<{ completed: Completed; must: boolean; because: string; mayBeNameless: boolean }>;

/** A ring, a talk, a hold, and the patience of both ends. */
const longestCallMs = 30_000;

export function judge(
  completed: readonly Completed[],
  heard: readonly Heard[],
  samples: readonly Sample[],
  lives: Lives,
  disturbed: readonly Span[] = [],
): Judged[] {
  const left = [...heard];
  return completed.map((one) => {
    const index = left.findIndex((packet) => isOf(packet, one));
    const [packet] = index < 0 ? [] : left.splice(index, 1);
    const excuse = packet ? excuseOf(packet, samples, lives) : absenceOf(one, samples, disturbed);
    return {
      completed: one,
      must: excuse === null,
      because: excuse ?? (packet ? "heard" : "not heard while connected"),
      mayBeNameless: packet?.uniqueId === null && packet.connection.openedAt > packet.at - longestCallMs,
    };
  });
}

/** What is wrong with what arrived at a viewer, by Uniqueid; `mine` is what it may see. */
export function problemsOf(
  judged: readonly Judged[],
  mine: readonly Judged[],
  came: ReadonlyMap<string, number>,
): string[] {
  const known = new Set(judged.map(({ completed }) => completed.uniqueId));
  const absent = mine.filter(({ completed }) => !came.has(completed.uniqueId));
  const missing = absent.filter(({ must }) => must);
  const mayBeNameless = absent.filter((one) => one.mayBeNameless);
  const nameless = came.get("") ?? 0;
  const isExplained = missing.filter((one) => one.mayBeNameless).length <= nameless;
  const problems = missing
    .filter((one) => !(isExplained && one.mayBeNameless))
    .map(({ completed, because }) => `${JSON.stringify(completed)} (${because}) never came`);
  for (const [id, times] of came) {
    if (id === "") continue;
    if (times > 1) problems.push(`${id} came ${times} times`);
    if (!known.has(id)) problems.push(`${id} came, and is not in queue_log`);
  }
  if (nameless > mayBeNameless.length)
    problems.push(`${nameless} came without a Uniqueid, of ${mayBeNameless.length} that may`);
  return problems;
}

/** Asterisk sends a few without any channel: those are known by queue, member and second. */
function isOf(packet: Heard, { uniqueId, queue, member, at }: Completed): boolean {
  if (packet.uniqueId !== null) return packet.uniqueId === uniqueId;
  return packet.queue === queue && packet.member === member && Math.abs(packet.at - at) <= 2_000;
}

/** Why what was heard may still be lost; null if it may not. */
function excuseOf({ at, connection }: Heard, samples: readonly Sample[], lives: Lives): string | null {
  const { openedAt, endedAt } = connection;
  if (endedAt !== null && endedAt < at + settleMs) return "the connection to AMI broke as it came";
  if (!samples.some((sample) => sample.amiUp && sample.at >= openedAt && sample.at <= at))
    return "the connector was still asking for the lists";
  const life = [...lives.values()].find(({ from, to }) => from <= at && (to === null || to > at));
  if (!life) return "no connector lived";
  return life.to !== null && life.to < at + settleMs ? "the connector was killed as it came" : null;
}

/**
 * What was never heard although the connector was connected, by its own word, all around that second, had to be heard; but where the network was
 * `disturbed`, it can be connected to nothing and not know it yet.
 */
function absenceOf({ at }: Completed, samples: readonly Sample[], disturbed: readonly Span[]): string | null {
  if (disturbed.some(({ from, to }) => from <= at + 2_500 && to >= at - 1_000)) return "the way from AMI was stalled";
  const around = samples.filter((sample) => sample.at >= at - 1_500 && sample.at <= at + 2_500);
  const [first] = around;
  const last = around.at(-1);
  const isCovered = first !== undefined && last !== undefined && first.at <= at - 500 && last.at >= at + 1_500;
  const isSteady = isCovered && around.every(({ amiUp, life }) => amiUp && life === first.life);
  return isSteady ? null : "nobody was connected to AMI";
}
