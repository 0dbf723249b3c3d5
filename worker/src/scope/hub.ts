/**
 * The fan-out of all three kinds of scope object. It receives the site's deliveries and the clients' frames, lets the
 * pure parts (`fanout`, `resume`, `flow`) decide, and carries out the decision. Positions are in the sockets'
 * attachments, so the object may be evicted between any two events.
 *
 * A connection for which the log is being read has a *run*. Deliveries skip such a connection, and the run keeps the
 * end of the newest. If that is beyond what the read returned, the log is read again from there. So nothing is lost or
 * sent twice.
 */
import type { CloseReason, Cursor, Filter } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import { clientRate, expectAnswer, takeMessage } from "../rate.ts";
import type { Delivery, ReadResult, ScopeApi, ScopeRef } from "../site/api.ts";
import { parseClientFrame } from "./client-frame.ts";
import type { ConnectInfo } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { groupBy, isBehind, narrowParts, partReader, planDelivery } from "./fanout.ts";
import { countSent, mayContinue, planSend } from "./flow.ts";
import { type Pace, type PlacedText, textsOfParts, textsOfResult } from "./resume.ts";
import { maxConnections, Roster } from "./roster.ts";
import type { SiteLink } from "./site-link.ts";

/** `skipped`: the end of the newest delivery that was skipped since the read began. */
type Run = { skipped: Cursor | null };

const encoder = new TextEncoder();

type CatchUp = Readonly<{ group: Connection[]; run: Run; done: Promise<void> }>;

export class ScopeHub implements ScopeApi {
  readonly #ctx: DurableObjectState;
  readonly #site: SiteLink;
  readonly #ref: ScopeRef;
  readonly #interest: (filters: readonly [Filter, ...Filter[]]) => Filter;
  readonly #roster: Roster;
  readonly #runs = new WeakMap<Connection, Run>();
  /** By `groupKey`: connections that lagged at one position and share one read of the log, until it is answered. */
  readonly #catchingUp = new Map<string, CatchUp>();

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
  }

  /**
   * The response is sent when the first frames are on their way, so that a client never waits on a socket that cannot
   * work.
   */
  async connect(info: ConnectInfo): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    const connection = this.#roster.add(server, info);
    const open = this.#roster.open();
    if (open.length > maxConnections) connection.close("unavailable");
    else {
      const others = open.map(({ filter }) => filter);
      const interest = this.#interest([connection.filter, ...others]);
      const join = () => this.#site.join(this.#ref, interest, connection.filter, info.since);
      await this.#follow([connection], join, "start");
      if (connection.standing.kind === "live") this.#ctx.waitUntil(this.#followAllBehind(connection.standing.at));
      await this.#scheduleExpiry();
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  async deliver(delivery: Delivery): Promise<{ clients: number }> {
    const open = this.#roster.open();
    closeExpired(open, Date.now());
    const end: Cursor = { epoch: delivery.epoch, sequence: delivery.through };
    const idle: Connection[] = [];
    const reads: Promise<void>[] = [];
    for (const connection of open) {
      if (connection.standing.kind === "closed") continue;
      const run = this.#runs.get(connection);
      if (run) run.skipped = end;
      else if (connection.standing.kind !== "lagging") idle.push(connection);
      // Its acknowledgement began a catch-up that was lost when the object was evicted.
      else if (mayContinue(connection.flow)) reads.push(this.#catchUp(connection));
    }
    const eventsOf = partReader();
    for (const group of groupBy(idle, (connection) => connection.groupKey)) {
      const read = this.#deliverTo(group, delivery, end, eventsOf);
      if (read) reads.push(read);
    }
    await Promise.all(reads);
    return { clients: this.#roster.open().length };
  }

  onMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    const connection = this.#roster.of(socket);
    if (connection.standing.kind === "closed") return;
    const parsed = parseClientFrame(message);
    if (!takeMessage(connection.rate, clientRate, Date.now())) {
      connection.close("too_fast");
      this.#leaveIfEmpty();
    } else if (!parsed.ok) {
      connection.close("bad_frame");
      this.#leaveIfEmpty();
    } else this.#onAck(connection, parsed.cursor);
  }

  onClose(socket: WebSocket): void {
    this.#roster.of(socket).close();
    this.#leaveIfEmpty();
  }

  async onAlarm(): Promise<void> {
    closeExpired(this.#roster.open(), Date.now());
    this.#leaveIfEmpty();
    await this.#scheduleExpiry();
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
        const isWhole = this.#ref.kind === "channel";
        const parts = isWhole ? plan.parts : narrowParts(plan.parts, first.matches, eventsOf);
        if (!parts) return this.#follow(group, () => this.#read(first), "every");
        this.#send(group, textsOfParts(end, parts), end, "every");
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
    run: Run = { skipped: null },
  ): Promise<void> {
    for (const connection of group) this.#runs.set(connection, run);
    try {
      let result = await first();
      this.#send(group, textsOfResult(result, pace), result.cursor, pace);
      while (run.skipped && isBehind(result.cursor, run.skipped)) {
        run.skipped = null;
        const live = group.filter(({ standing }) => standing.kind === "live");
        const [reader] = live;
        if (!reader) break;
        result = await this.#site.read(reader.filter, result.cursor);
        this.#send(live, textsOfResult(result, "every"), result.cursor, "every");
      }
    } catch (error) {
      logWarning("the site did not answer; the waiting clients are closed", {
        scope: this.#ref.name,
        error: String(error),
      });
      this.#closeAll(group, "unavailable");
    } finally {
      for (const connection of group) this.#runs.delete(connection);
    }
    // An acknowledgement may have arrived while the run went on for others.
    for (const connection of group)
      if (connection.standing.kind === "lagging" && mayContinue(connection.flow))
        this.#ctx.waitUntil(this.#catchUp(connection));
  }

  /** A `join` may have moved the route's position at the site past what older clients were sent. */
  async #followAllBehind(cursor: Cursor): Promise<void> {
    const behind = this.#roster
      .open()
      .filter(
        (connection) =>
          connection.standing.kind === "live" &&
          !this.#runs.has(connection) &&
          isBehind(connection.standing.at, cursor),
      );
    const groups = groupBy(behind, (connection) => connection.groupKey);
    await Promise.all(
      groups.map(([first, ...rest]) => first && this.#follow([first, ...rest], () => this.#read(first), "every")),
    );
  }

  /** Sends `frames` to `group`. Afterwards each is at `at`, except those that are closed, cut or held back. */
  #send(group: readonly Connection[], frames: readonly PlacedText[], at: Cursor, pace: Pace): void {
    const messages = frames.map((frame) => ({ ...frame, bytes: encoder.encode(frame.text).length }));
    for (const connection of group) {
      if (connection.standing.kind === "closed") continue;
      const held =
        messages.length > 0 && pace === "every" ? planSend(connection.flow, connection.bufferedBytes) : "send";
      if (held === "cut") {
        connection.close("resume_now");
        continue;
      }
      if (held === "hold" && connection.standing.kind === "live") {
        connection.standing = { kind: "lagging", at: connection.standing.at };
        connection.save();
        continue;
      }
      connection.standing = { kind: "live", at };
      for (const { sequence, text, bytes } of messages) {
        connection.flow = countSent(connection.flow, sequence, bytes);
        if (pace === "start") connection.flow = { ...connection.flow, first: connection.flow.first + bytes };
        connection.send(text);
        expectAnswer(connection.rate);
      }
      connection.save();
    }
  }

  #onAck(connection: Connection, cursor: Cursor): void {
    const { standing } = connection;
    if (standing.kind !== "live" && standing.kind !== "lagging") return;
    // An acknowledgement of an older epoch crossed a snapshot on its way; the next one counts.
    if (cursor.epoch !== standing.at.epoch) return;
    if (cursor.sequence > standing.at.sequence) {
      connection.close("bad_frame");
      this.#leaveIfEmpty();
      return;
    }
    connection.acknowledge(cursor.sequence);
    if (standing.kind === "lagging" && !this.#runs.has(connection) && mayContinue(connection.flow))
      this.#ctx.waitUntil(this.#catchUp(connection));
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
    const run: Run = { skipped: null };
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

  #closeAll(group: readonly Connection[], reason: CloseReason): void {
    for (const connection of group) if (connection.standing.kind !== "closed") connection.close(reason);
    this.#leaveIfEmpty();
  }

  #leaveIfEmpty(): void {
    if (this.#roster.open().length === 0)
      this.#ctx.waitUntil(Promise.all([this.#site.leave(this.#ref), this.#ctx.storage.deleteAlarm()]));
  }

  /** One alarm, at the earliest end of a grant, so that a quiet stream ends in time too. */
  async #scheduleExpiry(): Promise<void> {
    const ends = this.#roster.open().flatMap(({ expiresAt }) => expiresAt ?? []);
    if (ends.length === 0) return;
    const earliest = Math.min(...ends);
    const set = await this.#ctx.storage.getAlarm();
    if (set === null || set > earliest) await this.#ctx.storage.setAlarm(earliest);
  }
}

function closeExpired(open: readonly Connection[], now: number): void {
  for (const connection of open)
    if (connection.expiresAt !== null && connection.expiresAt <= now) connection.close("token_expired");
}
