/**
 * AP15: the parameters of a stream of several sites, and what each site is asked for. The names of agents and queues
 * are for every site, but for those that begin with a site and a slash. Pure.
 */
import {
  type Cursor,
  canonicalNames,
  type Filter,
  type Grants,
  type Names,
  narrow,
  parseCursors,
  SiteId,
} from "@pbxis/shared";
import * as z from "zod";
import { collect, namesIn, type Parsed, parseAs, requestedFilter, single, streamParameters } from "../http/query.ts";

/** Sites of one stream: each is a socket of its own within the worker. */
export const maxSites = 50;

type Since = ReadonlyMap<string, Cursor>;
const nowhere: Since = new Map();

const SinceText = z.string().transform((text, { addIssue }): Since => {
  const cursors = parseCursors(text);
  if (!cursors)
    addIssue({ code: "custom", message: "must be <site>:<cursor> with commas, such as hq:k3-41,north:a9-7" });
  return cursors ?? nowhere;
});

const SitesQuery = z.object({
  sites: z
    .array(z.string())
    .transform((lists) => [...new Set(lists.flatMap(namesIn))])
    .pipe(z.array(z.union([z.literal("*"), SiteId])).min(1, "must name a site")),
  ...streamParameters,
  since: single(SinceText, nowhere),
  lastEventId: single(SinceText, nowhere),
});

/** `since`: the position at each site; a site that is not in it begins with a snapshot. */
export type SitesQuery = Omit<z.infer<typeof SitesQuery>, "lastEventId">;

/** `lastEventIdHeader` is that of an EventSource, and newer than what its page put into the URL. */
export function parseSitesQuery(search: URLSearchParams, lastEventIdHeader: string | undefined): Parsed<SitesQuery> {
  const values = collect(search, Object.keys(SitesQuery.shape));
  if (!values.ok) return values;
  const parsed = parseAs(SitesQuery, values.value);
  if (!parsed.ok) return parsed;
  const { lastEventId, ...query } = parsed.value;
  const header = parseCursors(lastEventIdHeader ?? "");
  if (!header) return { ok: false, message: "Last-Event-ID must be <site>:<cursor> with commas" };
  const [since = nowhere] = [header, lastEventId, query.since].filter((cursors) => cursors.size > 0);
  return { ok: true, value: { ...query, since } };
}

/** The sites that `named` means: `*` is every site of the token. */
export function sitesOf(named: readonly string[], grants: Pick<Grants, "sites">): readonly string[] {
  return named.includes("*") ? [...grants.sites.keys()] : named;
}

/** `hq/1001` is the agent 1001 of the site hq alone. A name of another form is for every site. */
export function namesAt(names: Names, site: string, sites: readonly string[]): Names {
  if (names === "*") return names;
  const own = names.flatMap((name) => {
    const place = placeOf(name, sites);
    if (!place) return [name];
    return place.site === site ? [place.name] : [];
  });
  return canonicalNames(own);
}

function placeOf(name: string, sites: readonly string[]): Readonly<{ site: string; name: string }> | undefined {
  const slash = name.indexOf("/");
  const site = name.slice(0, Math.max(0, slash));
  return sites.includes(site) ? { site, name: name.slice(slash + 1) } : undefined;
}

/** What is wrong with the sites of `since` or of a name, with the parameter's name; undefined if nothing is. */
export function siteProblem(
  { since, agents, queues }: Readonly<{ since?: Since; agents: Names; queues: Names }>,
  sites: readonly string[],
): string | undefined {
  for (const site of since?.keys() ?? [])
    if (!sites.includes(site)) return `since names ${site}, which is not among sites`;
  for (const [parameter, names] of Object.entries({ agents, queues }))
    for (const name of names) if (placeOf(name, sites)?.name === "") return `${parameter} has nothing after ${name}`;
  return undefined;
}

/** What each site is asked for, or the names that its grant does not have (SU2), such as `north/1001`. */
type SiteFilters =
  | Readonly<{ ok: true; filters: ReadonlyMap<string, Filter> }>
  | Readonly<{ ok: false; agents: readonly string[]; queues: readonly string[]; callers: readonly string[] }>;

export function filtersOf(
  query: Omit<SitesQuery, "sites" | "since" | "wait">,
  sites: readonly string[],
  grants: Pick<Grants, "sites">,
): SiteFilters {
  const filters = new Map<string, Filter>();
  const refused = { agents: [] as string[], queues: [] as string[], callers: [] as string[] };
  const wanted = requestedFilter(query);
  for (const site of sites) {
    const lists = grants.sites.get(site);
    const own = { agents: namesAt(wanted.agents, site, sites), queues: namesAt(wanted.queues, site, sites) };
    const narrowed = narrow({ ...wanted, ...own }, lists ?? { agents: [], queues: [], callers: false });
    if (narrowed.ok) filters.set(site, narrowed.filter);
    else {
      refused.agents.push(...narrowed.agents.map((name) => `${site}/${name}`));
      refused.queues.push(...narrowed.queues.map((name) => `${site}/${name}`));
      if (narrowed.callers) refused.callers.push(site);
    }
  }
  return filters.size === sites.length ? { ok: true, filters } : { ok: false, ...refused };
}
