/**
 * Whether what Asterisk told reached the site: each completed call once, unless nobody heard it, or who heard it died with it, or the connector has
 * told that it could not keep it (UP6). The promise ends where a process is killed: what its outbox had then is gone.
 */
import type { Event } from "@pbxis/shared";
import type { Packet } from "../pbx/packet.ts";
import type { Clock } from "./clock.ts";
import type { Life } from "./connectors.ts";

type Told = Readonly<{ at: number; uniqueId: string; queue: string }>;

export type OccurrenceTruth = Readonly<{
  onTold: (packet: Packet) => void;
  /** `lost`: what the site was told to be missing. */
  judge: (logged: readonly Event[], lives: readonly Life[], lost: number) => string[];
  counts: () => Readonly<Record<string, number>>;
}>;

export function createOccurrenceTruth(clock: Clock): OccurrenceTruth {
  const told: Told[] = [];
  const counts = {
    "calls completed": 0,
    "completions at the site": 0,
    "completions excused": 0,
    "occurrences told to be lost": 0,
  };
  return {
    onTold: (packet) => {
      const get = (wanted: string) => String(packet.find(([name]) => name === wanted)?.[1] ?? "");
      if (get("Event") === "AgentComplete")
        told.push({ at: clock.now(), uniqueId: get("Uniqueid"), queue: get("Queue") });
    },
    judge: (logged, lives, lost) => {
      const found: string[] = [];
      const missing: string[] = [];
      const completed = logged.filter((event) => event.type === "agentComplete");
      const texts = completed.map(({ uniqueId, queueName, agent, talkTime }) =>
        [uniqueId, queueName, agent, talkTime].join(),
      );
      for (const [index, text] of texts.entries())
        if (texts.indexOf(text) !== index) found.push(`EV6: ${text} is twice in the site's log`);
      counts["calls completed"] = told.length;
      counts["completions at the site"] = completed.length;
      for (const { at, uniqueId, queue } of told) {
        if (completed.some((event) => event.uniqueId === uniqueId && event.queueName === queue)) continue;
        if (isExcused(at, lives)) counts["completions excused"]++;
        else
          missing.push(`EV6: the call ${uniqueId} of ${queue}, completed at ${at.toFixed(0)}, never came to the site`);
      }
      counts["occurrences told to be lost"] = lost;
      return missing.length > lost ? [...found, ...missing] : found;
    },
    counts: () => counts,
  };
}

/** What was under way on AMI when it broke may not have been heard; a stall is no longer. */
const amiDelayMs = 6000;

/** Who heard it is to have told it, if nobody who may have heard it was killed since: he may have been the one whose word counted. */
function isExcused(at: number, lives: readonly Life[]): boolean {
  const heard = (margin: number) =>
    lives.filter(({ hearings }) =>
      hearings.some(({ from, until }) => from < at && (until === null || until > at + margin)),
    );
  return heard(amiDelayMs).length === 0 || heard(0).some(({ until }) => until !== null);
}
