/**
 * EV6: calls that an agent answered from a queue, until their AgentComplete. A caller who is redirected into a queue
 * again is served several times, and Asterisk sends every AgentComplete only at the caller's end (22.10 and 16.28). So
 * each time of being served has its own record.
 */
import type { ServedCall } from "../state/served-call.ts";
import type { Channel, Model } from "../state/state.ts";

/** A caller who is served more often goes round in circles: the oldest records are dropped. */
const maxServedCalls = 20;

/** Adds a record. What is not in `known` has not happened yet, as far as Asterisk has reported. */
export function addServedCall(
  model: Model,
  known: Pick<ServedCall, "caller" | "queue" | "linkedId"> & Partial<ServedCall>,
): ServedCall {
  const served: ServedCall = {
    answeredAt: null,
    leftAt: 0,
    completed: false,
    completedFor: null,
    isCertain: false,
    agent: null,
    pickedBy: null,
    agentLeftAt: null,
    agentLeftIn: 0,
    recording: undefined,
    ...known,
  };
  const calls = model.served.get(known.caller) ?? [];
  calls.push(served);
  if (calls.length > maxServedCalls) calls.shift();
  model.served.set(known.caller, calls);
  return served;
}

/**
 * The record of the call on this agent's channel. The channel keeps it, even if another agent serves the caller later.
 */
export function servedCallOf(model: Model, { queueCall, agent }: Channel): ServedCall | null {
  if (!queueCall) return null;
  queueCall.served ??= newest(model.served.get(queueCall.caller), queueCall.queue, agent?.id ?? null);
  return queueCall.served;
}

/** The same for a channel that certainly serves a call. If its beginning was missed, its record begins here. */
export function noteServedCall(model: Model, channel: Channel): ServedCall | null {
  const { queueCall, agent, linkedId } = channel;
  if (!queueCall || !agent) return null;
  const { queue, caller } = queueCall;
  queueCall.served = servedCallOf(model, channel) ?? addServedCall(model, { caller, queue, linkedId, agent: agent.id });
  return queueCall.served;
}

/** The newest from that queue that belongs to the agent, or to nobody yet. */
function newest(calls: readonly ServedCall[] | undefined, queue: string, agent: string | null): ServedCall | null {
  return calls?.findLast((call) => call.queue === queue && (call.agent === null || call.agent === agent)) ?? null;
}

/** EV6: the agent is in the call, whatever left it before. */
export function noteAgentBack(served: ServedCall): void {
  served.agentLeftAt = null;
  served.agentLeftIn = 0;
}
