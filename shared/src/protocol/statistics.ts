/**
 * The day's figures of queues and agents (EV18, EV19), what a connector says about its site for them (`hello.site`),
 * and the answer of AP12. The site itself makes these states, from the facts in its log.
 *
 * Counts and sums are published beside the figures that follow from them, so that a client can have another formula.
 * Sums and spans are in ms, times in ms since 1970. A figure that would divide by zero is null.
 */
import * as z from "zod";
import { AgentId, QueueName } from "./id.ts";
import { Redaction } from "./redaction.ts";
import { Milliseconds } from "./time.ts";

const count = z.number().int().nonnegative();
const percentage = z.number().min(0).max(100).nullable();

/** The day so far: since local midnight in the site's zone. `zone` is an IANA name. */
const Period = z.object({ from: Milliseconds, zone: z.string() });

/** Share of the time, 0 to 1, in which the site was watched: AMI and uplink connected. */
const coverage = z.number().min(0).max(1);

/**
 * A queue's calls by how their wait ended (EV16). `answeredInLevel` is a part of `answered`, `shortAbandoned` of
 * `abandoned`. `talkTime` and `holdTime` are those of its calls' agents, `wrapUpTime` what followed. `untimedTalks` are
 * those whose times nobody knows (EV23): `averageHandleTime` leaves a call out for each.
 * `serviceLevelSeconds` is null for a queue without a target; then nobody is `answeredInLevel`.
 */
const queueFigures = {
  offered: count,
  answered: count,
  answeredInLevel: count,
  abandoned: count,
  shortAbandoned: count,
  exited: count,
  picked: count,
  moved: count,
  hungUp: count,
  unknown: count,
  waitTimeAnswered: Milliseconds,
  waitTimeAbandoned: Milliseconds,
  longestWait: Milliseconds,
  mostWaiting: count,
  talkTime: Milliseconds,
  holdTime: Milliseconds,
  wrapUpTime: Milliseconds,
  untimedTalks: count,
  serviceLevel: percentage,
  abandonRate: percentage,
  averageSpeedOfAnswer: Milliseconds.nullable(),
  averageHandleTime: Milliseconds.nullable(),
  serviceLevelSeconds: count.nullable(),
  shortAbandonSeconds: count,
  coverage,
};

/** EV18. `offered` also counts who waits now. */
export const QueueStatistics = z.object({
  type: z.literal("queueStatistics"),
  queue: QueueName,
  period: Period,
  ...queueFigures,
  at: Milliseconds,
});

/** What an agent does. Of several that are true the first in this order counts, but for `loggedoff`. */
export const AgentActivity = z.literal([
  "talking",
  "onhold",
  "ringing",
  "wrapup",
  "paused",
  "available",
  "unavailable",
  "loggedoff",
]);
export type AgentActivity = z.infer<typeof AgentActivity>;

/** `pausedBy`: paused time by reason, at most 20 of them and `other`. */
const agentFigures = {
  answered: count,
  notAnswered: count,
  declined: count,
  transferred: count,
  talkTime: Milliseconds,
  holdTime: Milliseconds,
  wrapUpTime: Milliseconds,
  ringTime: Milliseconds,
  availableTime: Milliseconds,
  pausedTime: Milliseconds,
  pausedBy: z.record(z.string(), Milliseconds),
  loggedInTime: Milliseconds,
  occupancy: percentage,
  coverage,
};

/** EV19. The sums reach up to `stateSince`; a client adds the time since then to the one that `state` names. */
export const AgentStatistics = z.object({
  type: z.literal("agentStatistics"),
  agent: AgentId,
  period: Period,
  ...agentFigures,
  state: AgentActivity,
  stateSince: Milliseconds,
  at: Milliseconds,
});

/** AP12: the figures of one queue or agent in one interval, which begins at `from` and ends before `to`. */
const interval = { from: Milliseconds, to: Milliseconds };
const QueueRow = z.object({ kind: z.literal("queue"), name: QueueName, ...interval, ...queueFigures });
const AgentRow = z.object({ kind: z.literal("agent"), name: AgentId, ...interval, ...agentFigures });
export const StatisticsRow = z.discriminatedUnion("kind", [QueueRow, AgentRow]);
export type StatisticsRow = z.infer<typeof StatisticsRow>;

/** AP12: queues before agents, by name, then by time. */
export const StatisticsAnswer = z.object({ zone: z.string(), rows: z.array(StatisticsRow) });
export type StatisticsAnswer = z.infer<typeof StatisticsAnswer>;

/** Entries of the lists in `SiteSettings`. */
const maxSettings = 2_000;

/**
 * UP1: how a connector's site reckons. `timezone` is an IANA name. `serviceLevelSeconds` is by queue, `*` for all that
 * are not named; a queue without an entry has the service level of its EV9. `wrapUpReasons`: a pause with one of these
 * reasons is wrap-up. `redaction`: what the connector hides (RD1); an earlier version does not send it.
 */
export const SiteSettings = z
  .object({
    timezone: z.string().min(1).max(64),
    serviceLevelSeconds: z
      .record(z.string().max(128), count)
      .refine((byQueue) => Object.keys(byQueue).length <= maxSettings, `must have at most ${maxSettings} entries`),
    shortAbandonSeconds: count,
    wrapUpReasons: z.array(z.string().max(128)).max(maxSettings).readonly(),
    redaction: Redaction.optional(),
  })
  .readonly();
export type SiteSettings = z.infer<typeof SiteSettings>;
