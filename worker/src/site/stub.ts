/** How the objects find one another. A stub is taken anew after a call on it has failed: it is of no use any more. */
import type { Env } from "../env.ts";
import type { ScopeApi, ScopeRef, SiteApi } from "./api.ts";

/**
 * The one cast is here: the platform's types (workers-types 5.2026) turn every tuple in an answer into a list of unions, which the
 * calls themselves do not.
 */
export function siteOf(env: Pick<Env, "SITE">, site: string): SiteApi {
  return env.SITE.getByName(site) as unknown as SiteApi;
}

export function scopeOf(env: Env, { kind, name }: ScopeRef): ScopeApi {
  switch (kind) {
    case "queue":
      return env.QUEUE.getByName(name);
    case "agent":
      return env.AGENT.getByName(name);
    case "channel":
      return env.CHANNEL.getByName(name);
  }
}
