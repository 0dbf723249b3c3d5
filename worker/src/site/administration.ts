/** What an admin does to a site as a whole (AP16, AP17). Each method is called within a turn of the Site object. */
import type { RevocationRequest } from "@pbxis/shared";
import type { Env } from "../env.ts";
import type { ScopeRef } from "./api.ts";
import type { Relay } from "./delivery/relay.ts";
import type { RevocationStore } from "./revocation-store.ts";
import { scopeOf } from "./stub.ts";
import type { UplinkShell } from "./uplink/uplink-shell.ts";

type Site = Readonly<{ env: Env; relay: Relay; uplink: UplinkShell; revocations: RevocationStore }>;

/** Streams are ended by their objects, which are called at once, and again until each has answered. */
export function revokeTokens(
  { relay, uplink, revocations }: Site,
  request: RevocationRequest,
  id: string,
  now: number,
): number | null {
  const count = revocations.add(request, id, now);
  uplink.closeRevoked((token) => revocations.isRevoked(token), now);
  relay.callAll(now);
  return count;
}

/**
 * Empties the objects that have streams, each of them called once more on a new stub if need be, and then the site's own
 * storage. Returns how many had streams.
 */
export async function deleteObjects(
  { env, relay }: Site,
  storage: Pick<DurableObjectStorage, "deleteAlarm" | "deleteAll">,
): Promise<number> {
  const scopes = relay.scopes();
  const empty = (ref: ScopeRef) => scopeOf(env, ref).deleteAll();
  await Promise.all(scopes.map((ref) => empty(ref).catch(() => empty(ref))));
  await storage.deleteAlarm();
  await storage.deleteAll();
  return scopes.length;
}
