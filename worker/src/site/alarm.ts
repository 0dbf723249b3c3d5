/** The site's one alarm: it looks for silent sockets (ST3) and ended tokens, repeats deliveries, gives up on commands. */
import { uplinkSilenceMs } from "@pbxis/shared";

export type AlarmNeeds = Readonly<{
  /** Of each open uplink socket: when it was heard last and when its token ends, in ms. */
  sockets: readonly Readonly<{ heardAt: number; expiresAt: number | null }>[];
  /** When a delivery must be repeated or given up, in ms. */
  routingDueAt: number | null;
  /** When a command's outcome counts as unknown, in ms. */
  commandsDueAt: number | null;
}>;

/** Null: nothing to wait for, so a site without connector and without trouble costs nothing. */
export function planAlarm({ sockets, routingDueAt, commandsDueAt }: AlarmNeeds): number | null {
  const due = sockets.flatMap(({ heardAt, expiresAt }) => [heardAt + uplinkSilenceMs + 1, expiresAt ?? []].flat());
  for (const at of [routingDueAt, commandsDueAt]) if (at !== null) due.push(at);
  return due.length === 0 ? null : Math.min(...due);
}

/**
 * Setting an alarm is a write, so one that rings early is left alone: it finds nothing to do and plans the next one. Null: leave it.
 */
export function alarmToSet(current: number | null, due: number | null): number | null {
  if (due === null || (current !== null && current <= due)) return null;
  return due;
}

/** The platform's alarm, with what it is set to. */
export class AlarmClock {
  readonly #storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">;
  #at: number | null = null;

  constructor(storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">) {
    this.#storage = storage;
  }

  async load(): Promise<void> {
    this.#at = await this.#storage.getAlarm();
  }

  /** It rang, and is set to nothing now. */
  rang(): void {
    this.#at = null;
  }

  set(needs: AlarmNeeds): void {
    const due = alarmToSet(this.#at, planAlarm(needs));
    if (due === null) return;
    this.#at = due;
    void this.#storage.setAlarm(due);
  }
}
