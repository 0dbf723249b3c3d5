/**
 * What a site knows of itself besides its states: its position, its link and its connector. Kept as one small row, written with
 * every frame, so that waking from eviction finds exactly what was acknowledged.
 */
import { AmiStatus, type Audit, encodeCursor, LinkState, Milliseconds, type SiteStatus } from "@pbxis/shared";
import * as z from "zod";
import { noCounters, SavedCounters } from "./counters.ts";

const count = z.number().int().nonnegative();

/**
 * `through`: up to where this epoch's frames are durable (UP2); null until its first snapshot began (UP4). `from`: the site's position when it
 * took the uplink over from another one, and the time (ms) of its first snapshot since; `handedIn`: what others have handed in since, lately (UP3).
 */
const Connector = z
  .object({
    epoch: z.string(),
    version: z.string(),
    through: count.nullable(),
    from: z.object({ sequence: count, at: Milliseconds }).readonly().default({ sequence: 0, at: 0 }),
    handedIn: z
      .array(z.object({ after: count, through: count, at: Milliseconds }).readonly())
      .readonly()
      .default([]),
  })
  .readonly();

/**
 * `epoch` and `sequence` are the site's own: a restart of the connector does not change them, so that no client loses logged
 * occurrences by it (UP4). Positions from `floor` on can be resumed from. `ami` is what the connector said last, also while it is
 * offline. `connectorSince` (ms) is when the connector came, or went; null if none ever came. `lost` counts the occurrences that never came
 * (UP6). `counters` are for operators (AP10).
 */
export const SiteMeta = z
  .object({
    epoch: z.string(),
    sequence: count,
    floor: count,
    link: LinkState,
    asOf: Milliseconds,
    lastChange: Milliseconds.nullable(),
    connector: Connector.nullable(),
    connectorSince: Milliseconds.nullable(),
    ami: AmiStatus.readonly(),
    lost: z.object({ total: count, at: Milliseconds.nullable() }).readonly().default({ total: 0, at: null }),
    counters: SavedCounters.default(noCounters),
  })
  .readonly();
export type SiteMeta = z.infer<typeof SiteMeta>;

/** A site that no connector ever reached. Its epoch is random, so that no cursor of another life of that name fits. */
export function createMeta(epoch: string): SiteMeta {
  return {
    epoch,
    sequence: 0,
    floor: 0,
    link: "offline",
    asOf: 0,
    lastChange: null,
    connector: null,
    connectorSince: null,
    ami: { up: false, asOf: 0, asteriskVersion: null },
    lost: { total: 0, at: null },
    counters: noCounters,
  };
}

/** 12 letters and digits: enough that no old cursor fits by chance. */
export function createEpoch(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}

/** AP4. `online`: a connector holds the uplink. */
export function statusOf(meta: SiteMeta, site: string, online: boolean, audit: Audit | null): SiteStatus {
  const { link, asOf, connector, connectorSince, ami, lastChange, lost } = meta;
  return {
    site,
    link,
    asOf,
    connector: { online, version: connector?.version ?? null, since: connectorSince },
    ami: { up: link === "up", asteriskVersion: ami.asteriskVersion },
    cursor: encodeCursor(meta),
    lastChange,
    audit,
    lost,
  };
}
