/** Which calls the list shows, the address that names them, and the question to the site (AP13). Pure. */
import type { CallsQuery } from "@pbxis/shared/client";
import { cleanNumber } from "../input/input-check.ts";
import { type Period, periodIn, putPeriod, type Span } from "../period/period.ts";
import { outcomeTexts } from "./call-texts.ts";

/** Null and an empty text mean any. `number` as typed. */
export type CallFilter = Readonly<{
  period: Period;
  outcome: string | null;
  queue: string | null;
  agent: string | null;
  number: string;
}>;

const pageSize = 100;

/** The filter of an address such as `#/calls?outcome=abandoned&queue=support`; what it does not understand is any. */
export function callFilterOf(hash: string): CallFilter {
  const query = new URLSearchParams(hash.split("?")[1] ?? "");
  const outcome = query.get("outcome") ?? "";
  return {
    period: periodIn(query),
    outcome: Object.hasOwn(outcomeTexts, outcome) ? outcome : null,
    queue: query.get("queue") || null,
    agent: query.get("agent") || null,
    number: query.get("number") ?? "",
  };
}

export function callsHashOf({ period, outcome, queue, agent, number }: CallFilter): string {
  const query = new URLSearchParams();
  putPeriod(query, period);
  for (const [name, value] of Object.entries({ outcome, queue, agent, number })) if (value) query.set(name, value);
  const text = query.toString();
  return text === "" ? "#/calls" : `#/calls?${text}`;
}

export function callsQuery({ outcome, queue, agent, number }: CallFilter, { from, to }: Span): CallsQuery {
  const cleaned = cleanNumber(number);
  return {
    from,
    to,
    limit: pageSize,
    ...(queue !== null && { queues: [queue] }),
    ...(agent !== null && { agents: [agent] }),
    ...(outcome !== null && { outcome: [outcome] }),
    ...(cleaned !== "" && { number: cleaned }),
  };
}

/** The same question as parameters of the address, without a page's size: for the CSV file. */
export function callsParameters(filter: CallFilter, { from, to }: Span): Readonly<Record<string, string | undefined>> {
  const number = cleanNumber(filter.number);
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    queues: filter.queue ?? undefined,
    agents: filter.agent ?? undefined,
    outcome: filter.outcome ?? undefined,
    number: number === "" ? undefined : number,
    limit: "500",
  };
}
