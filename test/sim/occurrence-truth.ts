/**
 * Whether what Asterisk told reached the site: each completed call once, unless nobody heard it, or who heard it died with it, or the connector has
 * told that it could not keep it (UP6). Without a spool the promise ends where a process is killed: what its outbox had then is gone.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Completed } from "../pbx/world.ts";
import { type Clock, createProcess } from "./clock.ts";
import type { Life } from "./connectors.ts";

/** `keptBy`: who heard it has understood it by then, and put it into its spool. */
type Told = Completed & Readonly<{ at: number }> & { keptBy: number };

/** `quietFrom`: from then on nothing went wrong. `hasSpool`: who died left what it had not told to its next life. */
export type Course = Readonly<{ quietFrom: number; hasSpool: boolean }>;

export type OccurrenceTruth = Readonly<{
  onCompleted: (call: Completed) => void;
  /** `lost`: what the site was told to be missing. */
  judge: (logged: readonly SiteEvent[], lives: readonly Life[], lost: number, course: Course) => string[];
  counts: () => Readonly<Record<string, number>>;
}>;

/** `stalledUntil`: of the way from Asterisk. */
export function createOccurrenceTruth(clock: Clock, stalledUntil: () => number): OccurrenceTruth {
  const ear = createProcess("an ear");
  const told: Told[] = [];
  const counts = {
    "calls completed": 0,
    "completions at the site": 0,
    "completions excused": 0,
    "occurrences told to be lost": 0,
  };
  return {
    onCompleted: (call) => {
      const one: Told = { ...call, at: clock.now(), keptBy: 0 };
      told.push(one);
      clock.after(wayMs, ear, "what was told is heard", () => {
        one.keptBy = Math.max(clock.now(), stalledUntil()) + understandingMs;
      });
    },
    judge: (logged, lives, lost, course) => {
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
      for (const one of told) {
        const { at, uniqueId, queue, agent } = one;
        const names = isUnknowable(one, lives) ? [uniqueId, ""] : [uniqueId];
        const isIt = (event: (typeof completed)[number]) =>
          names.includes(event.uniqueId) && event.queueName === queue && event.agent === agent;
        if (completed.some(isIt)) continue;
        if (isExcused(one, lives, course)) counts["completions excused"]++;
        else
          missing.push(`EV6: the call ${uniqueId} of ${queue}, completed at ${at.toFixed(0)}, never came to the site`);
      }
      counts["occurrences told to be lost"] = lost;
      return missing.length > lost ? [...found, ...missing] : found;
    },
    counts: () => counts,
  };
}

/** What Asterisk tells is there by then, unless the way is stalled. */
const wayMs = 5;
/** To ask for a recording's path, and to write to a slow disk. */
const understandingMs = 100;

/** What was under way on AMI when it broke may not have been heard; a stall is no longer. */
const amiDelayMs = 6000;

/**
 * Who heard it is to have told it, if nobody who may have heard it was killed while things went wrong: he may have been the one whose word counted. Who
 * is killed in the quiet had all the time to tell it; and who has a spool, unless it was killed before it knew what it had heard. Who was told to stop says
 * himself if anything may be lost.
 */
function isExcused({ at, keptBy }: Told, lives: readonly Life[], { quietFrom, hasSpool }: Course): boolean {
  if (whoHeard(lives, at, amiDelayMs).length === 0) return true;
  return whoHeard(lives, at, 0).some(({ until, isStopping, hasLost }) =>
    isStopping ? hasLost : until !== null && until <= quietFrom && (!hasSpool || until < keptBy),
  );
}

/** Those who had AMI at that time, and for a while after. */
function whoHeard(lives: readonly Life[], at: number, forMs: number): Life[] {
  return lives.filter(({ hearings }) =>
    hearings.some(({ from, until }) => from < at && (until === null || until > at + forMs)),
  );
}

/**
 * Asterisk names no channel of it (in the simulation in one of fifty), the agent had left the caller before, and somebody who heard its end had not heard
 * all of it: he cannot know whose call it was.
 */
function isUnknowable({ at, lastedMs, isNamed, isLate }: Told, lives: readonly Life[]): boolean {
  const heardAll = ({ hearings }: Life) =>
    hearings.some(({ from, until }) => from < at - lastedMs && (until === null || until > at));
  return !isNamed && isLate && !whoHeard(lives, at, 0).every(heardAll);
}
