/**
 * Deletes what the site has kept long enough, by the clock and not by the next event: an old log has callers' numbers
 * in it also when nothing happens any more. The Site object's alarm calls it. What limits the log by size is in
 * `log-plan`.
 */
import type { CallStore } from "./calls/call-store.ts";
import type { SiteMemory } from "./log/memory.ts";
import { expiryOf, isDue, type KeptTimes } from "./retention.ts";
import { hasCalls, stepForgetCalls } from "./uplink/forget-calls.ts";
import type { Commit } from "./uplink/ingress.ts";

export type ExpiryOptions = Readonly<{
  memory: SiteMemory;
  calls: CallStore;
  kept: KeptTimes;
  /** Stores a commit and delivers what it logged. */
  commit: (commit: Commit, now: number) => void;
  /** Runs a write; restarts the object if it fails. */
  store: (write: () => void) => void;
  /** Called before the oldest rows of the log are deleted. */
  beforeDeletion: (now: number) => void;
}>;

export class Expiry {
  readonly #options: ExpiryOptions;
  /** When the connector went (ms), if it left no calls. States do not change while it is away. */
  #withoutCalls: number | null = null;

  constructor(options: ExpiryOptions) {
    this.#options = options;
  }

  dueAt(): number | null {
    const due = [this.#logDueAt(), this.#partiesDueAt(), this.#callsDueAt()].flatMap((at) => at ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  onAlarm(now: number): void {
    const { memory, calls, kept, commit, store, beforeDeletion } = this.#options;
    if (isDue(this.#partiesDueAt(), now)) commit(stepForgetCalls(memory.site(), now), now);
    if (isDue(this.#logDueAt(), now)) {
      beforeDeletion(now);
      store(() => memory.deleteLogged(now - kept.logMs));
    }
    if (isDue(this.#callsDueAt(), now)) {
      const { sequence } = memory.meta;
      store(() => calls.deleteBefore(now - kept.callsMs, sequence));
    }
  }

  #logDueAt(): number | null {
    return expiryOf(this.#options.memory.oldestLoggedAt(), this.#options.kept.logMs);
  }

  #callsDueAt(): number | null {
    return expiryOf(this.#options.calls.oldestAt(), this.#options.kept.callsMs);
  }

  /** Without a connector nobody knows which calls still exist. */
  #partiesDueAt(): number | null {
    const { memory, kept } = this.#options;
    const { link, connectorSince } = memory.meta;
    if (link !== "offline" || connectorSince === this.#withoutCalls) return null;
    if (hasCalls(memory.site())) return expiryOf(connectorSince, kept.logMs);
    this.#withoutCalls = connectorSince;
    return null;
  }
}
