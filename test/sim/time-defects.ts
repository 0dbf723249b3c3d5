/**
 * Deliberate defects of the times in statistics (EV18, EV19), each of which the simulation must detect. The site's log
 * does not show them: only a comparison with the simulated PBX does.
 */
import type { Defect } from "./defect.ts";

export const timeDefects: readonly Defect[] = [
  {
    name: "a talk with a queue's caller is of no queue",
    mechanism: "times: a queue's talk",
    file: "connector/src/model/reduce/talk-end.ts",
    from: "agent: agent.id, queueName, callId,",
    to: "agent: agent.id, queueName: null, callId,",
  },
  {
    name: "a wait lasts whole seconds",
    mechanism: "times: waits of answered calls",
    file: "connector/src/model/reduce/wait-end.ts",
    from: "Math.max(0, at - joinedAt)",
    to: "Math.floor(Math.max(0, at - joinedAt) / 1_000) * 1_000",
  },
  {
    name: "the wait of who hung up counts in whole seconds",
    mechanism: "times: waits of abandoned calls",
    file: "worker/src/site/statistics/queue-fold.ts",
    from: "waitTimeAbandoned: wait,",
    to: "waitTimeAbandoned: Math.floor(wait / 1_000) * 1_000,",
  },
  {
    name: "the service level counts in milliseconds",
    mechanism: "times: service level",
    file: "worker/src/site/statistics/queue-fold.ts",
    from: "wait <= level * 1_000",
    to: "wait <= level",
  },
  {
    name: "every abandoned call counts as a short one",
    mechanism: "times: short abandoned",
    file: "worker/src/site/statistics/queue-fold.ts",
    from: "wait <= short * 1_000 ? 1 : 0",
    to: "wait <= short * 1_000 ? 1 : 1",
  },
  {
    name: "the time without AMI counts as a wait",
    mechanism: "times: longest wait",
    file: "worker/src/site/statistics/queue-fold.ts",
    from: "longestWait: waitTime ?? 0,",
    to: "longestWait: wait,",
  },
  {
    name: "what an agent does when the report is made is missing",
    mechanism: "times: talk",
    file: "worker/src/site/statistics/agent-fold.ts",
    from: "for (const { from, to } of partsOf(memory.since, end)) yield",
    to: "for (const { from, to } of partsOf(memory.since, Math.min(memory.since, end))) yield",
  },
  {
    name: "an agent's hold counts as talk",
    mechanism: "times: hold",
    file: "worker/src/site/statistics/agent-activity.ts",
    from: '  if (hasCall && extension === "onhold") return { activity: "onhold", detail: null };\n',
    to: "",
  },
  {
    name: "a ring counts as time in which an agent does nothing",
    mechanism: "times: ring",
    file: "worker/src/site/statistics/agent-activity.ts",
    from: "return { ringTime: milliseconds, loggedInTime };",
    to: "return { loggedInTime };",
  },
  {
    name: "a pause with a reason for a wrap-up counts as a pause",
    mechanism: "times: wrap-up",
    file: "worker/src/site/statistics/agent-activity.ts",
    from: "if (reasons.some((reason) => wrapUpReasons.includes(reason)))",
    to: "if (reasons.every((reason) => wrapUpReasons.includes(reason) && reason === null))",
  },
  {
    name: "a pause in one queue counts as a pause in all",
    mechanism: "times: pause",
    file: "worker/src/site/statistics/agent-activity.ts",
    from: "if (open.length === 0) {",
    to: "if (open.length < all.length) {",
  },
  {
    name: "an agent who dials is not logged in",
    mechanism: "times: logged-in time",
    file: "worker/src/site/statistics/agent-activity.ts",
    from: "      return { loggedInTime };\n",
    to: "      return {};\n",
  },
  {
    name: "what an agent did counts until states come, although the link is away",
    mechanism: "times: gaps",
    file: "worker/src/site/statistics/agent-fold.ts",
    from: "Math.min(at, state.watch.awaySince ?? at)",
    to: "Math.min(at, Number.POSITIVE_INFINITY)",
  },
  {
    name: "what counted after AMI had fallen silent is not taken back",
    mechanism: "times: gaps that are noticed late",
    file: "worker/src/site/statistics/agent-fold.ts",
    from: "uncount(state, agent, one, { from, to });",
    to: "",
  },
  {
    name: "a state from before a gap that comes after it counts after it",
    mechanism: "times: late states",
    file: "worker/src/site/statistics/agent-fold.ts",
    from: "cut: recount(state, agent, known.cut, doing, at)",
    to: "cut: known.cut",
  },
  {
    name: "a connection that answers nothing counts until it ends",
    mechanism: "times: AMI that does not answer",
    file: "connector/src/ami/link/liveness.ts",
    from: "const isUnanswered = this.#askedAt !== null && end",
    to: "const isUnanswered = this.#askedAt !== null && false && end",
  },
  {
    name: "that states of agents were replaced while they waited is not said",
    mechanism: "times: an uplink that stalls",
    file: "connector/src/uplink/pending.ts",
    from: "return unseen && unseen.to - unseen.from > shortGapMs ? unseen : undefined;",
    to: "return unseen && unseen.to < unseen.from ? unseen : undefined;",
  },
];
