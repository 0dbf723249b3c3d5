/**
 * Lines of Asterisk's queue_log: `time|uniqueid|queue|agent|event|data1|data2…`, with the time in seconds since 1970 and
 * the agent as a member's name or interface. Pure.
 *
 * | event                                                | data                                      |
 * |------------------------------------------------------|-------------------------------------------|
 * | `ABANDON`, `EXITEMPTY`, `EXITWITHTIMEOUT`            | position, original position, wait         |
 * | `EXITWITHKEY`                                        | key, position, original position, wait    |
 * | `CONNECT`                                            | wait, …                                   |
 * | `COMPLETECALLER`, `COMPLETEAGENT`                    | wait, talk, original position             |
 * | `BLINDTRANSFER`, `ATTENDEDTRANSFER`, `TRANSFER`      | two fields of the target, wait, talk, …   |
 * | `RINGNOANSWER`                                       | ring in ms                                |
 *
 * Waits and talks are in whole seconds. All else is not needed.
 */
import type { LoggedCallEnd, LoggedFact, LoggedWaitEnd } from "../ami/event/event.ts";

/** Times are cut to whole seconds: what happened did so half a second later, on average. */
const halfMs = 500;

/** Null: nothing of interest. Undefined: no line of a queue_log. */
function parseLine(line: string): LoggedFact | null | undefined {
  const [time = "", uniqueId = "", queue = "", member = "", event = "", ...data] = line.split("|");
  const seconds = /^\d{9,11}(?:\.\d+)?$/.test(time) ? Number(time) : Number.NaN;
  if (Number.isNaN(seconds) || event === "") return undefined;
  const of = { at: time.includes(".") ? Math.round(seconds * 1000) : seconds * 1000 + halfMs, queue, uniqueId };
  const number = (place: number) => {
    const text = data[place] ?? "";
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  const wait = (outcome: LoggedWaitEnd["outcome"], first: number) => ({
    ...of,
    ...{ kind: "loggedWaitEnd" as const, outcome, member: null },
    ...{ position: number(first) || null, originalPosition: number(first + 1) || null, waitSeconds: number(first + 2) },
  });
  const call = (reason: LoggedCallEnd["reason"], first: number) => ({
    ...of,
    ...{ kind: "loggedCallEnd" as const, member, reason },
    ...{ waitSeconds: number(first) ?? 0, talkSeconds: number(first + 1) ?? 0 },
  });
  switch (event) {
    case "ABANDON":
      return wait("abandoned", 0);
    case "EXITEMPTY":
    case "EXITWITHTIMEOUT":
      return wait("exited", 0);
    case "EXITWITHKEY":
      return wait("exited", 1);
    case "CONNECT":
      return { ...wait("answered", 9), member, waitSeconds: number(0) };
    case "COMPLETECALLER":
      return call("caller", 0);
    case "COMPLETEAGENT":
      return call("agent", 0);
    case "BLINDTRANSFER":
    case "ATTENDEDTRANSFER":
    case "TRANSFER":
      return call("transfer", 2);
    case "RINGNOANSWER":
      return { ...of, kind: "loggedRingEnd", member, ringMs: number(0) ?? 0 };
    default:
      return null;
  }
}

/** Times in ms since 1970. */
export type Gap = Readonly<{ from: number; to: number }>;

/**
 * The facts of the gap, and how many lines could not be read. What is near its beginning may have been seen before; the
 * model knows. The last line may be cut off.
 */
export function factsIn(text: string, { from, to }: Gap): Readonly<{ facts: readonly LoggedFact[]; unread: number }> {
  const facts: LoggedFact[] = [];
  let unread = 0;
  const lines = text.split("\n");
  lines.pop();
  for (const line of lines) {
    const fact = parseLine(line.replace(/\r$/, ""));
    if (fact === undefined) unread += line === "" ? 0 : 1;
    else if (fact && fact.at + halfMs >= from && fact.at - halfMs <= to) facts.push(fact);
  }
  return { facts, unread };
}

/** When the first line was written (ms); undefined if there is none. */
export function firstTimeIn(text: string): number | undefined {
  const seconds = /^(\d{9,11})(?:\.\d+)?\|/m.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
