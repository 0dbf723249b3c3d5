/** Reads a site's states as values, for answers that are not a stream's frames. */
import type { Cursor, Filter, LinkState, SiteEvent } from "@pbxis/shared";
import type { ReadResult, SiteApi } from "./api.ts";

type States = Readonly<{ cursor: Cursor; link: LinkState; asOf: number; events: readonly SiteEvent[] }>;

export async function readStates(site: Pick<SiteApi, "read">, filter: Filter): Promise<States> {
  return statesOf(await site.read(filter, null));
}

/** Of the answer to a read without a position. */
export function statesOf(result: ReadResult): States {
  if (result.kind !== "snapshot") throw new Error("a read without a position is a snapshot");
  const { cursor, link, asOf, text } = result;
  return { cursor, link, asOf, events: JSON.parse(`[${text}]`) };
}
