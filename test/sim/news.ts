/** When the connectors know what happens at the simulated PBX. Times in ms of the simulation. */
import { type Clock, createProcess, type Process } from "./clock.ts";
import type { ConnectorRun } from "./connectors.ts";
import { deliveryMs } from "./excuse.ts";
import type { PbxClock } from "./pbx-clock.ts";

export type News = Readonly<{
  /** To be called often, and whenever something may have happened that `knownBy` will be asked for. */
  note: () => void;
  /**
   * By when each connector that ran knows what happened at that time. What it never learns, because AMI is away, is of a
   * gap, which counts for nothing unless it is short (EV18).
   */
  knownBy: (at: number, runs: readonly ConnectorRun[]) => number;
}>;

/** What holds news up: a stall of AMI (`process` is null), or a connector's machine that stands still. */
type HoldUp = Readonly<{ seenAt: number; until: number; process: Process | null }>;

/** EV18: gaps of up to a second do not count. */
const shortGapMs = 1_000;

/** `stalledUntil`: until when the connection from Asterisk is stalled. */
export function createNews(
  clock: Clock,
  stalledUntil: () => number,
  pbx: Pick<PbxClock, "standstills">,
  runs: () => readonly ConnectorRun[],
): News {
  const watcher = createProcess("news");
  const holdUps: HoldUp[] = [];

  function look(): void {
    add(stalledUntil(), null);
    for (const { process } of runs()) if (process.alive) add(process.machine.frozenUntil, process);
  }

  function add(until: number, process: Process | null): void {
    const isKnown = holdUps.some((one) => one.until === until && one.process === process);
    if (until > clock.now() && !isKnown) holdUps.push({ seenAt: clock.now(), until, process });
  }

  /** When what was sent at that time arrives, if the connection is still there. One hold-up may follow another. */
  function arrivalAt({ process }: ConnectorRun, at: number): number {
    let arrived = at + deliveryMs;
    // What Asterisk had not sent when its machine stopped comes afterwards.
    for (const { from, until } of pbx.standstills) if (from <= arrived && until > at) arrived = until + deliveryMs;
    for (const one of holdUps)
      if ((one.process ?? process) === process && one.seenAt <= arrived && one.until > at)
        arrived = Math.max(arrived, one.until + deliveryMs);
    return arrived;
  }

  return {
    note: () => {
      look();
      clock.after(deliveryMs, watcher, "news arrive", look);
    },
    knownBy: (at, all) => {
      const lost = at + shortGapMs + deliveryMs;
      const running = all.filter(({ from, until }) => from <= at && (until === null || until > at));
      const known = running.map((run) => {
        const arrived = arrivalAt(run, at);
        const span = run.amiSpans.find(({ from, until }) => from <= at && (until === null || until > at));
        if (!span) return lost;
        if (span.until === null || span.until > arrived) return arrived;
        // What comes with the end of a connection may be read, or not.
        return Math.max(lost, Math.min(arrived, span.noticed ?? span.until));
      });
      return known.length === 0 ? lost : Math.max(...known);
    },
  };
}
