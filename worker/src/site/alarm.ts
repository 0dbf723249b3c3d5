/**
 * The site's alarm. It closes silent sockets (ST3, UP1) and those whose token has expired, repeats deliveries, ends
 * commands without an outcome, and deletes what was kept long enough.
 */
export type AlarmNeeds = Readonly<{
  /** For each open uplink socket: until when something must be received on it, and when its token expires, in ms. */
  sockets: readonly Readonly<{ silentAt: number; expiresAt: number | null }>[];
  /** When a delivery must be repeated or given up, in ms. */
  routingDueAt: number | null;
  /** When a command's outcome counts as unknown, or is deleted, in ms. */
  commandsDueAt: number | null;
  /** When rows of the log, parties of calls, or queue calls are deleted, in ms. */
  expiryDueAt: number | null;
  /** When statistics are published or deleted, in ms. */
  statisticsDueAt: number | null;
  /** When time alone may change an alert, in ms. */
  alertsDueAt: number | null;
}>;

/**
 * When the alarm must ring, in ms. Null if there is nothing to wait for: an idle site that has nothing left to delete
 * costs nothing.
 */
export function planAlarm({ sockets, ...others }: AlarmNeeds): number | null {
  const due = sockets.flatMap(({ silentAt, expiresAt }) => [silentAt, expiresAt ?? []].flat());
  for (const at of Object.values(others)) if (at !== null) due.push(at);
  return due.length === 0 ? null : Math.min(...due);
}

/**
 * The alarm to set, or null to leave it. Setting one is a billed write, so an alarm that is too early stays: it finds
 * nothing to do and sets the next.
 */
export function alarmToSet(current: number | null, due: number | null): number | null {
  if (due === null || (current !== null && current <= due)) return null;
  return due;
}

/** An alarm that has not rung so long after its time is late. */
const punctualMs = 1_000;

/**
 * The platform's alarm, and what it is set to. Setting it is a write, so it fails while storage does: `onFailed` is
 * called, because nothing else might wake the object.
 */
export class AlarmClock {
  readonly #storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">;
  readonly #onFailed: (error: unknown) => void;
  #at: number | null = null;
  #dueAt: number | null = null;

  constructor(storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">, onFailed: (error: unknown) => void) {
    this.#storage = storage;
    this.#onFailed = onFailed;
  }

  async load(): Promise<void> {
    this.#at = await this.#storage.getAlarm();
    this.#dueAt = this.#at;
  }

  /** When it is due, or was due if it has just rung (ms). Null if that was before an eviction. */
  dueAt(): number | null {
    return this.#dueAt;
  }

  /** The alarm has rung and is not set any more. */
  rang(): void {
    this.#at = null;
  }

  /** The platform promises that an alarm rings, not when. */
  isLate(now: number): boolean {
    return this.#at !== null && now > this.#at + punctualMs;
  }

  /** Lets the alarm ring at `dueAt` (ms) at the latest; null needs none. */
  set(dueAt: number | null): void {
    const due = alarmToSet(this.#at, dueAt);
    if (due === null) return;
    this.#at = due;
    this.#dueAt = due;
    this.#storage.setAlarm(due).catch((error: unknown) => {
      this.#at = null;
      this.#onFailed(error);
    });
  }
}
