/** Serves the joins of scope objects, some of them in each turn of the Site object (`JoinQueue`). */
import { logError } from "../../log.ts";
import type { Join, JoinReply } from "../api.ts";
import type { Commits } from "../commits.ts";
import { readSome } from "../log/read.ts";
import type { RevocationStore } from "../revocation-store.ts";
import { JoinQueue } from "./join-queue.ts";
import type { Relay } from "./relay.ts";

type JoinDeskOptions = Readonly<{
  /** Names the site in the worker's log. */
  site: string;
  relay: Relay;
  commits: Commits;
  revocations: RevocationStore;
  turn: (act: (now: number) => void) => void;
  /** Called for each join that is served. */
  onJoin: () => void;
}>;

export class JoinDesk {
  readonly #options: JoinDeskOptions;
  readonly #queue = new JoinQueue();

  constructor(options: JoinDeskOptions) {
    this.#options = options;
  }

  enter(join: Join): Promise<JoinReply> {
    if (this.#queue.isEmpty) setTimeout(() => this.#serve(), 0);
    return this.#queue.enter(join);
  }

  #serve(): void {
    const { site, turn } = this.#options;
    try {
      turn((now) => this.#queue.serve((join) => this.#answer(join, now)));
    } catch (error) {
      logError("a turn of joins failed", { site, error: String(error) });
      this.#queue.fail(error);
    }
    if (!this.#queue.isEmpty) setTimeout(() => this.#serve(), 0);
  }

  #answer({ asks, revocations: known, ...join }: Join, now: number): JoinReply {
    const { relay, commits, revocations, onJoin } = this.#options;
    onJoin();
    if (join.interest.statistics) commits.publishStatistics(now, true);
    const joined = relay.join(join);
    if (joined.kind === "refused") return joined;
    const results = readSome(asks, ({ filter, since }) => commits.read(filter, since, now));
    const list = revocations.listFor(known);
    return { kind: "joined", isNew: joined.kind === "new", results, ...(list && { revocations: list }) };
  }
}
