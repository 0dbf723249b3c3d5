/**
 * How the objects find one another. After a call on a stub has failed, a new one is needed: the platform breaks the old
 * one.
 */
import type { Env } from "../env.ts";
import type { ScopeApi, ScopeRef, SiteApi } from "./api.ts";

/**
 * The cast corrects the platform's types (workers-types 5.2026): they turn every tuple in an answer into a list of
 * unions, which the calls themselves do not.
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

/** Empties these scope objects, each of them called once more on a new stub if need be, and then the site's storage. */
export async function deleteObjects(
  env: Env,
  refs: readonly ScopeRef[],
  storage: Pick<DurableObjectStorage, "deleteAlarm" | "deleteAll">,
): Promise<void> {
  const empty = (ref: ScopeRef) => scopeOf(env, ref).deleteAll();
  await Promise.all(refs.map((ref) => empty(ref).catch(() => empty(ref))));
  await storage.deleteAlarm();
  await storage.deleteAll();
}
