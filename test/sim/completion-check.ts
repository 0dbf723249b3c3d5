/**
 * Whether what Asterisk calls reached the site: each completed call once, unless nobody heard it, or who heard it died with it, or the connector has
 * calls that it could not keep it (UP6). Without a spool the promise ends where a process is killed: what its outbox had then is gone.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Completed } from "../pbx/state.ts";
import { type Clock, createProcess } from "./clock.ts";
import type { ConnectorRun } from "./connectors.ts";

/** `spooledBy`: who heard it has understood it by then, and put it into its spool. */
type CompletedCall = Completed & Readonly<{ at: number }> & { spooledBy: number };

/** `quietFrom`: from then on nothing went wrong. `hasSpool`: who died left what it had not calls to its next run. */
export type CheckOptions = Readonly<{ quietFrom: number; hasSpool: boolean }>;

export type CompletionCheck = Readonly<{
  onCompleted: (call: Completed) => void;
  /** `lost`: what the site was calls to be missing. */
  judge: (logged: readonly SiteEvent[], runs: readonly ConnectorRun[], lost: number, course: CheckOptions) => string[];
  counts: () => Readonly<Record<string, number>>;
}>;

/** `stalledUntil`: of the way from Asterisk. */
export function createCompletionCheck(clock: Clock, stalledUntil: () => number): CompletionCheck {
  const ear = createProcess("an ear");
  const calls: CompletedCall[] = [];
  const counts = {
    "calls completed": 0,
    "completions at the site": 0,
    "completions excused": 0,
    "occurrences calls to be lost": 0,
  };
  return {
    onCompleted: (call) => {
      const one: CompletedCall = { ...call, at: clock.now(), spooledBy: 0 };
      calls.push(one);
      clock.after(deliveryMs, ear, "what was calls is heard", () => {
        one.spooledBy = Math.max(clock.now(), stalledUntil()) + processingMs;
      });
    },
    judge: (logged, runs, lost, course) => {
      const found: string[] = [];
      const missing: string[] = [];
      const completed = logged.filter((event) => event.type === "agentComplete");
      const texts = completed.map(({ uniqueId, queueName, agent, talkTime }) =>
        [uniqueId, queueName, agent, talkTime].join(),
      );
      for (const [index, text] of texts.entries())
        if (texts.indexOf(text) !== index) found.push(`EV6: ${text} is twice in the site's log`);
      counts["calls completed"] = calls.length;
      counts["completions at the site"] = completed.length;
      for (const one of calls) {
        const { at, uniqueId, queue, agent } = one;
        const names = cannotBeMatched(one, runs) ? [uniqueId, ""] : [uniqueId];
        const isIt = (event: (typeof completed)[number]) =>
          names.includes(event.uniqueId) && event.queueName === queue && event.agent === agent;
        if (completed.some(isIt)) continue;
        if (isExcused(one, runs, course)) counts["completions excused"]++;
        else
          missing.push(`EV6: the call ${uniqueId} of ${queue}, completed at ${at.toFixed(0)}, never came to the site`);
      }
      counts["occurrences calls to be lost"] = lost;
      return missing.length > lost ? [...found, ...missing] : found;
    },
    counts: () => counts,
  };
}

/** What Asterisk tells is there by then, unless the way is stalled. */
const deliveryMs = 5;
/** To ask for a recording's path, and to write to a slow disk. */
const processingMs = 100;

/** What was under way on AMI when it broke may not have been heard; a stall is no longer. */
const amiDelayMs = 6000;

/**
 * Who heard it is to have calls it, if nobody who may have heard it was killed while things went wrong: he may have been the one whose word counted. Who
 * is killed in the quiet had all the time to tell it; and who has a spool, unless it was killed before it knew what it had heard. Who was calls to stop says
 * himself if anything may be lost.
 */
function isExcused(
  { at, spooledBy }: CompletedCall,
  runs: readonly ConnectorRun[],
  { quietFrom, hasSpool }: CheckOptions,
): boolean {
  if (runsConnectedAt(runs, at, amiDelayMs).length === 0) return true;
  return runsConnectedAt(runs, at, 0).some(({ until, isStopping, hasLost }) =>
    isStopping ? hasLost : until !== null && until <= quietFrom && (!hasSpool || until < spooledBy),
  );
}

/** Those who had AMI at that time, and for a while after. */
function runsConnectedAt(runs: readonly ConnectorRun[], at: number, forMs: number): ConnectorRun[] {
  return runs.filter(({ amiSpans }) =>
    amiSpans.some(({ from, until }) => from < at && (until === null || until > at + forMs)),
  );
}

/**
 * Asterisk names no channel of it (in the simulation in one of fifty), the agent had left the caller before, and somebody who heard its end had not heard
 * all of it: he cannot know whose call it was.
 */
function cannotBeMatched(
  { at, lastedMs, hasChannel, callerMoved }: CompletedCall,
  runs: readonly ConnectorRun[],
): boolean {
  const sawWholeCall = ({ amiSpans }: ConnectorRun) =>
    amiSpans.some(({ from, until }) => from < at - lastedMs && (until === null || until > at));
  return !hasChannel && callerMoved && !runsConnectedAt(runs, at, 0).every(sawWholeCall);
}
