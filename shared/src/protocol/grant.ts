/**
 * The claims of a token and the grant they become (section 7 of PROTOCOL.md). The worker verifies signatures; this file
 * does not.
 */
import * as z from "zod";
import { SiteId } from "./id.ts";

const names = z.array(z.string().min(1).max(128)).max(10_000);

/**
 * Seconds, in the year 5138. A larger `exp` must be in milliseconds, and would make a token that practically never
 * expires.
 */
const maxExpiry = 1e11;

/** What a token grants at one site. A list holds names, or `*` for all; `callers` as in `Claims`. */
const lists = {
  agents: names.default([]),
  queues: names.default([]),
  commands: names.default([]),
  callers: z.boolean().default(false),
};

const maxSites = 1_000;

/**
 * The claims of a token. `site` names the sites at which it grants the lists beside it; `sites`, in its place, has lists
 * of its own for each site. `callers`: the token shows numbers and names of callers who waited (EV16). `exp` is in
 * seconds since 1970.
 */
export const Claims = z
  .object({
    site: z.union([SiteId, z.array(SiteId).min(1).max(maxSites)], "must be a site's name or a list of them").optional(),
    sites: z
      .record(SiteId, z.object(lists))
      .refine((sites) => Object.keys(sites).length > 0, "must name a site")
      .refine((sites) => Object.keys(sites).length <= maxSites, `must have at most ${maxSites} sites`)
      .optional(),
    role: z.literal(["connector", "client", "operator", "admin"]),
    ...lists,
    exp: z.number().max(maxExpiry, "must be in seconds since 1970").optional(),
  })
  .superRefine(({ site, sites, agents, queues, commands, callers }, { addIssue }) => {
    const issue = (name: string, message: string) => addIssue({ code: "custom", path: [name], message });
    if (site === undefined && sites === undefined) issue("site", "must be a site's name or a list of them");
    if (!sites) return;
    if (site !== undefined) issue("site", "must not be given together with sites");
    for (const [name, list] of Object.entries({ agents, queues, commands }))
      if (list.length > 0) issue(name, "must be within sites, for each site");
    if (callers) issue("callers", "must be within sites, for each site");
  });
export type Claims = z.infer<typeof Claims>;

/** What a token can be revoked by (AP17): a digest of its `jti`, when it was issued (s since 1970), and its role. */
export type TokenRef = Readonly<{ id: string | null; issuedAt: number | null; role: Claims["role"] }>;

/**
 * What a verified token allows at one site. `subject` is whose it is: equal for all tokens of one holder, and what
 * limits for each client go by. `token` is absent where no token is needed. `expiresAt` in ms since 1970, null for a
 * token that never expires.
 */
export type Grant = Readonly<{
  subject: string;
  token?: TokenRef;
  role: Claims["role"];
  agents: readonly string[];
  queues: readonly string[];
  commands: readonly string[];
  callers: boolean;
  expiresAt: number | null;
}>;

/** The part of a grant that may differ from site to site. */
export type SiteLists = Pick<Grant, "agents" | "queues" | "commands" | "callers">;

/** The same for all sites of a token, by their names. */
export type Grants = Omit<Grant, keyof SiteLists> & Readonly<{ sites: ReadonlyMap<string, SiteLists> }>;

export function listsBySite({ site, sites, agents, queues, commands, callers }: Claims): Map<string, SiteLists> {
  if (sites) return new Map(Object.entries(sites));
  return new Map([site ?? []].flat().map((name) => [name, { agents, queues, commands, callers }]));
}
