/** What the process itself takes: memory, CPU, and how late its event loop is. */
import { monitorEventLoopDelay } from "node:perf_hooks";

/** The event loop's delay is told over a minute, or up to two. */
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
  let current = beginMonitor();
  let before: LoopDelay | undefined;
  const timer = setInterval(() => {
    before?.disable();
    before = current;
    current = beginMonitor();
  }, windowMs);
  timer.unref();
  return {
    read: () => {
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      const monitor = before ?? current;
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
      before?.disable();
    },
  };
}

type LoopDelay = ReturnType<typeof monitorEventLoopDelay>;

function beginMonitor(): LoopDelay {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  monitor.enable();
  return monitor;
}

/** The monitor counts its own interval, which is no delay; without a sample yet its maximum is none. */
function delaySeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
}
