/** The process's memory, CPU time and event-loop delay. */
import { monitorEventLoopDelay } from "node:perf_hooks";

/** The delay is measured over the last one to two of these. */
const windowMs = 60_000;
const resolutionMs = 20;

/** Times in seconds. */
export type ProcessReadings = Readonly<{
  residentBytes: number;
  heapBytes: number;
  cpuSeconds: number;
  uptimeSeconds: number;
  loopDelay: Readonly<{ p50: number; p99: number; max: number }>;
}>;

export function watchProcess(): Readonly<{ read: () => ProcessReadings; stop: () => void }> {
  let current = startMonitor();
  let previous: LoopDelay | undefined;
  const timer = setInterval(() => {
    previous?.disable();
    previous = current;
    current = startMonitor();
  }, windowMs);
  timer.unref();
  return {
    read: () => {
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const monitor = previous ?? current;
      return {
        residentBytes: rss,
        heapBytes: heapUsed,
        cpuSeconds: (user + system) / 1e6,
        uptimeSeconds: process.uptime(),
        loopDelay: {
          p50: delaySeconds(monitor.percentile(50)),
          p99: delaySeconds(monitor.percentile(99)),
          max: delaySeconds(monitor.max),
        },
      };
    },
    stop: () => {
      clearInterval(timer);
      current.disable();
      previous?.disable();
    },
  };
}

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

function startMonitor(): LoopDelay {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  monitor.enable();
  return monitor;
}

/** Subtracts the monitor's own interval, which is not a delay. Without a sample the result is 0. */
function delaySeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
}
