/**
 * The Site object: what the platform and other objects call. It wires the parts of one site: `memory` has what the site
 * knows, `uplink` the connectors' sockets, `relay` the deliveries, `commands` the commands, `statistics` the day's
 * figures, `expiry` what is deleted by age, `webhooks` the endpoints and alerts, `alarm` the alarm. Every call runs in `#turn`.
 */
import { DurableObject } from "cloudflare:workers";
import {
  type Cursor,
  type DisabledReason,
  type Erasure,
  type Filter,
  ping,
  pong,
  type RevocationRequest,
  type SiteCounters,
  type SiteStatus,
  type TokenRef,
} from "@pbxis/shared";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { logUnreadable } from "../stored.ts";
import { deleteObjects, revokeTokens } from "./administration.ts";
import { AlarmClock, planAlarm } from "./alarm.ts";
import { refuseNewerTables } from "./all-tables.ts";
import type {
  CallOfToken,
  CallPage,
  CallQuery,
  CommandRecord,
  CommandReply,
  CommandRequest,
  ForToken,
  Join,
  JoinReply,
  ReadResult,
  Report,
  ReportQuery,
  ScopeRef,
  SiteApi,
} from "./api.ts";
import { CallStore } from "./calls/call-store.ts";
import { Commands } from "./command/commands.ts";
import { Commits } from "./commits.ts";
import { countRows } from "./counted-storage.ts";
import { siteCounters } from "./counters.ts";
import { JoinDesk } from "./delivery/join-desk.ts";
import { Relay } from "./delivery/relay.ts";
import { createEpoch } from "./epoch.ts";
import { Expiry } from "./expiry.ts";
import { SiteMemory } from "./log/memory.ts";
import { statusOf } from "./meta.ts";
import { ReportStore } from "./report-store.ts";
import { keptTimes } from "./retention.ts";
import { RevocationStore } from "./revocation-store.ts";
import { RingAgain } from "./ring-again.ts";
import { Statistics } from "./statistics/statistics.ts";
import { scopeOf } from "./stub.ts";
import { UplinkShell } from "./uplink/uplink-shell.ts";
import { acceptUplink, nameOf } from "./uplink/uplink-socket.ts";
import type { PageReply, WebhookAction, WebhookReply } from "./webhooks/api.ts";
import { WebhookDesk } from "./webhooks/webhook-desk.ts";

/** RFC 6455: the connection ended without one. */
const noCloseFrame = 1006;

export class SiteObject extends DurableObject<Env> implements SiteApi {
  readonly #memory: SiteMemory;
  readonly #relay: Relay;
  readonly #joins: JoinDesk;
  readonly #commands: Commands;
  readonly #report: ReportStore;
  readonly #uplink: UplinkShell;
  readonly #statistics: Statistics;
  readonly #calls: CallStore;
  readonly #commits: Commits;
  readonly #revocations: RevocationStore;
  readonly #webhooks: WebhookDesk;
  readonly #expiry: Expiry;
  readonly #alarm: AlarmClock;
  readonly #ringAgain = new RingAgain(() => this.alarm());
  #isDeleting = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    const storage = countRows(state.storage, (rows) => this.#memory.counters.add("rowsWritten", rows));
    const { sql } = storage;
    const [site, kept] = [nameOf(state), keptTimes(env)];
    refuseNewerTables(state.storage.sql, site);
    this.#memory = new SiteMemory(storage, { keptMs: kept.logMs, onCheckpoint: (at) => this.#saveFolds(at) });
    const { counters } = this.#memory;
    this.#statistics = new Statistics(sql, site);
    this.#commands = new Commands(sql, site, Date.now(), (how) => counters.add(`commands.${how}`));
    this.#report = new ReportStore(sql, site);
    this.#revocations = new RevocationStore(sql, site, createEpoch);
    this.#relay = new Relay({
      sql,
      site,
      scopeOf: (ref) => scopeOf(env, ref),
      position: () => this.#memory.meta,
      revoked: (now) => this.#revocations.recent(now),
      onCallEnded: (isDone) => {
        counters.add(isDone ? "deliveries" : "deliveryFailures");
        this.#planAlarm();
      },
    });
    this.#uplink = new UplinkShell({
      state,
      memory: this.#memory,
      commands: this.#commands,
      report: this.#report,
      onSettings: (settings, now) => this.#statistics.set(settings, now),
      alarmDueAt: () => this.#alarm.dueAt(),
      commit: (commit, now) => this.#commits.commit(commit, now),
    });
    this.#calls = new CallStore(sql, site, kept.callsMs);
    this.#commits = new Commits({
      state,
      memory: this.#memory,
      relay: this.#relay,
      statistics: this.#statistics,
      calls: this.#calls,
      commands: this.#commands,
      onCommit: (commit) => this.#webhooks.alerts.gather(commit),
    });
    this.#webhooks = new WebhookDesk({
      ...{ sql, site, env, memory: this.#memory, relay: this.#relay, commits: this.#commits },
    });
    this.#joins = new JoinDesk({
      site,
      relay: this.#relay,
      commits: this.#commits,
      revocations: this.#revocations,
      turn: (act) => this.#turn(act),
      onJoin: () => counters.add("joins"),
    });
    this.#expiry = new Expiry({
      memory: this.#memory,
      calls: this.#calls,
      kept,
      commit: (commit, now) => this.#commits.commit(commit, now),
      store: (write) => this.#commits.store(write),
      beforeDeletion: (now) => this.#relay.beforeDeletion(now),
    });
    this.#alarm = new AlarmClock(state.storage, (error) => {
      logError("the alarm could not be set", { site, error: String(error) });
      this.#ringAgain.soon();
    });
    state.blockConcurrencyWhile(async () => {
      this.#load(Date.now());
      await this.#alarm.load();
    });
  }

  async status(site: string): Promise<SiteStatus> {
    return this.#turn(() => this.#status(site));
  }

  async counters(site: string): Promise<SiteCounters> {
    return this.#turn((now) => {
      const greetings = this.#uplink.open().filter(({ mark }) => mark.kind === "greeting").length;
      const held = { ...this.#memory.gauges(), ...this.#relay.gauges(), ...this.#commands.gauges(), greetings };
      return siteCounters(this.#status(site), this.#memory.counters, held, this.#report.latest(), now);
    });
  }

  async read(filter: Filter, since: Cursor | null): Promise<ReadResult> {
    return this.#turn((now) => {
      this.#memory.counters.add("reads");
      if (filter.statistics) this.#commits.publishStatistics(now, true);
      return this.#commits.read(filter, since, now);
    });
  }

  async join(join: Join): Promise<JoinReply> {
    return this.#joins.enter(join);
  }

  async leave(ref: ScopeRef): Promise<void> {
    this.#turn(() => this.#relay.leave(ref));
  }

  async command(request: CommandRequest, wait: boolean): Promise<CommandReply> {
    const reply = this.#turn((now) => this.#commands.take(request, this.#memory.meta.link, this.#uplink.holder(), now));
    if (!wait || reply.kind === "refused" || reply.outcome) return reply;
    return this.#commands.ended(reply.id);
  }

  async commandRecord(id: string): Promise<CommandRecord | null> {
    return this.#turn(() => this.#commands.record(id));
  }

  async statistics(query: ReportQuery): Promise<Report> {
    return this.#turn((now) => this.#statistics.report(query, now));
  }

  async calls(query: CallQuery): Promise<CallPage> {
    return this.#turn(() => this.#calls.find(query));
  }

  async isRevoked(token: TokenRef): Promise<boolean> {
    return this.#turn(() => this.#revocations.isRevoked(token));
  }

  async callAs<Name extends CallOfToken>(
    token: TokenRef | null,
    name: Name,
    args: Parameters<SiteApi[Name]>,
  ): Promise<ForToken<Awaited<ReturnType<SiteApi[Name]>>>> {
    if (token && (await this.isRevoked(token))) return { isRevoked: true };
    return { isRevoked: false, answer: await Reflect.apply(this[name], this, args) };
  }

  async revoke(request: RevocationRequest, id: string): Promise<number | null> {
    return this.#turn((now) => revokeTokens(this.#parts(), request, id, now));
  }

  async erase(number: string): Promise<Erasure> {
    const erased = this.#turn((now) => this.#commits.erase(number, now));
    return { ...erased, deadLetters: await this.#webhooks.erase(number) };
  }

  async webhooks(action: WebhookAction): Promise<WebhookReply> {
    const reply = this.#turn((now) => this.#webhooks.act(action, now));
    if (reply.kind === "done") await this.#webhooks.follow(action, (act) => this.#turn(act));
    return reply;
  }

  async readWebhook(id: string, since: Cursor | null, isFailing: boolean): Promise<PageReply> {
    return this.#turn((now) => this.#webhooks.read(id, since, isFailing, now));
  }

  async disableWebhook(id: string, reason: DisabledReason): Promise<void> {
    this.#turn((now) => this.#webhooks.disable(id, reason, now));
  }

  /**
   * While it runs, nobody can come back: every other call fails, and is repeated by its caller. Afterwards the object
   * restarts as a new site.
   */
  async deleteAll(): Promise<number> {
    this.#turn((now) => this.#uplink.closeAll(now));
    this.#isDeleting = true;
    // The answer leaves before the object ends.
    const restart = () => setTimeout(() => this.ctx.abort("the site was deleted"), 50);
    return deleteObjects(this.#parts(), this.ctx.storage).finally(restart);
  }

  /** `GET …/connector` (AP7): opens an uplink. */
  override async fetch(request: Request): Promise<Response> {
    return this.#turn((now) => acceptUplink(this.ctx, request, now));
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#turn((now) => this.#uplink.onMessage(socket, message, now), socket);
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#turn((now) => this.#uplink.onClose(socket, code !== noCloseFrame, now), socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#turn((now) => this.#uplink.onClose(socket, false, now), socket);
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#memory.counters.add("alarms");
    try {
      this.#turn((now) => this.#onDue(now));
    } catch (error) {
      // The platform repeats an alarm that failed, but not for ever.
      this.#ringAgain.soon();
      throw error;
    }
  }

  /** Finds nothing to do if it is called too early. */
  #onDue(now: number): void {
    this.#uplink.onAlarm(now);
    this.#relay.onAlarm(now);
    this.#commands.onAlarm(now);
    this.#expiry.onAlarm(now);
    this.#commits.store(() =>
      this.ctx.storage.transactionSync(() => this.#statistics.expire(now, this.#memory.meta.sequence)),
    );
  }

  /**
   * One call, frame, close or alarm. `act` handles it synchronously. The turn guarantees:
   *
   * - First, a link that no connector holds any more is published as offline (ST3). `socket` is the one that the turn
   *   is about.
   * - After `act`, what a late alarm should have done is done, and statistics and alerts that are due are
   *   published.
   * - Last, the deliveries that are due are made, and the alarm is set for what is due next.
   * - All of a turn has one time, `now` (ms).
   *
   * If `act` throws, the caller gets the error, and deliveries and alarm are left to the next turn.
   */
  #turn<Result>(act: (now: number) => Result, socket: WebSocket | null = null): Result {
    if (this.#isDeleting) throw new Error("the site is being deleted");
    const now = Date.now();
    this.#uplink.publishLostHolder(now, socket);
    const result = act(now);
    if (this.#alarm.isLate(now)) {
      // It is set anew below, in case it never rings.
      this.#alarm.rang();
      this.#onDue(now);
    }
    if (this.#relay.wantsStatistics()) this.#commits.publishStatistics(now, false);
    this.#webhooks.alerts.publish(now);
    this.#relay.pump(now);
    this.#planAlarm();
    return result;
  }

  #parts() {
    const [relay, uplink, revocations, webhooks] = [this.#relay, this.#uplink, this.#revocations, this.#webhooks];
    return { env: this.env, relay, uplink, revocations, webhooks };
  }

  #status(site: string): SiteStatus {
    const redaction = this.#statistics.settings().redaction ?? null;
    const online = this.#uplink.isOnline();
    const [report, webhooks] = [this.#report.latest(), this.#webhooks.summary()];
    return statusOf(this.#memory.meta, { site, online, report, redaction, webhooks });
  }

  /** If the stored site cannot be read on waking, it is a new one, in a new epoch. */
  #load(now: number): void {
    const memory = this.#memory;
    const replaced = memory.load(createEpoch(), now);
    this.#statistics.load(memory.site(), (position) => memory.rowsAfter(position), now);
    this.#calls.load(memory.meta.sequence, (position) => memory.rowsAfter(position));
    this.#relay.load((position) => memory.readAfter(position));
    this.#webhooks.load();
    if (!replaced) return;
    const action = "the site begins anew; its connector sends a snapshot, its clients get one";
    logUnreadable({ object: nameOf(this.ctx), store: "log" }, replaced, action);
    this.#relay.beginAnew();
    this.#uplink.closeAll(now);
  }

  /** What is a fold over the log is saved as of each checkpoint, in its transaction. */
  #saveFolds(sequence: number): void {
    this.#statistics.save(sequence);
    this.#calls.save(sequence);
  }

  #planAlarm(): void {
    const needs = {
      ...this.#uplink.alarmNeeds(),
      routingDueAt: this.#relay.dueAt(),
      commandsDueAt: this.#commands.dueAt(),
      expiryDueAt: this.#expiry.dueAt(),
      statisticsDueAt: this.#statistics.dueAt(this.#relay.wantsStatistics() ? this.#memory.site().states : null),
      alertsDueAt: this.#webhooks.alerts.dueAt(),
    };
    this.#alarm.set(planAlarm(needs));
  }
}
