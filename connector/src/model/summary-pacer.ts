/** EV9: keeps the summaries of one queue at least `summaryIntervalMs` apart, and loses none. */
export const summaryIntervalMs = 1000;

export function createSummaryPacer() {
  const waiting = new Map<string, Set<string>>();
  // A queue that is gone stays here, a name and a number.
  const allowedAt = new Map<string, number>();

  /** True if `key` is a summary's, which is then told when it is due. */
  function takes(key: string): boolean {
    if (!key.startsWith("queueSummary,") && !key.startsWith("memberSummary,")) return false;
    const queue = key.slice(key.lastIndexOf(",") + 1);
    const keys = waiting.get(queue);
    if (keys) keys.add(key);
    else waiting.set(queue, new Set([key]));
    return true;
  }

  /** The keys to be told at `now` (ms). */
  function due(now: number): string[] {
    const keys: string[] = [];
    for (const [queue, waitingKeys] of waiting) {
      if (now < (allowedAt.get(queue) ?? 0)) continue;
      waiting.delete(queue);
      allowedAt.set(queue, now + summaryIntervalMs);
      keys.push(...waitingKeys);
    }
    return keys;
  }

  function nextDueAt(): number | undefined {
    let next: number | undefined;
    for (const queue of waiting.keys()) {
      const at = allowedAt.get(queue) ?? 0;
      if (next === undefined || at < next) next = at;
    }
    return next;
  }

  return { takes, due, nextDueAt, clear: () => waiting.clear() };
}
