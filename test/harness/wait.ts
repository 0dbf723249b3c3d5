/** Waits for a condition instead of a fixed time. */
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

const pollIntervalMs = 10;
/** How long tests wait for what must happen: generous, so that a loaded machine fails no test. */
export const patienceMs = 30_000;
/** The same for a process to start: one that cannot start ends by itself, and a busy machine takes most time for this. */
export const startPatienceMs = 120_000;

/**
 * Resolves with the first value of `probe` that is not undefined, null or false.
 *
 * @throws after `timeoutMs`, with `what` and the value of `evidence`.
 */
export async function until<Value>(
  what: string,
  probe: () => Value | Promise<Value>,
  options: Readonly<{ timeoutMs?: number; evidence?: () => unknown }> = {},
): Promise<NonNullable<Exclude<Value, false>>> {
  const timeoutMs = options.timeoutMs ?? patienceMs;
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<Value, false>>;
    if (performance.now() > end) {
      const seen = options.evidence ? `: ${inspect(options.evidence(), { depth: 6, breakLength: 120 })}` : "";
      throw new Error(`timed out after ${timeoutMs / 1000} s waiting for ${what}${seen}`);
    }
    await sleep(pollIntervalMs);
  }
}
