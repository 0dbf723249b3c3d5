/**
 * What an endpoint wants of the log, and the part of it that is sent next (AP14). While an endpoint is behind, states
 * collapse: of each, a page has the last value only. Pure.
 */
import {
  type AlertRule,
  type Cursor,
  canonicalNames,
  type EventType,
  type Filter,
  matcher,
  type SiteEvent,
  stateKey,
  viewOf,
  type Webhook,
} from "@pbxis/shared";
import type { Sequenced } from "../api.ts";
import type { SiteMeta } from "../meta.ts";

/** What of a log is looked at for one page, and how much of it a page has. */
const limits = { looked: 5_000, items: 200 } as const;
export type PageLimits = Readonly<Record<keyof typeof limits, number>>;

const inType = (types: readonly EventType[], ...some: readonly EventType[]) =>
  some.some((type) => types.includes(type));

/** The interest by which the site finds who wants an event. */
export function interestOf({ types, agents, queues, callers, alerts }: Webhook): Filter {
  const wantsStatistics =
    inType(types, "queueStatistics", "agentStatistics") || alerts.some(({ metric }) => metric === "serviceLevel");
  const lists = inType(types, "queueCallers") ? ("list" as const) : (true as const);
  return {
    agents: canonicalNames(agents),
    queues: canonicalNames(queues),
    summary: inType(types, "queueSummary", "memberSummary"),
    about: null,
    types: alerts.length > 0 ? [...types, "queueAlert"] : types,
    ...(callers && { callers: lists }),
    ...(wantsStatistics && { statistics: true }),
  };
}

/** The rule as text: equal rules of several endpoints are one. */
export function alertKey({ queue, metric, above, below, forSeconds }: AlertRule): string {
  return JSON.stringify([queue, metric, above ?? null, below ?? null, forSeconds]);
}

/** The thresholds of an endpoint, by which it gets its own alerts and no others'. */
function alertMatcher({ alerts }: Webhook): (event: SiteEvent) => boolean {
  const keys = new Set(alerts.map(alertKey));
  return (event) => {
    if (event.type !== "queueAlert") return true;
    const { queue, metric, above, below, forSeconds } = event;
    return keys.has(
      alertKey({ queue, metric, forSeconds, ...(above !== null && { above }), ...(below !== null && { below }) }),
    );
  };
}

export type Selected = Readonly<{
  items: readonly (readonly [cursor: Cursor, event: SiteEvent])[];
  through: Cursor;
  more: boolean;
}>;

/** `items` are what the log has after the endpoint's position, up to that of `meta`. */
export function selectPage(
  items: Iterable<Sequenced>,
  webhook: Webhook,
  { epoch, sequence }: Pick<SiteMeta, "epoch" | "sequence">,
  { looked: maxLooked, items: maxItems }: PageLimits = limits,
): Selected {
  const interest = interestOf(webhook);
  const [matches, isOwn] = [matcher(interest), alertMatcher(webhook)];
  const selected = new Map<string, readonly [Cursor, SiteEvent]>();
  let looked = 0;
  for (const [at, item] of items) {
    if (item.type !== "link" && matches(item) && isOwn(item)) {
      const key = stateKey(item) ?? `#${at}`;
      selected.delete(key);
      selected.set(key, [{ epoch, sequence: at }, viewOf(interest, item)]);
    }
    if (++looked >= maxLooked || selected.size >= maxItems)
      return { items: [...selected.values()], through: { epoch, sequence: at }, more: at < sequence };
  }
  return { items: [...selected.values()], through: { epoch, sequence }, more: false };
}
