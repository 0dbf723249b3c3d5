/**
 * EV6: calls that an agent answered from a queue, until their AgentComplete. A caller who is redirected into a queue again is served several
 * times, and Asterisk tells every AgentComplete only at his end (22.10 and 16.28); so each time has its own record.
 */
import type { Channel, Model, ServedCall } from "../state/state.ts";

/** More than that of one caller is an endless round; the oldest are forgotten. */
const maxServedCalls = 20;

/** What is not `known` of it has not happened, as far as anybody told. */
export function addServedCall(
  model: Model,
  known: Pick<ServedCall, "caller" | "queue" | "linkedId"> & Partial<ServedCall>,
): ServedCall {
  const untold = { answeredAt: null, leftAt: 0, completed: false, agent: null, agentLeftAt: null, agentLeftIn: 0 };
  const served: ServedCall = { ...untold, ...known };
  const calls = model.served.get(known.caller) ?? [];
  calls.push(served);
  if (calls.length > maxServedCalls) calls.shift();
  model.served.set(known.caller, calls);
  return served;
}

/** The one that this channel of an agent has. It stays the channel's, whoever serves the caller later. */
export function servedCallOf(model: Model, { queueCall, agent }: Channel): ServedCall | null {
  if (!queueCall) return null;
  queueCall.served ??= newest(model.served.get(queueCall.caller), queueCall.queue, agent?.id ?? null);
  return queueCall.served;
}

/** The same, of an agent who has one for certain: where its beginning was not heard, its record begins here. */
export function noteServedCall(model: Model, channel: Channel): ServedCall | null {
  const { queueCall, agent, linkedId } = channel;
  if (!queueCall || !agent) return null;
  const { queue, caller } = queueCall;
  queueCall.served = servedCallOf(model, channel) ?? addServedCall(model, { caller, queue, linkedId, agent: agent.id });
  return queueCall.served;
}

/** Of those from that queue that are the agent's, or nobody's yet. */
function newest(calls: readonly ServedCall[] | undefined, queue: string, agent: string | null): ServedCall | null {
  return calls?.findLast((call) => call.queue === queue && (call.agent === null || call.agent === agent)) ?? null;
}
