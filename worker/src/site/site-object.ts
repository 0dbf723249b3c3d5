/**
 * The shell of one site: the uplink's sockets, the calls of scope objects, the alarm. What to do is decided in `ingress`, `fencing`,
 * `read` and `alarm`; deliveries are `relay`'s; what is kept is in `log`. Memory is a copy of storage between any two events, so
 * that an eviction changes nothing.
 */
import { DurableObject } from "cloudflare:workers";
import {
  applyEvent,
  type Cursor,
  type Event,
  type Filter,
  ping,
  pong,
  type SiteStatus,
  type StateMap,
  selectSnapshot,
  uplinkSilenceMs,
} from "@pbxis/shared";
import type { Env } from "../env.ts";
import { alarmToSet, planAlarm } from "./alarm.ts";
import type { CommandRecord, CommandReply, CommandRequest, ReadResult, ScopeRef, Sequenced, SiteApi } from "./api.ts";
import { Commands, type Uplink } from "./commands.ts";
import { echoSpanMs } from "./echo.ts";
import { type HelloFrame, isSilent, judgeHello } from "./fencing.ts";
import { type Commit, refuseFrame, type Step, stepFrame, stepHello, stepOffline } from "./ingress.ts";
import { SiteLog } from "./log.ts";
import { createEpoch, createMeta, type SiteMeta, statusOf } from "./meta.ts";
import { planRead, selectItems } from "./read.ts";
import { Relay } from "./relay.ts";
import { ReportStore } from "./report-store.ts";
import { scopeOf } from "./stub.ts";
import { decodeConnectorFrame } from "./uplink-frame.ts";
import {
  acceptUplink,
  closeSocket,
  findHolder,
  openSockets,
  readMark,
  sendFrame,
  type UplinkMark,
  writeMark,
} from "./uplink-socket.ts";

export class SiteObject extends DurableObject<Env> implements SiteApi {
  readonly #log: SiteLog;
  readonly #relay: Relay;
  readonly #commands: Commands;
  readonly #report: ReportStore;
  #meta: SiteMeta = createMeta("");
  #states: StateMap = new Map();
  #parts: (readonly Event[])[] = [];
  #echoes: readonly Event[] = [];
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    this.#log = new SiteLog(state.storage);
    this.#commands = new Commands(state.storage.sql);
    this.#report = new ReportStore(state.storage.sql);
    this.#relay = new Relay({
      sql: state.storage.sql,
      scopeOf: (ref) => scopeOf(env, ref),
      position: () => this.#meta,
      onCallEnded: () => this.#planAlarm(),
    });
    state.blockConcurrencyWhile(async () => {
      const { meta, states, parts } = this.#log.load(createEpoch());
      this.#meta = meta;
      this.#states = states;
      this.#parts = [...parts];
      this.#echoes = this.#echoesAt(Date.now());
      this.#relay.load((position) => this.#log.readAfter(position));
      this.#alarmAt = await state.storage.getAlarm();
    });
  }

  async status(site: string): Promise<SiteStatus> {
    this.#begin(Date.now());
    const isOnline = findHolder(openSockets(this.ctx)) !== null;
    return statusOf(this.#meta, site, isOnline, this.#report.latest()?.audit ?? null);
  }

  async read(filter: Filter, since: Cursor | null): Promise<ReadResult> {
    const now = Date.now();
    this.#begin(now);
    return this.#read(filter, since, now);
  }

  async join(ref: ScopeRef, interest: Filter, filter: Filter, since: Cursor | null): Promise<ReadResult> {
    const now = Date.now();
    this.#begin(now);
    this.#relay.join(ref, interest);
    this.#end(now);
    return this.#read(filter, since, now);
  }

  async leave(ref: ScopeRef): Promise<void> {
    this.#relay.leave(ref);
  }

  async command(request: CommandRequest, wait: boolean): Promise<CommandReply> {
    const now = Date.now();
    this.#begin(now);
    const reply = this.#commands.take(request, this.#meta.link, this.#uplink(), now);
    this.#end(now);
    if (!wait || reply.kind === "refused" || reply.outcome) return reply;
    return { ...reply, outcome: await this.#commands.ended(reply.id) };
  }

  async commandRecord(id: string): Promise<CommandRecord | null> {
    return this.#commands.record(id);
  }

  /** `GET …/connector` (AP7): opens an uplink. */
  override async fetch(request: Request): Promise<Response> {
    const now = Date.now();
    this.#begin(now);
    const answer = acceptUplink(this.ctx, request, now);
    this.#end(now);
    return answer;
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const mark = readMark(socket);
    if (mark.kind === "closed") return;
    if (message === ping) {
      socket.send(pong);
      return;
    }
    const now = Date.now();
    this.#begin(now);
    const decoded = decodeConnectorFrame(message);
    if (!decoded.ok) this.#take(socket, refuseFrame(this.#site(mark), decoded.because), now);
    else if (decoded.frame.type === "hello") this.#onHello(socket, mark, decoded.frame, now);
    else if (mark.kind === "greeting") this.#dismiss(socket, "out_of_order", "a frame before hello", now);
    else {
      writeMark(socket, { ...mark, heardAt: now });
      if (decoded.frame.type === "outcome")
        this.#commands.onOutcome(decoded.frame.id, decoded.frame.outcome, mark.epoch);
      else if (decoded.frame.type === "report") this.#report.put(decoded.frame);
      else this.#take(socket, stepFrame(this.#site(mark), decoded.frame, { now, freshEpoch: createEpoch() }), now);
    }
    this.#end(now);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#onGone(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#onGone(socket);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#alarmAt = null;
    this.#begin(now);
    for (const { socket, heardAt, mark } of openSockets(this.ctx))
      if (isSilent(heardAt, now)) this.#dismiss(socket, "unavailable", "silent", now, heardAt);
      else if (mark.expiresAt !== null && mark.expiresAt <= now)
        this.#dismiss(socket, "token_expired", "its token has ended", now);
    this.#relay.onAlarm(now);
    this.#commands.onAlarm(now);
    this.#end(now);
  }

  /**
   * First in every event. A deployment cuts sockets without telling: then there is a link but nobody who holds it. The alarm looked
   * at the socket at most one silence ago.
   */
  #begin(now: number): void {
    if (this.#meta.link === "offline" || findHolder(openSockets(this.ctx))) return;
    this.#tellOffline(Math.max(this.#meta.lastChange ?? 0, now - uplinkSilenceMs), now);
    this.#end(now);
  }

  /** Last in every event that may have changed something. */
  #end(now: number): void {
    this.#relay.pump(now);
    this.#planAlarm();
  }

  #onHello(socket: WebSocket, mark: UplinkMark, hello: HelloFrame, now: number): void {
    if (mark.kind !== "greeting") {
      this.#dismiss(socket, "out_of_order", "a second hello", now);
      return;
    }
    const holder = findHolder(openSockets(this.ctx));
    const verdict = judgeHello(hello, holder, now);
    if (verdict.kind === "refuse") {
      const because = `connector ${hello.epoch} speaks protocol ${hello.protocol}, started at ${hello.startedAt}`;
      this.#dismiss(socket, verdict.reason, because, now);
      return;
    }
    if (holder && verdict.old !== "none") {
      console.warn(`site ${mark.site}: connector ${holder.epoch} is ${verdict.old} by ${hello.epoch}`);
      closeSocket(holder.socket, verdict.old);
    }
    const { epoch, startedAt } = hello;
    writeMark(socket, { ...mark, kind: "holder", heardAt: now, epoch, startedAt });
    this.#take(socket, stepHello(this.#site(mark), hello, now), now);
    this.#echoes = this.#echoesAt(now);
    const uplink = this.#uplink();
    if (uplink) this.#commands.onHolder(uplink, now);
  }

  #onGone(socket: WebSocket): void {
    const mark = readMark(socket);
    // The runtime leaves the peer's close unanswered; without an answer the peer waits for its own timeout.
    closeSocket(socket, "gone");
    if (mark.kind === "closed") return;
    const now = Date.now();
    if (mark.kind === "holder") this.#tellOffline(now, now);
    this.#end(now);
  }

  /** Closes a socket that still counts; with the holder's goes the link. */
  #dismiss(
    socket: WebSocket,
    reason: Parameters<typeof closeSocket>[1],
    because: string,
    now: number,
    asOf = now,
  ): void {
    const mark = readMark(socket);
    closeSocket(socket, reason);
    if (mark.kind === "closed") return;
    console.warn(`site ${mark.site}: uplink closed with ${reason}: ${because}`);
    if (mark.kind === "holder") this.#tellOffline(asOf, now);
  }

  #take(socket: WebSocket, { commit, reply, close }: Step, now: number): void {
    if (commit) this.#commit(commit, now);
    if (reply) sendFrame(socket, reply);
    if (close) this.#dismiss(socket, close.reason, close.because, now);
  }

  #tellOffline(asOf: number, now: number): void {
    this.#commands.onLinkLost(now);
    const commit = stepOffline(this.#site(), asOf, now);
    if (commit) this.#commit(commit, now);
  }

  #commit(commit: Commit, now: number): void {
    const { items, parts, echoes = this.#echoes } = commit;
    this.#echoes = echoes;
    const first = this.#meta.sequence + 1;
    if (commit.replaceStates) this.#states = commit.replaceStates;
    else for (const item of items) if (item.type !== "link") applyEvent(this.#states, item);
    if (parts === "drop") this.#parts = [];
    else if (parts !== "keep") this.#parts.push(parts.events);
    try {
      this.#meta = commit.meta;
      this.#meta = this.#log.commit(commit, this.#states, now, () => {
        if (commit.newEpoch) this.#relay.gapAll(now);
      });
    } catch (error) {
      // Memory is ahead of storage now. Nothing was acknowledged: the object starts again from storage, and the connector repeats.
      console.error(`site: a frame could not be stored: ${String(error)}`);
      this.ctx.abort("storage failed");
      throw error;
    }
    this.#relay.gather(items.map((item, offset): Sequenced => [first + offset, item]));
  }

  #read(filter: Filter, since: Cursor | null, now: number): ReadResult {
    const { epoch, sequence, link, asOf } = this.#meta;
    const cursor = { epoch, sequence };
    const plan = planRead(this.#meta, since);
    if (plan.kind === "snapshot")
      return { kind: "snapshot", cursor, link, asOf, events: selectSnapshot(this.#states, filter, now) };
    return { kind: "events", cursor, items: selectItems(this.#log.readAfter(plan.after), filter) };
  }

  #uplink(): Uplink | null {
    const holder = findHolder(openSockets(this.ctx));
    return holder && { epoch: holder.epoch, send: (frame) => sendFrame(holder.socket, frame) };
  }

  #site(mark?: UplinkMark) {
    // Who has not said hello cannot void the parts of the one who has.
    const parts = mark?.kind === "greeting" ? [] : this.#parts;
    return { meta: this.#meta, states: this.#states, parts, echoes: this.#echoes };
  }

  /** After an eviction, or a reconnection, an echo that has come already is listened for again: no connector tells it a second time. */
  #echoesAt(now: number): readonly Event[] {
    const from = this.#meta.connector?.from;
    if (!from || now > from.at + echoSpanMs) return [];
    return this.#log.occurrencesBefore(from.sequence, from.at - echoSpanMs);
  }

  #planAlarm(): void {
    const sockets = openSockets(this.ctx).map(({ heardAt, mark: { expiresAt } }) => ({ heardAt, expiresAt }));
    const due = alarmToSet(
      this.#alarmAt,
      planAlarm({ sockets, routingDueAt: this.#relay.dueAt(), commandsDueAt: this.#commands.dueAt() }),
    );
    if (due === null) return;
    this.#alarmAt = due;
    void this.ctx.storage.setAlarm(due);
  }
}
