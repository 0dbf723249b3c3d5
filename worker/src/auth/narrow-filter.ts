/** Narrows a requested subscription by the grant (SU2), for streams, snapshots and tickets alike. */
import { type Filter, type Grant, narrow } from "@pbxis/shared";
import { errorAnswer } from "../http/answer.ts";

/** EV12: a snapshot has one event of about 200 bytes for each named pair of an agent and a queue. */
const maxNamedPairs = 20_000;

/** The part of `wanted` that the grant allows, or the answer that names what it does not allow. */
export function narrowFilter(wanted: Filter, grant: Grant): Filter | Response {
  const tooMany = pairsAnswer([wanted]);
  if (tooMany) return tooMany;
  const result = narrow(wanted, grant);
  if (result.ok) return result.filter;
  const { agents, queues, callers } = result;
  const message =
    callers && agents.length + queues.length === 0
      ? "callers=1 needs a token with the claim callers"
      : "the token does not grant all of agents and queues";
  return errorAnswer("forbidden", message, { agents, queues });
}

/** The refusal of subscriptions that name too many pairs together. */
export function pairsAnswer(filters: Iterable<Filter>): Response | undefined {
  let pairs = 0;
  for (const filter of filters) pairs += namedPairs(filter);
  if (pairs <= maxNamedPairs) return undefined;
  const message = `agents and queues name more than ${maxNamedPairs} pairs; split them over several requests`;
  return errorAnswer("too_large", message);
}

function namedPairs({ agents, queues }: Filter): number {
  return agents === "*" || queues === "*" ? 0 : agents.length * queues.length;
}
