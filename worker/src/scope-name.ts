/**
 * The names of scope objects: `site/subject`, and `site/subject/2` for a further object of the same subscription, which
 * serves the clients for whom those before it have no room (SC1). Pure.
 */
import type { ScopeRef } from "./site/api.ts";

/** The first object of a subscription has the number 0. */
type ScopeName = Readonly<{ site: string; subject: string; shard: number }>;

/** Neither a site's name (SiteId) nor a subject, which is a hash or percent-encoded, has a slash. */
export function splitName(name: string): ScopeName {
  const [site = "", subject = "", shard = "0"] = name.split("/");
  return { site, subject, shard: Number(shard) };
}

/** `first` is the first object of its subscription. */
export function shardRef(first: ScopeRef, shard: number): ScopeRef {
  return shard === 0 ? first : { kind: first.kind, name: `${first.name}/${shard}` };
}

/** Whether another object of the same subscription comes before this one. */
export function isFurther({ name }: Pick<ScopeRef, "name">): boolean {
  return splitName(name).shard > 0;
}
