/**
 * Sends what an endpoint wants of its site's log to the endpoint's receiver, one message at a time and in order (AP14).
 * It is one more reader of the log and has no queue: it stores its position and its last tries, and has one page of the
 * log in memory.
 */
import { type DisabledReason, parseCursor, type WebhookAttempt } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import type { Delivery } from "../site/api.ts";
import type { Target, WebhookSiteApi } from "../site/webhooks/api.ts";
import { logUnreadable, seal, unseal } from "../stored.ts";
import type { ReplayReply, TestReply } from "./api.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { eventMessage, gapMessage, type Message, testMessage } from "./message.ts";
import { post } from "./post.ts";
import { type Answer, forgiven, noProgress, onAnswer, Progress, withAttempt } from "./progress.ts";

/** To be raised with each change of `Progress`. */
const version = 1;
const key = "progress";
/** Messages that are taken without a write between them: an eviction repeats so many at most. */
const unsavedMessages = 10;
/** When to look again at a site that did not answer. */
const siteRetryMs = 5_000;

export type SenderOptions = Readonly<{
  site: string;
  id: string;
  kv: SyncKvStorage;
  letters: DeadLetters;
  /** Calls the site, once more if need be. */
  ask: <Result>(call: (site: WebhookSiteApi) => Promise<Result>) => Promise<Result>;
  /** Why nothing may be sent there; null if it may. */
  problemOf: (target: Target) => string | null;
  /** Called before each message, and when it has stopped: the alarm may be due at another time. */
  onWaiting: () => void;
  /** The site does not know the endpoint any more. */
  onGone: () => Promise<void>;
}>;

/** What was read of the log and is not sent yet. */
type OpenPage = Readonly<{ target: Target; messages: Message[]; through: Progress["cursor"]; more: boolean }>;
type Next = Readonly<{ target: Target; message: Message }>;
/** What was sent, and the counts of changes and rewinds at that time. */
type Sent = Readonly<{ message: Message; changes: number; rewinds: number }>;

export class Sender {
  readonly #options: SenderOptions;
  #progress: Progress;
  #page: OpenPage | null = null;
  /** Messages that were taken since the last write. */
  #unsaved = 0;
  /** What is stored is older. */
  #isMoved = false;
  #isRunning = false;
  /** Something came while it ran: it looks once more. */
  #mustLook = false;
  /** When to look again at the site, in ms. */
  #siteRetryAt: number | null = null;
  /** Counts what makes a page out of date, and what moves the position back. */
  #changes = 0;
  #rewinds = 0;
  #isStopped = false;
  /** Resolves once an eviction loses nothing any more: an alarm is set, or nothing is to be done. */
  #safe = Promise.withResolvers<void>();
  /** The try that is under way, or the last one. */
  #posting: Promise<unknown> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#progress = this.#load();
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** When to start it, in ms; null if only the site has to. */
  dueAt(): number | null {
    const due = [this.#progress.retryAt, this.#siteRetryAt].flatMap((at) => at ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  attempts(): readonly WebhookAttempt[] {
    return this.#progress.attempts;
  }

  /** Looks for something to send, now or after what it does. Resolves once an eviction loses nothing. */
  start(): Promise<void> {
    this.#mustLook = true;
    if (this.#isStopped) return Promise.resolve();
    if (!this.#isRunning) {
      this.#safe = Promise.withResolvers<void>();
      void this.#run();
    }
    return this.#safe.promise;
  }

  /** Nothing is sent or stored any more. */
  stop(): void {
    this.#isStopped = true;
    this.outdate();
  }

  /** What was read is not what the log or the endpoint is now. */
  outdate(): void {
    this.#changes += 1;
    this.#page = null;
  }

  /** As if nothing had failed. */
  async resume(): Promise<void> {
    this.#progress = forgiven(this.#progress);
    this.#save();
    await this.start();
  }

  /**
   * The site delivers all that the endpoint wants. If nothing waits here, the log has nothing for it up to the first
   * part, also where the log does not reach back any more.
   */
  skipTo({ epoch, after, parts: [first] }: Delivery): void {
    const { cursor } = this.#progress;
    if (this.#isRunning || !first || cursor?.epoch !== epoch || cursor.sequence < after) return;
    if (first.first - 1 > cursor.sequence)
      this.#progress = { ...this.#progress, cursor: { epoch, sequence: first.first - 1 } };
  }

  /** Begins again after an earlier position of the log. */
  async rewind(since: string): Promise<ReplayReply> {
    const cursor = parseCursor(since) ?? null;
    const reply = await this.#options.ask((site) => site.readWebhook(this.#options.id, cursor, false));
    const isInLog = reply.kind === "page" ? reply.gap === null : reply.kind === "disabled" && reply.isInLog;
    if (!cursor || !isInLog) return { kind: "gone" };
    this.outdate();
    this.#rewinds += 1;
    this.#progress = { ...this.#progress, cursor };
    await this.resume();
    return { kind: "replayed", deadletters: 0 };
  }

  /** Sends a test, whatever else waits. Null if the site does not know the endpoint any more. */
  async test(random: string): Promise<TestReply | null> {
    const { site, id, ask, problemOf } = this.#options;
    const reply = await ask((object) => object.readWebhook(id, this.#progress.cursor, false));
    if (reply.kind === "gone") return null;
    const message = testMessage(site, id, random, Date.now());
    const problem = problemOf(reply.target);
    if (problem) return { id: message.id, status: null, ms: 0, problem };
    const answer = await this.#post({ target: reply.target, message });
    this.#progress = withAttempt(this.#progress, message.id, answer, Date.now());
    this.#save();
    return { id: message.id, status: answer.status, ms: answer.ms, problem: answer.problem };
  }

  /** Sends until nothing is left, or a pause begins. Never rejects. */
  async #run(): Promise<void> {
    const { site, id, onWaiting } = this.#options;
    this.#isRunning = true;
    this.#siteRetryAt = null;
    try {
      while (this.#mustLook) {
        this.#mustLook = false;
        while (await this.#step());
      }
    } catch (error) {
      logWarning("a webhook could not go on", { site, webhook: id, error: String(error) });
      this.#page = null;
      this.#siteRetryAt = Date.now() + siteRetryMs;
    }
    this.#isRunning = false;
    onWaiting();
    this.#safe.resolve();
  }

  /** One message. False if there is none to send now. */
  async #step(): Promise<boolean> {
    const { retryAt } = this.#progress;
    if (this.#isStopped || (retryAt !== null && Date.now() < retryAt)) return false;
    const next = await this.#next();
    if (!next) {
      if (this.#isMoved) this.#save();
      return false;
    }
    if (this.#options.problemOf(next.target)) return this.#disable("url");
    this.#options.onWaiting();
    this.#safe.resolve();
    const sent = { message: next.message, changes: this.#changes, rewinds: this.#rewinds };
    const answer = await this.#post(next);
    if (this.#isStopped) return false;
    const disable = this.#take(sent, answer);
    return disable ? this.#disable(disable) : true;
  }

  /** Null if nothing is to be sent: the endpoint has everything, or is disabled. */
  async #next(): Promise<Next | null> {
    for (;;) {
      const page = this.#page ?? (await this.#read());
      if (!page || this.#isStopped) return null;
      const message = this.#options.letters.next() ?? page.messages[0];
      if (message) return { target: page.target, message };
      if (this.#page !== page) continue;
      this.#progress = { ...this.#progress, cursor: page.through };
      this.#page = null;
      if (!page.more) return null;
    }
  }

  /** What comes next in the log. A page that is out of date when it arrives is read again. */
  async #read(): Promise<OpenPage | null> {
    const { site, id, ask, onGone } = this.#options;
    for (;;) {
      const changes = this.#changes;
      const { cursor, failures } = this.#progress;
      const reply = await ask((object) => object.readWebhook(id, cursor, failures > 0));
      if (this.#isStopped || reply.kind === "disabled") return null;
      if (reply.kind === "gone") {
        await onGone();
        return null;
      }
      if (changes !== this.#changes) continue;
      const { target, items, through, more, gap } = reply;
      const events = items.map(([position, event]) => eventMessage(site, position, event));
      const messages = gap ? [gapMessage(site, gap.from, gap.through, Date.now()), ...events] : events;
      this.#isMoved = true;
      this.#page = { target, messages, through, more };
      return this.#page;
    }
  }

  /** Applies an answer. Returns why the endpoint is to be disabled, or null. */
  #take({ message, changes, rewinds }: Sent, answer: Answer): DisabledReason | null {
    const { letters } = this.#options;
    const now = Date.now();
    const moves = rewinds === this.#rewinds ? message : { ...message, cursor: null };
    const { progress, outcome, disable } = onAnswer(this.#progress, moves, answer, now, Math.random());
    if (outcome === "dead" && changes !== this.#changes) {
      // A caller may have been erased from it meanwhile: the log says how it is now, and it is tried once more.
      this.#progress = withAttempt(this.#progress, message.id, answer, now);
      return null;
    }
    this.#progress = progress;
    if (outcome === "again") this.#page = null;
    else if (this.#page?.messages[0] === message) this.#page.messages.shift();
    if (outcome === "done") letters.remove(message.id);
    if (outcome === "dead") letters.add(message, answer, now);
    this.#unsaved += 1;
    this.#isMoved = true;
    if (outcome !== "done" || this.#unsaved >= unsavedMessages) this.#save();
    return disable;
  }

  async #disable(reason: DisabledReason): Promise<false> {
    this.#page = null;
    await this.#options.ask((site) => site.disableWebhook(this.#options.id, reason));
    return false;
  }

  /** One at a time, tests among them. */
  #post({ target, message }: Next): Promise<Answer> {
    const posted = this.#posting.then(() => post(target, message));
    this.#posting = posted;
    return posted;
  }

  #save(): void {
    if (this.#isStopped) return;
    this.#options.kv.put(key, seal(version, this.#progress));
    this.#unsaved = 0;
    this.#isMoved = false;
  }

  #load(): Progress {
    const { site, id, kv } = this.#options;
    const stored = kv.get(key);
    if (stored === undefined) return noProgress;
    const progress = unseal(Progress, version, stored);
    if (progress.ok) return progress.value;
    const action = "everything that is in the log is sent again, with the same ids";
    logUnreadable({ object: `${site}/${id}`, store: "progress" }, progress, action);
    return noProgress;
  }
}
