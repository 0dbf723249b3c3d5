/**
 * The Site object: what the platform and other objects call. Each call runs in `#turn`, and is done by one of the site's
 * parts (`parts.ts`).
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
import { deleteObjects, revokeTokens } from "./administration.ts";
import { AlarmClock, planAlarm } from "./alarm.ts";
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
import { siteCounters } from "./counters.ts";
import { statusOf } from "./meta.ts";
import { createParts, loadParts, type SiteParts } from "./parts.ts";
import { RingAgain } from "./ring-again.ts";
import { nameOf } from "./uplink/uplink-socket.ts";
import type { PageReply, WebhookAction, WebhookReply } from "./webhooks/api.ts";

/** RFC 6455: the connection ended without one. */
const noCloseFrame = 1006;

export class SiteObject extends DurableObject<Env> implements SiteApi {
  readonly #parts: SiteParts;
  readonly #alarm: AlarmClock;
  readonly #ringAgain = new RingAgain(() => this.alarm());
  #isDeleting = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    const [site, now] = [nameOf(state), Date.now()];
    const alarm = new AlarmClock(state.storage, (error) => {
      logError("the alarm could not be set", { site, error: String(error) });
      this.#ringAgain.soon();
    });
    this.#alarm = alarm;
    const planAlarm = () => this.#planAlarm();
    this.#parts = createParts({ state, env, alarm, now, turn: (act) => this.#turn(act), planAlarm });
    state.blockConcurrencyWhile(async () => {
      loadParts(this.#parts, site, Date.now());
      await alarm.load();
    });
  }

  async status(site: string): Promise<SiteStatus> {
    return this.#turn(() => this.#status(site));
  }

  async counters(site: string): Promise<SiteCounters> {
    return this.#turn((now) => {
      const { memory, relay, commands, uplink, report } = this.#parts;
      const greetings = uplink.open().filter(({ mark }) => mark.kind === "greeting").length;
      const held = { ...memory.gauges(), ...relay.gauges(), ...commands.gauges(), greetings };
      return siteCounters(this.#status(site), memory.counters, held, report.latest(), now);
    });
  }

  async read(filter: Filter, since: Cursor | null): Promise<ReadResult> {
    return this.#turn((now) => {
      const { memory, commits } = this.#parts;
      memory.counters.add("reads");
      if (filter.statistics) commits.publishStatistics(now, true);
      return commits.read(filter, since, now);
    });
  }

  async join(join: Join): Promise<JoinReply> {
    return this.#parts.joins.enter(join);
  }

  async leave(ref: ScopeRef): Promise<void> {
    this.#turn(() => this.#parts.relay.leave(ref));
  }

  async command(request: CommandRequest, wait: boolean): Promise<CommandReply> {
    const { commands, memory, uplink } = this.#parts;
    const reply = this.#turn((now) => commands.take(request, memory.meta.link, uplink.holder(), now));
    if (!wait || reply.kind === "refused" || reply.outcome) return reply;
    return commands.ended(reply.id);
  }

  async commandRecord(id: string): Promise<CommandRecord | null> {
    return this.#turn(() => this.#parts.commands.record(id));
  }

  async statistics(query: ReportQuery): Promise<Report> {
    return this.#turn((now) => this.#parts.statistics.report(query, now));
  }

  async calls(query: CallQuery): Promise<CallPage> {
    return this.#turn(() => this.#parts.calls.find(query));
  }

  async isRevoked(token: TokenRef): Promise<boolean> {
    return this.#turn(() => this.#parts.revocations.isRevoked(token));
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
    return this.#turn((now) => revokeTokens(this.#parts, request, id, now));
  }

  async erase(number: string): Promise<Erasure> {
    const { commits, webhooks } = this.#parts;
    const erased = this.#turn((now) => commits.erase(number, now));
    return { ...erased, deadLetters: await webhooks.erase(number) };
  }

  async webhooks(action: WebhookAction): Promise<WebhookReply> {
    const { webhooks } = this.#parts;
    const reply = this.#turn((now) => webhooks.act(action, now));
    if (reply.kind === "done") await webhooks.follow(action, (act) => this.#turn(act));
    return reply;
  }

  async readWebhook(id: string, since: Cursor | null, isFailing: boolean): Promise<PageReply> {
    return this.#turn((now) => this.#parts.webhooks.read(id, since, isFailing, now));
  }

  async disableWebhook(id: string, reason: DisabledReason): Promise<void> {
    this.#turn((now) => this.#parts.webhooks.disable(id, reason, now));
  }

  /**
   * While it runs, nobody can come back: every other call fails, and is repeated by its caller. Afterwards the object
   * restarts as a new site.
   */
  async deleteAll(): Promise<number> {
    this.#turn((now) => this.#parts.uplink.closeAll(now));
    this.#isDeleting = true;
    // The answer leaves before the object ends.
    const restart = () => setTimeout(() => this.ctx.abort("the site was deleted"), 50);
    return deleteObjects(this.#parts, this.ctx.storage).finally(restart);
  }

  /** `GET …/connector` (AP7): opens an uplink. */
  override async fetch(request: Request): Promise<Response> {
    return this.#turn((now) => this.#parts.uplink.accept(request, now));
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#turn((now) => this.#parts.uplink.onMessage(socket, message, now), socket);
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#turn((now) => this.#parts.uplink.onClose(socket, code !== noCloseFrame, now), socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#turn((now) => this.#parts.uplink.onClose(socket, false, now), socket);
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    this.#parts.memory.counters.add("alarms");
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
    const { uplink, relay, commands, expiry, commits, statistics, memory } = this.#parts;
    uplink.onAlarm(now);
    relay.onAlarm(now);
    commands.onAlarm(now);
    expiry.onAlarm(now);
    commits.store(() => this.ctx.storage.transactionSync(() => statistics.expire(now, memory.meta.sequence)));
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
    const { uplink, relay, commits, webhooks } = this.#parts;
    uplink.publishLostHolder(now, socket);
    const result = act(now);
    if (this.#alarm.isLate(now)) {
      // It is set anew below, in case it never rings.
      this.#alarm.rang();
      this.#onDue(now);
    }
    if (relay.wantsStatistics()) commits.publishStatistics(now, false);
    webhooks.alerts.publish(now);
    relay.pump(now);
    this.#planAlarm();
    return result;
  }

  #status(site: string): SiteStatus {
    const { memory, statistics, uplink, report, webhooks } = this.#parts;
    return statusOf(memory.meta, {
      site,
      online: uplink.isOnline(),
      report: report.latest(),
      redaction: statistics.settings().redaction ?? null,
      webhooks: webhooks.summary(),
    });
  }

  #planAlarm(): void {
    const { uplink, relay, commands, expiry, statistics, memory, webhooks } = this.#parts;
    const needs = {
      ...uplink.alarmNeeds(),
      routingDueAt: relay.dueAt(),
      commandsDueAt: commands.dueAt(),
      expiryDueAt: expiry.dueAt(),
      statisticsDueAt: statistics.dueAt(relay.wantsStatistics() ? memory.site().states : null),
      alertsDueAt: webhooks.alerts.dueAt(),
    };
    this.#alarm.set(planAlarm(needs));
  }
}
