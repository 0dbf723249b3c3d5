/**
 * What a site knows besides its states: its position, its link and its connector. It is one small JSON text that is
 * stored with every frame, so that an evicted site wakes with exactly what it has acknowledged.
 */
import {
  AmiStatus,
  encodeCursor,
  LinkState,
  Milliseconds,
  type Redaction,
  type SiteStatus,
  type UplinkReport,
} from "@pbxis/shared";
import * as z from "zod";
import { noCounters, SavedCounters } from "./counters.ts";

const count = z.number().int().nonnegative();

/** `id`: a call's Linkedid or Uniqueid, or the channel of a parked call. `at`: when its number was erased, ms. */
const ErasedCalls = z.array(z.object({ id: z.string(), at: Milliseconds }).readonly()).readonly();
export type ErasedCalls = z.infer<typeof ErasedCalls>;

/**
 * `through`: up to where this connector's frames are durable (UP2); null until its first snapshot began (UP4). `from`:
 * the site's position when this connector took the uplink over, and the time (ms) of its first snapshot since then.
 * `handedIn`: recent handovers of other connectors (UP3).
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
 * `epoch` and `sequence` are the site's own. A restart of the connector does not change them, so that no client loses
 * logged occurrences by it (UP4). Clients can resume from positions not below `floor`. `before` is the epoch before this
 * one, and its last position; null if there was none. `ami` is the connector's last
 * report of AMI, also while the connector is offline. `connectorSince` (ms) is when the connector connected or
 * disconnected; null if there never was one. `lost` counts occurrences that never arrived (UP6). `counters` are for
 * operators (AP10). `erased`: calls whose number was erased while they were in progress (AP16). `completeUntil` (ms):
 * until when connectors have reported all that happened, if something later is still to come (UP2); otherwise null.
 */
export const SiteMeta = z
  .object({
    epoch: z.string(),
    sequence: count,
    floor: count,
    before: z.object({ epoch: z.string(), through: count }).readonly().nullable().default(null),
    link: LinkState,
    asOf: Milliseconds,
    lastChange: Milliseconds.nullable(),
    connector: Connector.nullable(),
    connectorSince: Milliseconds.nullable(),
    ami: AmiStatus.readonly(),
    lost: z.object({ total: count, at: Milliseconds.nullable() }).readonly().default({ total: 0, at: null }),
    counters: SavedCounters.default(noCounters),
    erased: ErasedCalls.default([]),
    completeUntil: Milliseconds.nullable().default(null),
  })
  .readonly();
export type SiteMeta = z.infer<typeof SiteMeta>;

/**
 * A site that no connector has reached yet. The epoch is random, so that no cursor of an earlier site of that name
 * fits.
 */
export function createMeta(epoch: string): SiteMeta {
  return {
    epoch,
    sequence: 0,
    floor: 0,
    before: null,
    link: "offline",
    asOf: 0,
    lastChange: null,
    connector: null,
    connectorSince: null,
    ami: { up: false, asOf: 0, asteriskVersion: null },
    lost: { total: 0, at: null },
    counters: noCounters,
    erased: [],
    completeUntil: null,
  };
}

/** What was logged before is void, and every client gets a snapshot (UP6). Positions go on. */
export function beginEpoch<Meta extends SiteMeta>(meta: Meta, epoch: string): Meta {
  const { sequence } = meta;
  return { ...meta, epoch, floor: sequence, before: { epoch: meta.epoch, through: sequence } };
}

/**
 * The answer of AP4. `online`: a connector holds the uplink. `report` is its latest (UP10), `redaction` what it said
 * that it hides (RD1).
 */
export function statusOf(
  meta: SiteMeta,
  {
    site,
    online,
    report,
    redaction,
    webhooks,
  }: Readonly<{
    site: string;
    online: boolean;
    report: UplinkReport | null;
    redaction: Redaction | null;
    webhooks: SiteStatus["webhooks"];
  }>,
): SiteStatus {
  const { link, asOf, connector, connectorSince, ami, lastChange, lost } = meta;
  return {
    site,
    link,
    asOf,
    connector: {
      online,
      version: connector?.version ?? null,
      since: connectorSince,
      clockOffsetMs: report?.clockOffsetMs ?? null,
    },
    ami: { up: link === "up", asteriskVersion: ami.asteriskVersion },
    cursor: encodeCursor(meta),
    lastChange,
    audit: report?.audit ?? null,
    leftOut: report?.leftOut ?? null,
    redaction,
    lost,
    webhooks,
  };
}
