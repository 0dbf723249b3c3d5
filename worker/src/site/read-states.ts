/** Reads a site's states as values, for answers that are not a stream's frames. */
import type { Cursor, Filter, LinkState, SiteEvent } from "@pbxis/shared";
import type { SiteApi } from "./api.ts";

type States = Readonly<{ cursor: Cursor; link: LinkState; asOf: number; events: readonly SiteEvent[] }>;

export async function readStates(site: Pick<SiteApi, "read">, filter: Filter): Promise<States> {
  const result = await site.read(filter, null);
  if (result.kind !== "snapshot") throw new Error("a read without a position is a snapshot");
  const { cursor, link, asOf, text } = result;
  return { cursor, link, asOf, events: JSON.parse(`[${text}]`) };
}
