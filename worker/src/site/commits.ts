/**
 * Every write of what a site knows: a commit reaches the log, the statistics and the list of calls in one transaction,
 * and then the scope objects. Each method is called within a turn of the Site object.
 */
import type { Cursor, Erasure, Filter } from "@pbxis/shared";
import { logError } from "../log.ts";
import { logUnreadable, UnreadableError } from "../stored.ts";
import type { ReadResult } from "./api.ts";
import type { CallStore } from "./calls/call-store.ts";
import type { Commands } from "./command/commands.ts";
import type { Relay } from "./delivery/relay.ts";
import { createEpoch } from "./epoch.ts";
import { CallerNumber } from "./erasure/number.ts";
import { stepErase } from "./erasure/step-erase.ts";
import type { SiteMemory } from "./log/memory.ts";
import type { Statistics } from "./statistics/statistics.ts";
import { type Commit, stepNewEpoch } from "./uplink/ingress.ts";
import { nameOf } from "./uplink/uplink-socket.ts";

type CommitsOptions = Readonly<{
  state: DurableObjectState;
  memory: SiteMemory;
  relay: Relay;
  statistics: Statistics;
  calls: CallStore;
  commands: Commands;
  /** Called after each commit. */
  onCommit: (commit: Commit) => void;
}>;

/** The log of the busiest site covers some minutes. */
const positionsMs = 60_000;

export class Commits {
  readonly #options: CommitsOptions;
  /** When positions were stored last (ms), and the log's floor then. */
  #keptAt = 0;
  #floor = 0;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /**
   * If the log cannot be read, the site begins a new epoch with its present states, and each client gets a snapshot.
   */
  read(filter: Filter, since: Cursor | null, now: number): ReadResult {
    return this.readable(now, () => this.#options.memory.read(filter, since, now));
  }

  /** As `read`, for any other look at the log. */
  readable<Result>(now: number, read: () => Result): Result {
    const { state, memory } = this.#options;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      logUnreadable({ object: nameOf(state), store: "log" }, error.unreadable, "the site begins a new epoch");
      this.commit(stepNewEpoch(memory.site(), createEpoch()), now, () => memory.voidLog());
      return read();
    }
  }

  commit(commit: Commit, now: number, alongside: () => void = () => {}): void {
    const { memory, relay, statistics, calls, onCommit } = this.#options;
    statistics.count(commit, memory.site(), now);
    const whole = relay.wantsStatistics() ? statistics.withDue(commit, memory.site().states, now) : commit;
    const logged = this.store(() =>
      memory.commit(whole, now, () => {
        alongside();
        calls.record(whole.items, now);
        if (whole.newEpoch) relay.gapAll(now);
        statistics.saveIfChanged(whole.meta.sequence);
        calls.saveIfChanged(whole.meta.sequence);
      }),
    );
    relay.gather(logged);
    this.#keepPositions(now);
    onCommit(whole);
  }

  /** While the log drops rows, it is stored now and then how far webhooks are. */
  #keepPositions(now: number): void {
    const { memory, relay } = this.#options;
    if (memory.meta.floor === this.#floor || now < this.#keptAt + positionsMs) return;
    this.#floor = memory.meta.floor;
    this.#keptAt = now;
    relay.beforeDeletion(now);
  }

  /** `isAsked`: somebody wants all that has changed, and not what a frame may bring in a second. */
  publishStatistics(now: number, isAsked: boolean): void {
    const { memory, statistics } = this.#options;
    const due = statistics.due(memory.site(), now, isAsked);
    if (due) this.commit(due, now);
  }

  /** AP16: takes a caller's number out of everything that the site stores. */
  erase(text: string, now: number): Erasure {
    const { memory, relay, calls, commands } = this.#options;
    const number = new CallerNumber(text);
    const { commit, states } = stepErase(memory.site(), number, now);
    const erased = { calls: 0, events: 0, states, commands: 0, deadLetters: 0 };
    this.commit(commit, now, () => {
      erased.calls = calls.erase(number);
      erased.events = memory.rewrite(number.needle, (item) => number.eraseFrom(item));
      erased.commands = commands.erase(number);
      // What waits for delivery has the number, too: its scope objects read the log.
      relay.gapAll(now);
    });
    return erased;
  }

  /**
   * Runs a write of `memory`. If it fails, memory is ahead of storage. Nothing was acknowledged: the object restarts
   * from storage, and the connector sends the frame again.
   */
  store<Result>(write: () => Result): Result {
    try {
      return write();
    } catch (error) {
      logError("a commit could not be stored", { site: nameOf(this.#options.state), error: String(error) });
      this.#options.state.abort("storage failed");
      throw error;
    }
  }
}
