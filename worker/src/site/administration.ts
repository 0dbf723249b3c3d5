/** What an admin does to a site as a whole (AP16, AP17). Each method is called within a turn of the Site object. */
import type { RevocationRequest } from "@pbxis/shared";
import type { Env } from "../env.ts";
import type { RouteRef } from "./api.ts";
import type { Relay } from "./delivery/relay.ts";
import type { RevocationStore } from "./revocation-store.ts";
import { scopeOf } from "./stub.ts";
import type { UplinkShell } from "./uplink/uplink-shell.ts";
import type { WebhookDesk } from "./webhooks/webhook-desk.ts";

type Site = Readonly<{
  env: Env;
  relay: Relay;
  uplink: UplinkShell;
  revocations: RevocationStore;
  webhooks: WebhookDesk;
}>;

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
 * Empties the objects that have streams and those of webhooks, each of them called once more on a new stub if need be,
 * and then the site's own storage. Returns how many they were.
 */
export async function deleteObjects(
  { env, relay, webhooks }: Site,
  storage: Pick<DurableObjectStorage, "deleteAlarm" | "deleteAll">,
): Promise<number> {
  const objects = [...relay.scopes().filter(({ kind }) => kind !== "webhook"), ...webhooks.refs()];
  const empty = (ref: RouteRef) => scopeOf(env, ref).deleteAll();
  await Promise.all(objects.map((ref) => empty(ref).catch(() => empty(ref))));
  await storage.deleteAlarm();
  await storage.deleteAll();
  return objects.length;
}
