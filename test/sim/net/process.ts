/**
 * The stand-in for a connector's readings of its own process. A report carries them, and their digits decide how long it
 * takes on a slow uplink.
 */
import type { watchProcess as watchReal } from "../../../connector/src/watch/process.ts";

export const watchProcess: typeof watchReal = () => ({
  read: () => ({
    residentBytes: 1e8,
    heapBytes: 5e7,
    cpuSeconds: 1,
    uptimeSeconds: process.uptime(),
    loopDelay: { p50: 0.001, p99: 0.002, max: 0.003 },
  }),
  stop: () => {},
});
