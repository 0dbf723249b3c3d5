/**
 * How the objects find one another. After a call on a stub has failed, a new one is needed: the platform breaks the old
 * one.
 */
import type { Env } from "../env.ts";
import type { RouteRef, ScopeApi, SiteApi } from "./api.ts";

/**
 * The cast corrects the platform's types (workers-types 5.2026): they turn every tuple in an answer into a list of
 * unions, which the calls themselves do not.
 */
export function siteOf(env: Pick<Env, "SITE">, site: string): SiteApi {
  return env.SITE.getByName(site) as unknown as SiteApi;
}

export function scopeOf(env: Env, { kind, name }: RouteRef): ScopeApi {
  switch (kind) {
    case "queue":
      return env.QUEUE.getByName(name);
    case "agent":
      return env.AGENT.getByName(name);
    case "channel":
      return env.CHANNEL.getByName(name);
    case "webhook":
      return env.WEBHOOK.getByName(name);
  }
}
