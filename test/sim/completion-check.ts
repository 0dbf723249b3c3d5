/**
 * Checks that every completed call that Asterisk reported is in the site's log exactly once. Exceptions: no connector
 * was connected to AMI, the connector that received it was killed with it, or the connector reported occurrences as
 * lost (UP6). Without a spool, a kill loses the outbox.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import type { Completed } from "../pbx/state.ts";
import { type Clock, createProcess } from "./clock.ts";
import type { ConnectorRun } from "./connectors.ts";
import { type CheckOptions, deliveryMs, isExcused, processingMs, runsConnectedAt } from "./excuse.ts";

/** `spooledBy`: the time by which a connector that received it has processed it and written it to its spool. */
type CompletedCall = Completed & Readonly<{ at: number }> & { spooledBy: number };

export type CompletionCheck = Readonly<{
  onCompleted: (call: Completed) => void;
  /** `lost`: the number of occurrences that were reported to the site as lost. */
  check: (logged: readonly SiteEvent[], runs: readonly ConnectorRun[], lost: number, options: CheckOptions) => string[];
  counts: () => Readonly<Record<string, number>>;
}>;

/** `stalledUntil`: until when the connection from Asterisk is stalled. */
export function createCompletionCheck(clock: Clock, stalledUntil: () => number): CompletionCheck {
  const receiver = createProcess("completion check");
  const calls: CompletedCall[] = [];
  const counts = {
    "calls completed": 0,
    "completions at the site": 0,
    "completions excused": 0,
    "occurrences reported lost": 0,
  };
  return {
    onCompleted: (call) => {
      const one: CompletedCall = { ...call, at: clock.now(), spooledBy: 0 };
      calls.push(one);
      clock.after(deliveryMs, receiver, "AgentComplete arrives", () => {
        one.spooledBy = Math.max(clock.now(), stalledUntil()) + processingMs;
      });
    },
    check: (logged, runs, lost, options) => {
      const found: string[] = [];
      const missing: string[] = [];
      const completed = logged.filter((event) => event.type === "agentComplete");
      const texts = completed.map(({ uniqueId, queueName, agent, talkTime }) =>
        [uniqueId, queueName, agent, talkTime].join(),
      );
      for (const [index, text] of texts.entries())
        if (texts.indexOf(text) !== index) found.push(`EV6: ${text} is in the site's log twice`);
      found.push(...tooMany(completed, calls));
      counts["calls completed"] = calls.length;
      counts["completions at the site"] = completed.length;
      for (const one of calls) {
        const { at, uniqueId, queue, agent } = one;
        const names = cannotBeMatched(one, runs) ? [uniqueId, ""] : [uniqueId];
        const isIt = (event: (typeof completed)[number]) =>
          names.includes(event.uniqueId) && event.queueName === queue && event.agent === agent;
        if (completed.some(isIt)) continue;
        if (isExcused(one, runs, options)) counts["completions excused"]++;
        else
          missing.push(`EV6: the call ${uniqueId} of ${queue}, completed at ${at.toFixed(0)}, never reached the site`);
      }
      counts["occurrences reported lost"] = lost;
      return missing.length > lost ? [...found, ...missing] : found;
    },
    counts: () => counts,
  };
}

/** Of two connectors one may not know the Uniqueid of a call, so what they report is compared by number, too. */
function tooMany(completed: readonly EventOf<"agentComplete">[], calls: readonly CompletedCall[]): string[] {
  const known = Map.groupBy(calls, ({ agent, queue }) => `${agent} of ${queue}`);
  const logged = Map.groupBy(completed, ({ agent, queueName }) => `${agent} of ${queueName}`);
  return [...logged].flatMap(([name, { length }]) => {
    const most = known.get(name)?.length ?? 0;
    return length > most ? [`EV6: ${name} has ${length} completions, but the PBX completed ${most}`] : [];
  });
}

/**
 * Whether the Uniqueid may be unknown: AgentComplete names no channel (in the simulation one in fifty), the caller had
 * left the agent before, and a connector that received it had not seen the whole call.
 */
function cannotBeMatched(
  { at, lastedMs, hasChannel, callerMoved }: CompletedCall,
  runs: readonly ConnectorRun[],
): boolean {
  const sawWholeCall = ({ amiSpans }: ConnectorRun) =>
    amiSpans.some(({ from, until }) => from < at - lastedMs && (until === null || until > at));
  return !hasChannel && callerMoved && !runsConnectedAt(runs, at, 0).every(sawWholeCall);
}
