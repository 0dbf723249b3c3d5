/**
 * AP13: checks that the site's list of calls says exactly what its log said, however often the site was evicted, its
 * storage failed or a connector took over. What the log says is checked against the simulated PBX elsewhere
 * (`ending-check`, `completion-check`), so the list equals the truth of the PBX.
 */
import { CallsAnswer, type EventOf, type QueueCall, type SiteEvent } from "@pbxis/shared";
import { mintToken } from "../harness/token.ts";
import type { Simulation } from "./parts.ts";

type Row = QueueCall;
type Wait = EventOf<"queueCallEnded">;
type Talk = EventOf<"agentComplete">;

/** A request without faults takes less. */
const requestMs = 1_000;

/** The whole list, as a client reads it. The clock goes on until the site has answered. */
export async function listCalls(
  { clock, runtime }: Pick<Simulation, "clock" | "runtime">,
  secret: string,
): Promise<readonly QueueCall[]> {
  const headers = { authorization: `Bearer ${await mintToken({ secret, expiresInSeconds: 86_400, callers: true })}` };
  const url = new URL("https://edge.simulated/v1/sites/hq/calls?limit=500");
  const rows: QueueCall[] = [];
  for (;;) {
    const answer = runtime.fetch(new Request(url, { headers })).then((response) => response.json());
    await clock.run(clock.now() + requestMs);
    const { calls, next } = CallsAnswer.parse(await answer);
    rows.push(...calls);
    if (next === null) return rows;
    url.searchParams.set("after", next);
  }
}

/** `rows` are the site's list. `logged` are the occurrences of all epochs. */
export function checkCalls(
  rows: readonly Row[],
  logged: readonly SiteEvent[],
  counts: Record<"calls listed" | "talks listed", number>,
): string[] {
  const found: string[] = [];
  const left = [...rows];
  const listed: Row[] = [];
  for (const wait of logged.filter((event) => event.type === "queueCallEnded")) {
    const index = left.findIndex((row) => isOf(row, wait));
    const [row] = index < 0 ? [] : left.splice(index, 1);
    if (row) listed.push(row);
    else found.push(`AP13: ${nameOf(wait)} is not in the list`);
  }
  for (const row of left) found.push(`AP13: nothing in the log is ${JSON.stringify(row)}`);
  const talks = logged.filter((event) => event.type === "agentComplete");
  found.push(...missingTalks(listed, talks), ...inventedTalks(listed, logged));
  counts["calls listed"] = rows.length;
  counts["talks listed"] = rows.filter(({ talkTime }) => talkTime !== null).length;
  return found;
}

function isOf(row: Row, { queue, uniqueId, callId, outcome, since, number, at }: Wait): boolean {
  const isSame = row.queue === queue && row.uniqueId === uniqueId && row.callId === callId && row.joinedAt === since;
  return isSame && row.outcome === outcome && row.number === number && (row.answeredAt ?? row.endedAt ?? 0) <= at;
}

/**
 * A call that somebody answered, and a completion of it, but no talk in its row. Of two connectors one may have reported
 * it without a Uniqueid, with other seconds of talk: whichever came first is in the row.
 */
function missingTalks(rows: readonly Row[], talks: readonly Talk[]): string[] {
  return talks.flatMap((talk) => {
    const alike = rows.filter((row) => isTalkOf(row, talk));
    if (alike.length === 0 || alike.some((row) => row.talkTime === talk.talkTime * 1000)) return [];
    const nameless = talks.filter((other) => other.uniqueId === "" && isSameEnd(other, talk));
    if (alike.some((row) => nameless.some(({ talkTime }) => row.talkTime === talkTime * 1000))) return [];
    return [`AP13: the talk of ${nameOf(talk)} is not in the list`];
  });
}

function isSameEnd(one: Talk, other: Talk): boolean {
  return one.queueName === other.queueName && one.agent === other.agent && one.at === other.at;
}

function isTalkOf(row: Row, { queueName, uniqueId, agent }: Talk): boolean {
  return row.outcome === "answered" && row.queue === queueName && row.uniqueId === uniqueId && row.agent === agent;
}

function inventedTalks(rows: readonly Row[], logged: readonly SiteEvent[]): string[] {
  return rows.flatMap(({ talkTime: talk, queue, recording, uniqueId }) => {
    if (talk === null) return [];
    const isReported = logged.some((event) => {
      if (event.type === "agentTalkEnded") return event.uniqueId === uniqueId && event.talkTime === talk;
      if (event.type !== "agentComplete" || event.queueName !== queue) return false;
      return event.talkTime * 1000 === talk && event.recording === recording && ["", uniqueId].includes(event.uniqueId);
    });
    return isReported ? [] : [`AP13: nobody reported the talk of ${uniqueId}`];
  });
}

function nameOf(event: Wait | Talk): string {
  const { type, uniqueId, at } = event;
  return `${type} ${uniqueId} of ${type === "queueCallEnded" ? event.queue : event.queueName} at ${at}`;
}
