import { expect, it } from "vitest";
import type { UplinkGauges } from "../uplink/socket.ts";
import { flatten } from "./metric.ts";
import { uplinkMetrics } from "./uplink-metrics.ts";

const gauges: UplinkGauges = {
  outboxStates: 3,
  outboxOccurrences: 2,
  outboxBytes: 400,
  spool: { bytes: 12, failure: { because: "ENOSPC", missing: 2 } },
  clockOffsetMs: -7_500,
  lost: 1,
  inFlightSince: 10_000,
  framesSent: 8,
  acknowledgedFrames: 7,
};

it("the lag is how long the frame in flight has waited", () => {
  const lag = (inFlightSince: number | null, now: number) =>
    flatten(uplinkMetrics({ ...gauges, inFlightSince }, now)).pbxis_uplink_acknowledgement_lag_seconds;
  expect([lag(10_000, 12_500), lag(null, 12_500), lag(10_000, 9_999)]).toEqual([2.5, 0, 0]);
});

it("has what waits, what was lost, and how far the worker is", () => {
  expect(flatten(uplinkMetrics(gauges, 10_000))).toMatchObject({
    pbxis_outbox_states: 3,
    pbxis_outbox_occurrences: 2,
    pbxis_outbox_bytes: 400,
    pbxis_clock_offset_seconds: -7.5,
    pbxis_spool_bytes: 12,
    pbxis_spool_failing: 1,
    pbxis_spool_missing_occurrences: 2,
    pbxis_occurrences_lost_total: 1,
    pbxis_uplink_frames_sent_total: 8,
    pbxis_uplink_frames_acknowledged_total: 7,
  });
});

it("has no value for the spool without one", () => {
  expect(flatten(uplinkMetrics({ ...gauges, spool: { bytes: null, failure: null } }, 0))).not.toHaveProperty(
    "pbxis_spool_bytes",
  );
});
