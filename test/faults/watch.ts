/** What the connector tells of itself by `/metrics`, a few times a second, and when each of its processes lived. */
import type { Part } from "./parts.ts";
import type { Sample } from "./verdict.ts";

export type Watch = Readonly<{
  samples: readonly Sample[];
  lives: ReadonlyMap<number, Readonly<{ from: number; to: number | null }>>;
  onConnectorEnded: () => void;
  onConnectorStarted: () => void;
  stop: () => void;
}>;

const intervalMs = 150;

export function watchConnector(port: number, connector: Part): Watch {
  const samples: Sample[] = [];
  const lives = new Map<number, { from: number; to: number | null }>([[connector.life(), { from: 0, to: null }]]);
  let isAsking = false;

  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    const life = connector.life();
    try {
      const text = await (
        await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(1_000) })
      ).text();
      if (life === connector.life()) samples.push({ at: Date.now(), life, amiUp: /^pbxis_ami_up 1$/m.test(text) });
    } catch {
      // It is being killed or started: no sample is a sample, too.
    } finally {
      isAsking = false;
    }
  }

  const timer = setInterval(() => void ask(), intervalMs);
  return {
    samples,
    lives,
    onConnectorEnded: () => {
      const life = lives.get(connector.life());
      if (life) life.to = Date.now();
    },
    onConnectorStarted: () => {
      lives.set(connector.life(), { from: Date.now() - 1_000, to: null });
    },
    stop: () => clearInterval(timer),
  };
}
