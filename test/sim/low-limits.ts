/** The limits with which half of the simulated seeds run. */
import type { Change } from "./defect.ts";

/**
 * Half of the seeds run with these limits: a small center then reaches within a minute what takes a large one an hour.
 */
export const lowLimits: readonly Change[] = [
  { file: "worker/src/scope/flow.ts", from: "windowBytes = 256 * 1024", to: "windowBytes = 3 * 1024" },
  { file: "worker/src/scope/flow.ts", from: "cutBytes = 4 * 1024 * 1024", to: "cutBytes = 24 * 1024" },
  { file: "worker/src/scope/flow.ts", from: "bufferedBytes = 1024 * 1024", to: "bufferedBytes = 16 * 1024" },
  // Half of the clients have one object of their own, and the others none.
  {
    file: "worker/src/scope/own-objects.ts",
    from: "objects.size >= maxOwn",
    to: "objects.size >= (holder.at(-1) ?? '').charCodeAt(0) % 2",
  },
  {
    file: "worker/src/scope/object-clients.ts",
    from: "defaultObjectClients = 1_000",
    to: "defaultObjectClients = 2",
  },
  {
    file: "worker/src/transport/pace.ts",
    from: "  burst: 24,\n  perSecond: 400,",
    to: "  burst: 2,\n  perSecond: 20,",
  },
  { file: "worker/src/transport/pace.ts", from: "  opening: 24,", to: "  opening: 2," },
  {
    file: "worker/src/site/log/recent.ts",
    from: "{ items: 30_000, units: 6_000_000 }",
    to: "{ items: 30, units: 9_000 }",
  },
  { file: "worker/src/site/log/log-plan.ts", from: "  rowUnits: 250_000,", to: "  rowUnits: 1_500," },
  { file: "worker/src/site/log/log-plan.ts", from: "  events: 50_000,", to: "  events: 800," },
  { file: "worker/src/site/log/log-plan.ts", from: "checkpointRows: 1_000", to: "checkpointRows: 15" },
  { file: "worker/src/site/log/read.ts", from: "exactReadItems = 2_000", to: "exactReadItems = 40" },
  {
    file: "worker/src/site/command/limits.ts",
    from: "commandRate: RateLimit = { burst: 100, perSecond: 20 }",
    to: "commandRate: RateLimit = { burst: 3, perSecond: 0.5 }",
  },
  { file: "worker/src/site/delivery/route-store.ts", from: "maxRegathered = 20_000", to: "maxRegathered = 60" },
  { file: "worker/src/site/delivery/route-store.ts", from: "saveIntervalMs = 10_000", to: "saveIntervalMs = 700" },
  {
    file: "worker/src/site/delivery/routing-limits.ts",
    from: "  routeItems: 2_000,\n  totalItems: 100_000,\n  inFlight: 256,",
    to: "  routeItems: 12,\n  totalItems: 80,\n  inFlight: 4,",
  },
  {
    file: "shared/src/client/subscription-machine.ts",
    from: "acknowledgeUnits = 16_384",
    to: "acknowledgeUnits = 400",
  },
  { file: "connector/src/uplink/frame-fit.ts", from: "frameEvents: 2_000", to: "frameEvents: 7" },
  { file: "connector/src/uplink/frame-fit.ts", from: "  occurrences: 50_000,", to: "  occurrences: 8," },
  {
    file: "connector/src/uplink/keeper.ts",
    from: "maxSpoolBytes = 2 * outboxLimits.occurrenceBytes",
    to: "maxSpoolBytes = 600",
  },
  { file: "connector/src/uplink/frame-fit.ts", from: "  frameBytes: maxUplinkFrameBytes,", to: "  frameBytes: 2_500," },
];
