/** Lets a stream wait for its turn (`pace`). Each site has its own order, so that none waits for another. */
import { giveUp, noteTimer, onOpened, openPace, type Pace, startPace, takeTurn, waitFor } from "./pace.ts";

/** Sites whose order is kept; beyond it all begin anew. */
const maxSites = 1_000;

/** By the environment, of which an isolate has one. */
const paces = new WeakMap<object, Map<string, Pace>>();

/** Returns what to call when the stream is open, or null if too many streams of the site wait already. */
export async function waitForTurn(env: object, site: string): Promise<(() => void) | null> {
  const pace = paceOf(env, site);
  const began = Date.now();
  const turn = takeTurn(pace, began);
  if (turn === null) return null;
  for (let now = began; now < began + openPace.maxWaitMs; ) {
    const waitMs = waitFor(pace, turn, now);
    if (waitMs === 0) return () => onOpened(pace, turn);
    const due = now + waitMs;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    now = Date.now();
    noteTimer(pace, due, now);
  }
  giveUp(pace);
  return null;
}

function paceOf(env: object, site: string): Pace {
  const sites = paces.get(env) ?? new Map<string, Pace>();
  paces.set(env, sites);
  const known = sites.get(site);
  if (known) return known;
  if (sites.size >= maxSites) sites.clear();
  const pace = startPace();
  sites.set(site, pace);
  return pace;
}
