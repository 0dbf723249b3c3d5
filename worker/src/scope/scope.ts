/** The three kinds of scope object: their names, and what each asks of the site for its clients. Pure. */
import { canonicalNames, type Filter, type Names } from "@pbxis/shared";
import { splitName } from "../scope-name.ts";
import type { ScopeRef } from "../site/api.ts";

/**
 * `interest` covers the filters of all clients; `subject` is the part of the object's name that says what they are
 * about.
 */
export type Scope = Readonly<{
  kind: ScopeRef["kind"];
  interest: (subject: string, filters: readonly [Filter, ...Filter[]]) => Filter;
}>;

/** AP2. Grants narrow each client differently, so the object asks for everything about its queue. */
export const queueScope: Scope = {
  kind: "queue",
  interest: (subject, filters) =>
    isSharedSubject(subject)
      ? unionOf(filters)
      : {
          agents: "*",
          queues: canonicalNames([decodeURIComponent(subject)]),
          summary: filters.some((filter) => filter.summary),
          about: "queue",
          ...extrasOf(filters),
        },
};

/** AP2. Summaries have the scope of a queue and are not part of an agent's stream (EV9). */
export const agentScope: Scope = {
  kind: "agent",
  interest: (subject, filters) =>
    isSharedSubject(subject)
      ? unionOf(filters)
      : {
          agents: canonicalNames([decodeURIComponent(subject)]),
          queues: "*",
          summary: false,
          about: "agent",
          ...extrasOf(filters),
        },
};

/** AP1. All clients of one object have the same filter, whose hash is the object's name, unless it is a shared one. */
export const channelScope: Scope = {
  kind: "channel",
  interest: (subject, filters) => (isSharedSubject(subject) ? unionOf(filters) : filters[0]),
};

export function subjectRef(kind: "queue" | "agent", site: string, subject: string): ScopeRef {
  return { kind, name: `${site}/${encodeURIComponent(subject)}` };
}

/** `filterText` is the canonical form, so that equal subscriptions share one object. */
export async function channelRef(site: string, filterText: string): Promise<ScopeRef> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(filterText));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { kind: "channel", name: `${site}/${hex}` };
}

/** Shared objects of one kind at one site. */
const sharedObjects = 8;

/** `+` is in no other subject: neither in a percent-encoded name nor in a hash. */
function isSharedSubject(subject: string): boolean {
  return subject.startsWith("+");
}

/** Whether the object of this name serves subscriptions that have none of their own: its clients' filters differ. */
export function isShared(name: string): boolean {
  return isSharedSubject(splitName(name).subject);
}

/** The shared object that serves the clients of `own`, in place of it. */
export function sharedRef(own: ScopeRef): ScopeRef {
  let hash = 0;
  for (const letter of own.name) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return { kind: own.kind, name: `${splitName(own.name).site}/+${hash % sharedObjects}` };
}

/** Names in a list, beyond which a shared object asks for all. */
const maxUnionNames = 2_000;

/** A filter that lets through what any of `filters` does. */
export function unionOf([first, ...others]: readonly [Filter, ...Filter[]]): Filter {
  const all = [first, ...others];
  return {
    agents: unionOfNames(all.map(({ agents }) => agents)),
    queues: unionOfNames(all.map(({ queues }) => queues)),
    summary: all.some(({ summary }) => summary),
    about: all.every(({ about }) => about === first.about) ? first.about : null,
    ...extrasOf(all),
  };
}

/**
 * EV16, EV20: an object asks for callers if one of its clients may see them, and hides them from the others. EV18, EV19: it
 * asks for statistics if one of its clients does.
 */
function extrasOf(filters: readonly Filter[]): Pick<Filter, "callers" | "statistics"> {
  return {
    ...callersOf(filters),
    ...(filters.some(({ statistics }) => statistics) && { statistics: true }),
  };
}

function callersOf(filters: readonly Filter[]): Pick<Filter, "callers"> {
  if (filters.some(({ callers }) => callers === "list")) return { callers: "list" };
  return filters.some(({ callers }) => callers) ? { callers: true } : {};
}

function unionOfNames(lists: readonly Names[]): Names {
  const names = new Set<string>();
  for (const list of lists) for (const name of list) names.add(name);
  return names.has("*") || names.size > maxUnionNames ? "*" : canonicalNames(names);
}
