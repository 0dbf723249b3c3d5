/**
 * Checks of what pbxis-ws's pages show and have received (section 11 of PROTOCOL.md), against the PBX and the site's
 * log. Written from the text of the protocol; it shares no code with the product.
 */
import { parseCursor, type SiteEvent } from "@pbxis/shared";
import type { Truth } from "../../pbx/truth.ts";
import { type Audience, maySee } from "../audience.ts";
import type { SiteHistory } from "../history.ts";
import { logLimits } from "../limits.ts";
import type { PageEvent } from "./network.ts";
import type { Page, TicketRecord } from "./page.ts";

type Counts = Record<"tickets of pages" | "streams of pages" | "page occurrences" | "page ranges checked", number>;
type Checked = Readonly<{ findings: string[]; counts: Counts }>;

export function checkPages(pages: readonly Page[], truth: Truth, isHoldKnown: boolean, history: SiteHistory): Checked {
  const counts: Counts = {
    "tickets of pages": 0,
    "streams of pages": 0,
    "page occurrences": 0,
    "page ranges checked": 0,
  };
  const logged = countOf(history.all().flatMap((event) => formOf(event) ?? []));
  const findings = pages.flatMap((page) => {
    const { audience, request } = page.role;
    const found = page.tickets.flatMap((ticket) => {
      counts["tickets of pages"]++;
      counts["streams of pages"] += ticket.streams;
      counts["page occurrences"] += ticket.occurrences.length;
      return [
        ...outside(ticket, audience, request.summaryEvents),
        ...tooOften(ticket, logged),
        ...checkIds(ticket, audience, history, counts),
      ];
    });
    const last = page.tickets.at(-1);
    if (last?.isOpen) found.push(...pageDifferences(page, last.states, truth, isHoldKnown));
    else found.push("PX3: has no stream after all faults have ended");
    return found.map((text) => `${page.role.name}: ${text}`);
  });
  return { findings, counts };
}

/** PX4: the occurrence as a page gets it, as text; undefined for one that pbxis does not have. */
function formOf(event: SiteEvent): string | undefined {
  switch (event.type) {
    case "agentComplete": {
      const { type, agent, uniqueId, talkTime, holdTime, recording } = event;
      return textOf({ type, agent, uniqueId, talkTime, holdTime, recording });
    }
    case "originateFailed":
      return textOf({ type: event.type, actionId: event.actionId });
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp": {
      const { type, callerId, channel, parkingSpace } = event;
      return textOf({ type, "caller-id": callerId, channel, "parked-ext": parkingSpace });
    }
    default:
      return undefined;
  }
}

function textOf(event: PageEvent): string {
  return JSON.stringify(Object.entries(event).sort());
}

function countOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function tooOften({ occurrences }: TicketRecord, logged: ReadonlyMap<string, number>): string[] {
  return [...countOf(occurrences.map(textOf))].flatMap(([text, times]) =>
    times > (logged.get(text) ?? 0)
      ? [`PX2: received ${times} times with one ticket, logged ${logged.get(text) ?? 0} times: ${text}`]
      : [],
  );
}

/** A page gets nothing but what it has asked for and its token grants. */
function outside({ states, occurrences }: TicketRecord, { agents, queues }: Audience, summaries: boolean): string[] {
  const isOf = (names: "*" | readonly string[], name: unknown) =>
    name === undefined || names === "*" || names.includes(String(name));
  return [...states.values(), ...occurrences].flatMap((event) => {
    const { type, agent, queue } = event;
    // The queue of an agent's call is a detail (EV10).
    const isFine = isOf(agents, agent) && (type === "phoneNumber" || isOf(queues, queue));
    return isFine && (summaries || !type.endsWith("Summary")) ? [] : [`PX2: is not for it: ${JSON.stringify(event)}`];
  });
}

/** PX3: between the ids of server-sent events are exactly the occurrences of the log. */
function checkIds({ groups }: TicketRecord, audience: Audience, history: SiteHistory, counts: Counts): string[] {
  return groups.flatMap((group, index) => {
    const [from, to] = [parseCursor(groups[index - 1]?.id ?? ""), parseCursor(group.id)];
    if (!from || !to || from.epoch !== to.epoch) return [];
    // A page that was away too long for the log gets a snapshot, which it cannot tell from other events.
    if (to.sequence - from.sequence > logLimits.events / 2) return [];
    const range = history.occurrences(to.epoch, from.sequence, to.sequence);
    if (!range) return [];
    counts["page ranges checked"]++;
    const expected = range.flatMap((event) => (maySee(audience, event) ? (formOf(event) ?? []) : []));
    const received = group.occurrences.map(textOf);
    return received.join() === expected.join()
      ? []
      : [`PX3: between ${groups[index - 1]?.id} and ${group.id} received [${received}], logged [${expected}]`];
  });
}

function pageDifferences(
  { role: { audience, request } }: Page,
  states: ReadonlyMap<string, PageEvent>,
  truth: Truth,
  isHoldKnown: boolean,
): string[] {
  const found: string[] = [];
  const compare = (what: string, shown: unknown, actual: unknown) => {
    if (shown !== actual) found.push(`PX4: ${what} is shown as ${shown}, but is ${actual}`);
  };
  const has = (names: "*" | readonly string[], name: string) => names === "*" || names.includes(name);
  for (const [agent, { status, number }] of Object.entries(truth.agents)) {
    if (!has(audience.agents, agent)) continue;
    const shown = states.get(`extensionStatus,${agent}`)?.status;
    if (isHoldKnown || [status, shown].sort().join() !== "inuse,onhold") compare(`status of ${agent}`, shown, status);
    compare(`number of ${agent}`, states.get(`phoneNumber,${agent}`)?.number ?? null, number);
  }
  for (const [queue, { waiting, members }] of Object.entries(truth.queues)) {
    if (!has(audience.queues, queue)) continue;
    compare(`count of ${queue}`, states.get(`queueCount,${queue}`)?.count, waiting);
    for (const agent of Object.keys(truth.agents))
      if (has(audience.agents, agent))
        compare(
          `${agent} in ${queue}`,
          membership(states.get(`queueMemberStatus,${agent},${queue}`)?.status),
          members[agent] ? membership(members[agent].paused ? "paused" : "there") : "absent",
        );
    if (request.summaryEvents)
      compare(
        `list of ${queue}`,
        listed(states.get(`MemberSummary,${queue}`)),
        Object.entries(members)
          .map(([agent, { paused }]) => `Agent ${agent}${paused ? " paused" : ""}`)
          .sort()
          .join(),
      );
  }
  return found;
}

function membership(status: unknown): string {
  if (status === undefined || status === "loggedoff") return "absent";
  return status === "paused" ? "paused" : "there";
}

function listed(event: PageEvent | undefined): string {
  const members = (event?.members ?? []) as readonly Readonly<{ memberName: string; paused: boolean }>[];
  return members
    .map(({ memberName, paused }) => `${memberName}${paused ? " paused" : ""}`)
    .sort()
    .join();
}
