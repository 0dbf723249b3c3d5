/**
 * The Webhook object of one endpoint (AP14): what the site and admins call. The site calls it as it calls a scope
 * object. Its own alarm rings after a pause, when dead letters are old enough, and after an eviction between a message
 * and its answer.
 */
import { DurableObject } from "cloudflare:workers";
import type { DeadLetter, ReplayRequest, WebhookAttempt } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { logWarning } from "../log.ts";
import { AlarmClock } from "../site/alarm.ts";
import type { Audience, Delivery } from "../site/api.ts";
import { CallerNumber } from "../site/erasure/number.ts";
import { RingAgain } from "../site/ring-again.ts";
import { siteOf } from "../site/stub.ts";
import type { Target, WebhookSiteApi } from "../site/webhooks/api.ts";
import type { ReplayReply, TestReply, WebhookApi } from "./api.ts";
import { DeadLetters, deadLettersKeptMs } from "./dead-letters.ts";
import { checkUrl, localWebhooks } from "./endpoint-url.ts";
import { Sender } from "./sender.ts";

/** When to look for a try that was interrupted. Setting an alarm is a billed write, so not each message has its own. */
const watchMs = 30_000;

export class WebhookObject extends DurableObject<Env> implements WebhookApi {
  readonly #site: string;
  readonly #letters: DeadLetters;
  readonly #sender: Sender;
  readonly #alarm: AlarmClock;
  readonly #ringAgain = new RingAgain(() => this.alarm());
  #isDeleted = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const { name = "" } = state.id;
    const slash = name.indexOf("/");
    this.#site = name.slice(0, slash);
    const { kv } = state.storage;
    this.#letters = new DeadLetters(kv, name);
    this.#sender = new Sender({
      ...{ site: this.#site, id: name.slice(slash + 1), kv, letters: this.#letters },
      ask: (call) => this.#ask(call),
      problemOf: (target) => this.#problemOf(target),
      onWaiting: () => this.#planAlarm(),
      onGone: () => this.deleteAll(),
    });
    this.#alarm = new AlarmClock(state.storage, (error) => {
      logWarning("the alarm of a webhook could not be set", { webhook: name, error: String(error) });
      this.#ringAgain.soon();
    });
    state.blockConcurrencyWhile(() => this.#alarm.load());
  }

  /** The site has something for the endpoint. The answer does not wait for the receiver. */
  async deliver(delivery: Delivery): Promise<Audience> {
    this.#sender.skipTo(delivery);
    await this.#sender.start();
    return { clients: 1, endsAt: null };
  }

  async attempts(): Promise<readonly WebhookAttempt[]> {
    return this.#sender.attempts();
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#letters.list();
  }

  async replay(request: ReplayRequest): Promise<ReplayReply> {
    if ("since" in request) return this.#sender.rewind(request.since);
    const missing = this.#letters.replay(request.deadletters);
    if (missing !== null) return { kind: "unknown", id: missing };
    await this.#sender.start();
    return { kind: "replayed", deadletters: request.deadletters.length };
  }

  async sendTest(): Promise<TestReply | null> {
    return this.#sender.test(crypto.randomUUID());
  }

  async changed(goesOn: boolean): Promise<void> {
    this.#sender.outdate();
    if (goesOn) await this.#sender.resume();
  }

  async erase(number: string): Promise<number> {
    this.#sender.outdate();
    return this.#letters.erase(new CallerNumber(number));
  }

  async deleteAll(): Promise<void> {
    this.#isDeleted = true;
    this.#sender.stop();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang();
    if (this.#isDeleted) return;
    this.#letters.deleteBefore(Date.now() - deadLettersKeptMs);
    if (this.#sender.isRunning) this.#planAlarm();
    else await this.#sender.start();
  }

  #planAlarm(): void {
    if (this.#isDeleted) return;
    const oldest = this.#letters.oldestAt();
    const due = [
      this.#sender.isRunning ? Date.now() + watchMs : this.#sender.dueAt(),
      oldest === null ? null : oldest + deadLettersKeptMs,
    ].flatMap((at) => at ?? []);
    this.#alarm.set(due.length === 0 ? null : Math.min(...due));
  }

  #problemOf({ url }: Target): string | null {
    const setting = localWebhooks(this.env);
    const checked = checkUrl(url, { allowLocal: setting.ok && setting.allowLocal });
    return checked.ok ? null : `url ${checked.message}`;
  }

  /** Once more on a new stub: an object that moved or restarted breaks the old one. */
  #ask<Result>(call: (site: WebhookSiteApi) => Promise<Result>): Promise<Result> {
    const ask = () => call(siteOf(this.env, this.#site));
    return ask().catch(ask);
  }
}
