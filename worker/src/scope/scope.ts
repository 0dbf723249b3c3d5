/** The three kinds of scope object: their names, and what each asks of the site for its clients. Pure. */
import { canonicalNames, type Filter } from "@pbxis/shared";
import type { ScopeRef } from "../site/api.ts";

/** `interest` covers the filters of all clients; `subject` is the part of the object's name behind the site. */
export type Scope = Readonly<{
  kind: ScopeRef["kind"];
  interest: (subject: string, filters: readonly [Filter, ...Filter[]]) => Filter;
}>;

/** AP2. Grants narrow each client differently, so the object asks for everything about its queue. */
export const queueScope: Scope = {
  kind: "queue",
  interest: (subject, filters) => ({
    agents: "*",
    queues: canonicalNames([decodeURIComponent(subject)]),
    summary: filters.some((filter) => filter.summary),
    about: "queue",
  }),
};

/** AP2. Summaries have the scope of a queue and are not part of an agent's stream (EV9). */
export const agentScope: Scope = {
  kind: "agent",
  interest: (subject) => ({
    agents: canonicalNames([decodeURIComponent(subject)]),
    queues: "*",
    summary: false,
    about: "agent",
  }),
};

/** AP1. All clients of one object have the same filter, whose hash is the object's name. */
export const channelScope: Scope = { kind: "channel", interest: (_subject, [filter]) => filter };

/** A site's name has no slash (SiteId), so the first one ends it. */
export function splitName(name: string): { site: string; subject: string } {
  const slash = name.indexOf("/");
  return { site: name.slice(0, slash), subject: name.slice(slash + 1) };
}

export function subjectRef(kind: "queue" | "agent", site: string, subject: string): ScopeRef {
  return { kind, name: `${site}/${encodeURIComponent(subject)}` };
}

/** `filterText` is the canonical form, so that equal subscriptions share one object. */
export async function channelRef(site: string, filterText: string): Promise<ScopeRef> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(filterText));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "channel", name: `${site}/${hex}` };
}
