/**
 * The shell of one site: the uplink's sockets, the calls of scope objects, the alarm. What to do is decided in `ingress`, `fencing`,
 * `read` and `alarm`; deliveries are `relay`'s, commands `commands`'; what is known is in `memory`, what is kept in `log`.
 */
import { DurableObject } from "cloudflare:workers";
import {
  type Cursor,
  type Filter,
  type Handover,
  ping,
  pong,
  type SiteCounters,
  type SiteStatus,
  uplinkSilenceMs,
} from "@pbxis/shared";
import type { Env } from "../env.ts";
import { logError, logWarning } from "../log.ts";
import { AlarmClock } from "./alarm.ts";
import type { CommandRecord, CommandReply, CommandRequest, Logged, ReadResult, ScopeRef, SiteApi } from "./api.ts";
import { Commands, type Uplink } from "./command/commands.ts";
import { siteCounters } from "./counters.ts";
import { Relay } from "./delivery/relay.ts";
import { SiteMemory } from "./log/memory.ts";
import { createEpoch, statusOf } from "./meta.ts";
import { ReportStore } from "./report-store.ts";
import { scopeOf } from "./stub.ts";
import { type HelloFrame, isSilent, judgeHello } from "./uplink/fencing.ts";
import { planHandover, toldSince } from "./uplink/handover.ts";
import { type Commit, refuseFrame, type Step, stepFrame, stepHello, stepOffline } from "./uplink/ingress.ts";
import { decodeConnectorFrame } from "./uplink/uplink-frame.ts";
import {
  acceptUplink,
  closeSocket,
  findHolder,
  mayReceive,
  type OpenMark,
  openSockets,
  readMark,
  sendFrame,
  type UplinkMark,
  writeMark,
} from "./uplink/uplink-socket.ts";

export class SiteObject extends DurableObject<Env> implements SiteApi {
  readonly #memory: SiteMemory;
  readonly #relay: Relay;
  readonly #commands: Commands;
  readonly #report: ReportStore;
  readonly #alarm: AlarmClock;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    this.#memory = new SiteMemory(state.storage);
    const { counters } = this.#memory;
    this.#commands = new Commands(state.storage.sql, (how) => counters.add(`commands.${how}`));
    this.#report = new ReportStore(state.storage.sql);
    this.#relay = new Relay({
      sql: state.storage.sql,
      scopeOf: (ref) => scopeOf(env, ref),
      position: () => this.#memory.meta,
      onCallEnded: (isDone) => {
        counters.add(isDone ? "deliveries" : "deliveryFailures");
        this.#planAlarm();
      },
    });
    this.#alarm = new AlarmClock(state.storage);
    state.blockConcurrencyWhile(async () => {
      this.#memory.load(createEpoch(), Date.now());
      this.#relay.load((position) => this.#memory.readAfter(position));
      await this.#alarm.load();
    });
  }

  async status(site: string): Promise<SiteStatus> {
    this.#begin(Date.now());
    const isOnline = findHolder(openSockets(this.ctx)) !== null;
    return statusOf(this.#memory.meta, site, isOnline, this.#report.latest()?.audit ?? null);
  }

  async counters(site: string): Promise<SiteCounters> {
    const status = await this.status(site);
    const greetings = openSockets(this.ctx).filter(({ mark }) => mark.kind === "greeting").length;
    const held = { ...this.#memory.gauges(), ...this.#relay.gauges(), ...this.#commands.gauges(), greetings };
    return siteCounters(status, this.#memory.counters, held, this.#report.latest(), Date.now());
  }

  async read(filter: Filter, since: Cursor | null): Promise<ReadResult> {
    const now = Date.now();
    this.#begin(now);
    this.#memory.counters.add("reads");
    return this.#memory.read(filter, since, now);
  }

  async join(ref: ScopeRef, interest: Filter, filter: Filter, since: Cursor | null): Promise<ReadResult> {
    const now = Date.now();
    this.#begin(now);
    this.#memory.counters.add("joins");
    this.#relay.join(ref, interest);
    this.#end(now);
    return this.#memory.read(filter, since, now);
  }

  async leave(ref: ScopeRef): Promise<void> {
    this.#relay.leave(ref);
    this.#end(Date.now());
  }

  async command(request: CommandRequest, wait: boolean): Promise<CommandReply> {
    const now = Date.now();
    this.#begin(now);
    const reply = this.#commands.take(request, this.#memory.meta.link, this.#uplink(), now);
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
    if (mayReceive(socket, now)) this.#onFrame(socket, mark, message, now);
    else this.#dismiss(socket, "too_fast", "more frames than a connector sends", now);
    this.#end(now);
  }

  #onFrame(socket: WebSocket, mark: OpenMark, message: string | ArrayBuffer, now: number): void {
    this.#memory.counters.add("frames");
    const decoded = decodeConnectorFrame(message);
    if (!decoded.ok) this.#take(socket, refuseFrame(this.#memory.site(mark.kind === "greeting"), decoded.because), now);
    else if (decoded.frame.type === "hello") this.#onHello(socket, mark, decoded.frame, now);
    else if (mark.kind === "greeting") this.#dismiss(socket, "out_of_order", "a frame before hello", now);
    else {
      writeMark(socket, { ...mark, heardAt: now });
      if (decoded.frame.type === "outcome")
        this.#commands.onOutcome(decoded.frame.id, decoded.frame.outcome, mark.epoch);
      else if (decoded.frame.type === "report") this.#report.put(decoded.frame);
      else this.#take(socket, stepFrame(this.#memory.site(), decoded.frame, { now, freshEpoch: createEpoch() }), now);
    }
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#onGone(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#onGone(socket);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#alarm.rang();
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
    if (this.#memory.meta.link === "offline" || findHolder(openSockets(this.ctx))) return;
    this.#tellOffline(Math.max(this.#memory.meta.lastChange ?? 0, now - uplinkSilenceMs), now);
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
      if (verdict.reason === "superseded" && hello.handIn) this.#takeIn(hello.handIn, now);
      const because = `connector ${hello.epoch} speaks protocol ${hello.protocol}, started at ${hello.startedAt}`;
      this.#dismiss(socket, verdict.reason, because, now);
      return;
    }
    if (holder && verdict.old !== "none") {
      const how = { connector: holder.epoch, by: hello.epoch, reason: verdict.old };
      logWarning("another socket takes the uplink", { site: mark.site, ...how });
      this.#memory.counters.add(`uplinksClosed.${verdict.old}`);
      closeSocket(holder.socket, verdict.old);
    }
    const { epoch, startedAt } = hello;
    this.#memory.counters.add("uplinksOpened");
    writeMark(socket, { ...mark, kind: "holder", heardAt: now, epoch, startedAt });
    this.#take(socket, stepHello(this.#memory.site(true), hello, now), now);
    this.#memory.watchForDuplicates(now);
    const uplink = this.#uplink();
    if (uplink) this.#commands.onHolder(uplink, now);
  }

  /** UP3: its connector knows by the refusal that it is durable. */
  #takeIn(handIn: Handover, now: number): void {
    const told = this.#memory.told(toldSince(handIn, now));
    const commit = planHandover(this.#memory.site(), handIn, told, { now, freshEpoch: createEpoch() });
    if (!commit) return;
    this.#memory.counters.add("handedIn", commit.items.length);
    this.#commit(commit, now);
  }

  #onGone(socket: WebSocket): void {
    const mark = readMark(socket);
    // The runtime leaves the peer's close unanswered; without an answer the peer waits for its own timeout.
    closeSocket(socket, "gone");
    if (mark.kind === "closed") return;
    const now = Date.now();
    if (mark.kind === "holder") {
      this.#memory.counters.add("uplinksGone");
      this.#tellOffline(now, now);
    }
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
    logWarning("uplink closed", { site: mark.site, reason, because });
    if (reason !== "gone") this.#memory.counters.add(`uplinksClosed.${reason}`);
    if (mark.kind === "holder") this.#tellOffline(asOf, now);
  }

  #take(socket: WebSocket, { commit, reply, close }: Step, now: number): void {
    if (commit) this.#commit(commit, now);
    if (reply) sendFrame(socket, reply);
    if (close) this.#dismiss(socket, close.reason, close.because, now);
  }

  #tellOffline(asOf: number, now: number): void {
    this.#commands.onLinkLost(now);
    const commit = stepOffline(this.#memory.site(), asOf, now);
    if (commit) this.#commit(commit, now);
  }

  #commit(commit: Commit, now: number): void {
    let logged: Logged;
    try {
      logged = this.#memory.commit(commit, now, () => {
        if (commit.newEpoch) this.#relay.gapAll(now);
      });
    } catch (error) {
      // Memory is ahead of storage now. Nothing was acknowledged: the object starts again from storage, and the connector repeats.
      logError("a frame could not be stored", { site: this.ctx.id.name ?? null, error: String(error) });
      this.ctx.abort("storage failed");
      throw error;
    }
    this.#relay.gather(logged);
  }

  #uplink(): Uplink | null {
    const holder = findHolder(openSockets(this.ctx));
    return holder && { epoch: holder.epoch, send: (frame) => sendFrame(holder.socket, frame) };
  }

  #planAlarm(): void {
    const sockets = openSockets(this.ctx).map(({ heardAt, mark: { expiresAt } }) => ({ heardAt, expiresAt }));
    this.#alarm.set({ sockets, routingDueAt: this.#relay.dueAt(), commandsDueAt: this.#commands.dueAt() });
  }
}
