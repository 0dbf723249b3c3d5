/**
 * The fan-out of all three kinds of scope object. It receives the site's deliveries and the clients' frames, lets the
 * pure parts (`fanout`, `resume`, `flow`) decide, and carries out the decision. Positions are in the sockets'
 * attachments, so the object may be evicted between any two events.
 *
 * Clients that have just connected are in the `Lobby`; a connection for which the log is being read has a `Run`.
 * Deliveries skip both, and what they brought is delivered afterwards.
 */
import type { CloseReason, Cursor, Filter } from "@pbxis/shared";
import { isRevoked, nothingRevoked, type Revoked } from "../auth/revoked.ts";
import { logWarning } from "../log.ts";
import { clientRate, takeMessage } from "../rate.ts";
import type { Ask, Audience, Delivery, JoinReply, ReadResult, ScopeApi, ScopeRef } from "../site/api.ts";
import { parseClientFrame } from "./client-frame.ts";
import { type ConnectInfo, fullStatus, refusedStatus, revokedStatus } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { groupBy, isBehind, narrowParts, partReader, planDelivery } from "./fanout.ts";
import { mayContinue } from "./flow.ts";
import { Lobby } from "./lobby.ts";
import { type Pace, textsOfParts, textsOfResult } from "./resume.ts";
import { Roster } from "./roster.ts";
import { joinDeliveries, type Run } from "./run.ts";
import { isShared } from "./scope.ts";
import { messagesOf, sendAll } from "./send.ts";
import type { SiteLink } from "./site-link.ts";

/** How long an object without clients keeps its route: each its own time, so that not all leave at once. */
const lingerMs = { least: 1_000, most: 5_000 } as const;
type CatchUp = Readonly<{ group: Connection[]; run: Run; done: Promise<void> }>;

export class ScopeHub implements Pick<ScopeApi, "deliver"> {
  readonly #ctx: DurableObjectState;
  readonly #site: SiteLink;
  readonly #ref: ScopeRef;
  readonly #interest: (filters: readonly [Filter, ...Filter[]]) => Filter;
  readonly #roster: Roster;
  readonly #lobby: Lobby;
  readonly #runs = new WeakMap<Connection, Run>();
  /** By `groupKey`: connections that lagged at one position and share one read of the log, until it is answered. */
  readonly #catchingUp = new Map<string, CatchUp>();
  /** AP17, as far as the site has said. */
  #revoked: Readonly<{ version: string | null; revoked: Revoked }> = { version: null, revoked: nothingRevoked };
  #isLeaving = false;

  constructor(
    ctx: DurableObjectState,
    site: SiteLink,
    ref: ScopeRef,
    interest: (filters: readonly [Filter, ...Filter[]]) => Filter,
  ) {
    this.#ctx = ctx;
    this.#site = site;
    this.#ref = ref;
    this.#interest = interest;
    this.#roster = new Roster(ref.name, () => ctx.getWebSockets());
    this.#lobby = new Lobby({
      join: (asks, holder) => this.#join(asks, holder),
      admit: (group, messages, at, tail) => {
        sendAll(group, messages, at, "start");
        ctx.waitUntil(this.#deliverLate(group, tail));
      },
      close: (group, error) => this.#closeUnanswered(group, error),
      wait,
    });
  }

  /**
   * The response is sent when the first frames are on their way, so that a client never waits on a socket that cannot
   * work.
   */
  async connect(info: ConnectInfo): Promise<Response> {
    if (this.#roster.isFull(info.maxClients)) return new Response(null, { status: fullStatus });
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    const connection = this.#roster.add(server, info);
    const refusal = await this.#lobby.enter(connection, info.holder);
    if (refusal !== null) return new Response(refusal, { status: refusedStatus });
    if (isRevoked(info.token, this.#revoked.revoked)) return new Response(null, { status: revokedStatus });
    return new Response(null, { status: 101, webSocket: client });
  }

  async deliver(delivery: Delivery): Promise<Audience> {
    if (delivery.revoked) this.#roster.closeRevoked(delivery.revoked);
    const endsAt = this.#roster.closeExpired(Date.now());
    const idle: Connection[] = [];
    const runs = new Set<Run>();
    const reads: Promise<void>[] = [];
    this.#lobby.deliver(delivery);
    for (const connection of this.#roster.open()) {
      if (this.#lobby.has(connection)) continue;
      const run = this.#runs.get(connection);
      if (run) runs.add(run);
      else if (connection.standing.kind !== "lagging") idle.push(connection);
      // Its acknowledgement began a catch-up that was lost when the object was evicted.
      else if (mayContinue(connection.flow)) reads.push(this.#catchUp(connection));
    }
    for (const run of runs) run.tail = joinDeliveries(run.tail, delivery);
    await Promise.all([...reads, ...this.#deliverToAll(idle, delivery)]);
    return { clients: this.#roster.open().length, endsAt };
  }

  closeAll(): void {
    for (const connection of this.#roster.open()) connection.close("unavailable");
  }

  onMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const connection = this.#roster.of(socket);
    if (connection.standing.kind === "closed") return;
    const parsed = parseClientFrame(message);
    if (!takeMessage(connection.rate, clientRate, Date.now())) this.#dismiss(connection, "too_fast");
    else if (!parsed.ok) this.#dismiss(connection, "bad_frame");
    else this.#onAck(connection, parsed.cursor);
  }

  onClose(socket: WebSocket): void {
    this.#roster.of(socket).close();
    this.#leaveIfEmpty();
  }

  #deliverToAll(connections: readonly Connection[], delivery: Delivery): Promise<void>[] {
    const end: Cursor = { epoch: delivery.epoch, sequence: delivery.through };
    const eventsOf = partReader();
    const groups = groupBy(connections, (connection) => connection.groupKey);
    return groups.flatMap((group) => this.#deliverTo(group, delivery, end, eventsOf) ?? []);
  }

  /** All of `group` have the same filter and position, so each frame is made once (ST5). */
  #deliverTo(
    group: readonly Connection[],
    delivery: Delivery,
    end: Cursor,
    eventsOf: ReturnType<typeof partReader>,
  ): Promise<void> | undefined {
    const [first] = group;
    if (!first) return undefined;
    if (first.standing.kind === "starting") return this.#follow(group, () => this.#read(first), "start");
    const plan = first.position ? planDelivery(first.position, delivery) : ({ kind: "read" } as const);
    switch (plan.kind) {
      case "nothing":
        return undefined;
      case "read":
        return this.#follow(group, () => this.#read(first), "every");
      case "parts": {
        // All clients of a Channel object have the filter that the object is named after, which is also its interest.
        const isWhole = this.#ref.kind === "channel" && !isShared(this.#ref.name);
        const parts = isWhole ? plan.parts : narrowParts(plan.parts, first.shared, eventsOf);
        if (!parts) return this.#follow(group, () => this.#read(first), "every");
        sendAll(group, messagesOf(textsOfParts(end, parts)), end, "every");
        return undefined;
      }
    }
  }

  #read(connection: Connection): Promise<ReadResult> {
    return this.#site.read(connection.filter, connection.position);
  }

  /**
   * Sends what `first` returns, and then what was delivered meanwhile. If the site cannot be reached, the clients are
   * closed and come back later.
   */
  async #follow(
    group: readonly Connection[],
    first: () => Promise<ReadResult>,
    pace: Pace,
    run: Run = { tail: null },
  ): Promise<void> {
    for (const connection of group) this.#runs.set(connection, run);
    try {
      const result = await first();
      sendAll(group, messagesOf(textsOfResult(result, pace)), result.cursor, pace);
    } catch (error) {
      this.#closeUnanswered(group, error);
    } finally {
      for (const connection of group) this.#runs.delete(connection);
    }
    // An acknowledgement may have arrived while the run went on for others.
    for (const connection of group)
      if (connection.standing.kind === "lagging" && mayContinue(connection.flow))
        this.#ctx.waitUntil(this.#catchUp(connection));
    await this.#deliverLate(group, run.tail);
  }

  /** `tail` is what was delivered while the site was read for `group`. */
  async #deliverLate(group: readonly Connection[], tail: Delivery | null): Promise<void> {
    if (!tail) return;
    const live = group.filter((connection) => connection.standing.kind === "live" && !this.#runs.has(connection));
    await Promise.all(this.#deliverToAll(live, tail));
  }

  /** For all that wait in the lobby: the site is called once. */
  async #join(asks: readonly Ask[], holder: string): Promise<JoinReply> {
    const endsAt = this.#roster.closeExpired(Date.now());
    const [first, ...others] = this.#roster.open().map(({ filter }) => filter);
    if (!first) return { kind: "joined", isNew: false, results: [] };
    const interest = this.#interest([first, ...others]);
    const { version } = this.#revoked;
    const reply = await this.#site.join({ ref: this.#ref, interest, endsAt, holder, asks, revocations: version });
    if (reply.kind === "joined" && reply.revocations) this.#revoked = reply.revocations;
    this.#roster.closeRevoked(this.#revoked.revoked);
    const [result] = reply.kind === "joined" && reply.isNew ? reply.results : [];
    if (result) this.#ctx.waitUntil(this.#followAllBehind(result.cursor));
    return reply;
  }

  /** The route began anew at `cursor`: nothing before it is delivered to older clients. */
  async #followAllBehind(cursor: Cursor): Promise<void> {
    const behind = this.#roster
      .open()
      .filter(
        (connection) =>
          connection.standing.kind === "live" &&
          !this.#lobby.has(connection) &&
          !this.#runs.has(connection) &&
          isBehind(connection.standing.at, cursor),
      );
    const groups = groupBy(behind, (connection) => connection.groupKey);
    await Promise.all(
      groups.map(([first, ...rest]) => first && this.#follow([first, ...rest], () => this.#read(first), "every")),
    );
  }

  #onAck(connection: Connection, cursor: Cursor): void {
    const { standing } = connection;
    if (standing.kind !== "live" && standing.kind !== "lagging") return;
    // An acknowledgement of an older epoch crossed a snapshot on its way; the next one counts.
    if (cursor.epoch !== standing.at.epoch) return;
    if (cursor.sequence > standing.at.sequence) this.#dismiss(connection, "bad_frame");
    else {
      connection.acknowledge(cursor.sequence);
      if (standing.kind === "lagging" && !this.#runs.has(connection) && mayContinue(connection.flow))
        this.#ctx.waitUntil(this.#catchUp(connection));
    }
  }

  /**
   * For a lagging connection whose window has room again. Most lag at the same position and continue at the same time,
   * so they share one read of the log.
   */
  #catchUp(connection: Connection): Promise<void> {
    const key = connection.groupKey;
    const shared = this.#catchingUp.get(key);
    if (shared) {
      shared.group.push(connection);
      this.#runs.set(connection, shared.run);
      return shared.done;
    }
    const group = [connection];
    const run: Run = { tail: null };
    const read = async () => {
      try {
        return await this.#read(connection);
      } finally {
        this.#catchingUp.delete(key);
      }
    };
    const done = this.#follow(group, read, "collapse", run);
    this.#catchingUp.set(key, { group, run, done });
    return done;
  }

  #dismiss(connection: Connection, reason: CloseReason): void {
    connection.close(reason);
    this.#leaveIfEmpty();
  }

  #closeUnanswered(group: readonly Connection[], error: unknown): void {
    logWarning("the waiting clients are closed", { scope: this.#ref.name, error: String(error) });
    for (const connection of group) if (connection.standing.kind !== "closed") connection.close("unavailable");
    this.#leaveIfEmpty();
  }

  #leaveIfEmpty(): void {
    if (this.#isLeaving || this.#roster.open().length > 0) return;
    this.#isLeaving = true;
    this.#ctx.waitUntil(this.#leave());
  }

  /** Clients whose network broke come back soon. The site then keeps the route, which costs it less than a new one. */
  async #leave(): Promise<void> {
    await wait(lingerMs.least + Math.random() * (lingerMs.most - lingerMs.least));
    this.#isLeaving = false;
    if (this.#roster.open().length > 0) return;
    await this.#site.leave(this.#ref);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
