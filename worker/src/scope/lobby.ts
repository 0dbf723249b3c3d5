/**
 * Where clients that have just connected wait for their first frames. Those that come at the same moment are served
 * together, by one call to the site: equal filters and positions share one reading of it. While many come, the lobby
 * gathers longer; one that comes alone is served at once.
 */
import type { Cursor } from "@pbxis/shared";
import type { Ask, Delivery, JoinReply, ReadResult } from "../site/api.ts";
import type { Connection } from "./connection.ts";
import { groupBy } from "./fanout.ts";
import { textsOfResult } from "./resume.ts";
import { joinDeliveries } from "./run.ts";
import { type Message, messagesOf } from "./send.ts";

/** Different filters and positions in one call to the site. */
const maxAsks = 64;
/** Bytes of first frames that may be on their way to the clients at a time, beyond which the others wait. */
const windowBytes = 8 * 1024 * 1024;
/** A window that does not empty for this long belongs to clients that do not read. The others go on without them. */
const stallMs = 250;
const drainPollMs = 5;
/**
 * After an answer the lobby gathers: for so many ms for each client that it has just served, or for what the answer has
 * cost the site, whichever is longer, up to the maximum.
 */
const gatherMs = 40;
const gatherBytesPerMs = 5_000;
const maxGatherMs = 200;
/**
 * With so many the lobby does not gather any longer. One isolate lets few more open at a time (`openPace`), and those
 * that wait here hold up the next ones.
 */
const fullHouse = 20;

export type LobbyHost = Readonly<{
  /** Asks the site. The results are those of the first asks: at least one, and as many as the site gives at once. */
  join: (asks: readonly Ask[], holder: string) => Promise<JoinReply>;
  /** Sends the first frames to `group`, which is then at `at`, and what `tail` has beyond. */
  admit: (group: readonly Connection[], messages: readonly Message[], at: Cursor, tail: Delivery | null) => void;
  /** The site cannot be reached, or refuses them. */
  close: (group: readonly Connection[], error: unknown) => void;
  wait: (ms: number) => Promise<void>;
}>;

/** Someone who waits: the subject of the grant, and what ends the wait, with the reason if the site refuses. */
type Guest = Readonly<{ holder: string; leave: (refusal: string | null) => void }>;
type Served = Readonly<{ served: number; bytes: number }>;
type Asked = Readonly<{ group: readonly Connection[]; ask: Ask }>;
type Answered = Readonly<{ group: readonly Connection[]; messages: readonly Message[]; bytes: number; at: Cursor }>;

export class Lobby {
  readonly #host: LobbyHost;
  /** In the order of their arrival. */
  readonly #guests = new Map<Connection, Guest>();
  #isServing = false;
  /** Ends the gathering. */
  #onFull: () => void = () => {};
  /** What has been delivered since the site was asked. */
  #tail: Delivery | null = null;

  constructor(host: LobbyHost) {
    this.#host = host;
  }

  /** Deliveries skip those that are here. */
  has(connection: Connection): boolean {
    return this.#guests.has(connection);
  }

  deliver(delivery: Delivery): void {
    if (this.#isServing) this.#tail = joinDeliveries(this.#tail, delivery);
  }

  /**
   * Resolves when the first frames are on their way or the connection is closed; with a reason if the site refuses
   * `holder`.
   */
  enter(connection: Connection, holder: string): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#guests.set(connection, { holder, leave: resolve });
    if (!this.#isServing) void this.#serveAll();
    if (this.#guests.size >= fullHouse) this.#onFull();
    return promise;
  }

  async #serveAll(): Promise<void> {
    this.#isServing = true;
    while (this.#guests.size > 0) {
      this.#tail = null;
      const { served, bytes } = await this.#serve();
      await this.#gather(Math.min(Math.max(served * gatherMs, bytes / gatherBytesPerMs), maxGatherMs));
    }
    this.#isServing = false;
    this.#tail = null;
  }

  async #gather(ms: number): Promise<void> {
    if (this.#guests.size >= fullHouse) return;
    const full = Promise.withResolvers<void>();
    this.#onFull = full.resolve;
    await Promise.race([this.#host.wait(ms), full.promise]);
  }

  /** One call to the site. Returns how many clients left the lobby by it, and the bytes that were made for them. */
  async #serve(): Promise<Served> {
    const gone = [...this.#guests.keys()].filter(({ standing }) => standing.kind === "closed");
    this.#leave(gone);
    const groups = groupBy(this.#guests.keys(), ({ groupKey }) => groupKey).slice(0, maxAsks);
    const asked = groups.flatMap((group): Asked[] => {
      const [first] = group;
      return first ? [{ group, ask: { filter: first.filter, since: first.position } }] : [];
    });
    if (asked.length === 0) return { served: gone.length, bytes: 0 };
    try {
      const [{ holder } = { holder: "" }] = this.#guests.values();
      const reply = await this.#host.join(
        asked.map(({ ask }) => ask),
        holder,
      );
      if (reply.kind === "refused") return this.#refuse(holder, reply.message);
      const answered = reply.results.map((result, index) => answeredOf(result, asked[index]?.group ?? []));
      // Those who missed little do not wait for those who get a whole snapshot.
      for (const one of answered.toSorted((a, b) => a.bytes - b.bytes)) await this.#admit(one);
      return {
        served: answered.reduce((sum, { group }) => sum + group.length, gone.length),
        bytes: answered.reduce((sum, one) => sum + one.bytes, 0),
      };
    } catch (error) {
      const all = asked.flatMap(({ group }) => group).filter((connection) => this.has(connection));
      this.#host.close(all, error);
      this.#leave(all);
      return { served: all.length, bytes: 0 };
    }
  }

  /** Clients of other holders stay, and ask for themselves. */
  #refuse(holder: string, message: string): Served {
    const theirs = [...this.#guests].flatMap(([connection, guest]) => (guest.holder === holder ? [connection] : []));
    this.#host.close(theirs, message);
    this.#leave(theirs, message);
    return { served: theirs.length, bytes: 0 };
  }

  /** Large frames go out in steps, so that they do not all wait in memory and the site's deliveries come between. */
  async #admit({ group, messages, bytes, at }: Answered): Promise<void> {
    const step = Math.max(1, Math.floor(windowBytes / Math.max(1, bytes)));
    for (let from = 0; from < group.length; from += step) {
      const next = group.slice(from, from + step);
      this.#host.admit(next, messages, at, this.#tail);
      this.#leave(next);
      if (bytes * next.length >= windowBytes / 2) await this.#drained(next);
    }
  }

  /** Resolves when most of what was sent to `group` has left, or it does not read. */
  async #drained(group: readonly Connection[]): Promise<void> {
    let least = Infinity;
    for (let stalledMs = 0; stalledMs < stallMs; stalledMs += drainPollMs) {
      await this.#host.wait(drainPollMs);
      const buffered = group.reduce((sum, connection) => sum + connection.bufferedBytes, 0);
      if (buffered <= windowBytes / 4) return;
      if (buffered < least) stalledMs = 0;
      least = Math.min(least, buffered);
    }
  }

  #leave(group: readonly Connection[], refusal: string | null = null): void {
    for (const connection of group) {
      this.#guests.get(connection)?.leave(refusal);
      this.#guests.delete(connection);
    }
  }
}

/** Each frame is made once for all of the group (ST5). */
function answeredOf(result: ReadResult, group: readonly Connection[]): Answered {
  const messages = messagesOf(textsOfResult(result, "start"));
  const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
  return { group, messages, bytes, at: result.cursor };
}
