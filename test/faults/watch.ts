/** Samples the connector's `/metrics` a few times a second, and records the period of each of its runs. */
import type { ManagedProcess } from "./processes.ts";
import type { Sample } from "./verdict.ts";

export type Watch = Readonly<{
  samples: readonly Sample[];
  runs: ReadonlyMap<number, Readonly<{ from: number; to: number | null }>>;
  onConnectorEnded: () => void;
  onConnectorStarted: () => void;
  stop: () => void;
}>;

const intervalMs = 150;

export function watchConnector(port: number, connector: ManagedProcess): Watch {
  const samples: Sample[] = [];
  const runs = new Map<number, { from: number; to: number | null }>([[connector.runNumber(), { from: 0, to: null }]]);
  let isAsking = false;

  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const run = connector.runNumber();
    try {
      const text = await (
        await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1_000) })
      ).text();
      if (run === connector.runNumber()) samples.push({ at: Date.now(), run, amiUp: /^pbxis_ami_up 1$/m.test(text) });
    } catch {
      // The connector is down. The missing sample shows it.
    } finally {
      isAsking = false;
    }
  }

  const timer = setInterval(() => void ask(), intervalMs);
  return {
    samples,
    runs,
    onConnectorEnded: () => {
      const run = runs.get(connector.runNumber());
      if (run) run.to = Date.now();
    },
    onConnectorStarted: () => {
      runs.set(connector.runNumber(), { from: Date.now() - 1_000, to: null });
    },
    stop: () => clearInterval(timer),
  };
}
