/**
 * The endpoints of a site: what admins say of them, and what their objects read of the log (AP14). Every method but
 * `follow` and `erase`, which call the objects, runs within a turn of the Site object.
 */
import {
  type Cursor,
  type DisabledReason,
  maxWebhooks,
  plainIssue,
  type SiteStatus,
  type Webhook,
  type WebhookChange,
  WebhookRequest,
} from "@pbxis/shared";
import type { Env } from "../../env.ts";
import { type WebhookApi, webhookRef } from "../../webhook/api.ts";
import type { RouteRef } from "../api.ts";
import type { Commits } from "../commits.ts";
import type { Relay } from "../delivery/relay.ts";
import type { SiteMemory } from "../log/memory.ts";
import { planRead } from "../log/read.ts";
import type { SiteMeta } from "../meta.ts";
import { AlertDesk } from "./alert-desk.ts";
import type { PageReply, Target, WebhookAction, WebhookReply } from "./api.ts";
import { interestOf, selectPage } from "./page.ts";
import { type Entry, WebhookStore } from "./webhook-store.ts";

/** For so long an older secret signs beside the new one. */
const rotationMs = 24 * 3_600_000;
const maxSecrets = 4;
/** The holder of the endpoints' routes: no token has it, because a token's is a digest. */
const holder = "webhooks";

export type WebhookDeskOptions = Readonly<{
  sql: SqlStorage;
  site: string;
  env: Pick<Env, "WEBHOOK">;
  memory: SiteMemory;
  relay: Relay;
  commits: Commits;
}>;

export class WebhookDesk {
  /** EV24. */
  readonly alerts: AlertDesk;
  readonly #store: WebhookStore;
  readonly #options: WebhookDeskOptions;

  constructor(options: WebhookDeskOptions) {
    const { sql, site, memory, commits } = options;
    this.#options = options;
    this.#store = new WebhookStore(sql, site);
    this.alerts = new AlertDesk({
      ...{ site, memory, store: this.#store },
      commit: (commit, now, alongside) => commits.commit(commit, now, alongside),
      write: (write) => commits.store(write),
    });
  }

  /** Once the routes are known: each endpoint that sends has one, whatever became of the table. */
  load(): void {
    for (const webhook of this.#active()) this.#join(webhook);
    this.alerts.set(this.#active());
  }

  act(action: WebhookAction, now: number): WebhookReply {
    switch (action.kind) {
      case "list":
        return { kind: "done", webhooks: this.#known().map(({ webhook }) => webhook) };
      case "create":
        return this.#create(action, now);
      case "change":
        return this.#change(action, now);
      case "renew":
        return this.#edit(action.id, (entry) => renewed(entry, action.secret, now));
      case "remove":
        // One that was removed before may be removed again: its object did not answer then.
        return this.#edit(action.id, (entry) => ({ ...entry, isRemoved: true }), true);
    }
  }

  /** Tells the endpoint's object. @throws if it cannot be reached; the request may be repeated. */
  async follow(action: WebhookAction, turn: (act: () => void) => void): Promise<void> {
    if (action.kind === "remove" && this.#store.get(action.id)) {
      await this.#ask(action.id, (object) => object.deleteAll());
      turn(() => this.#store.remove(action.id));
    }
    if (action.kind !== "change" && action.kind !== "renew") return;
    const { url, disabled }: WebhookChange = action.kind === "change" ? action.change : {};
    const goesOn = url !== undefined || disabled === false || disabled === null;
    await this.#ask(action.id, (object) => object.changed(goesOn));
  }

  /** `since` null: the endpoint has not read yet. */
  read(id: string, since: Cursor | null, isFailing: boolean, now: number): PageReply {
    const entry = this.#find(id);
    if (!entry) return { kind: "gone" };
    const { webhook, from } = entry;
    const { memory, commits } = this.#options;
    const target = targetOf(entry, now);
    const position = since ?? from;
    const { epoch, floor } = memory.meta;
    const gap = hasLog(memory.meta, position) ? null : { from: position, through: { epoch, sequence: floor } };
    // In a new epoch the log was lost by the site. Otherwise the receiver did not keep up.
    if (gap && isFailing && position.epoch === epoch && !webhook.disabled) this.disable(id, "gap", now);
    const { disabled = null } = this.#find(id)?.webhook ?? {};
    if (disabled && (disabled.reason !== "gap" || !gap)) return { kind: "disabled", target, isInLog: !gap };
    // Of a disabled endpoint only the gap is sent.
    if (disabled && gap) return { kind: "page", target, items: [], through: gap.through, more: false, gap };
    const first = gap || position.epoch !== epoch ? floor : position.sequence;
    const selected = commits.readable(now, () => selectPage(memory.readAfter(first), webhook, memory.meta));
    return { kind: "page", target, ...selected, gap };
  }

  disable(id: string, reason: DisabledReason, now: number): void {
    this.#edit(id, (entry) =>
      entry.webhook.disabled ? entry : { ...entry, webhook: { ...entry.webhook, disabled: { at: now, reason } } },
    );
  }

  /** For AP4. */
  summary(): SiteStatus["webhooks"] {
    const known = this.#known().map(({ webhook }) => webhook);
    const disabled = known.flatMap(({ id, disabled }) => (disabled ? [{ id, ...disabled }] : []));
    return { total: known.length, disabled };
  }

  /** All objects, also those of disabled and of removed endpoints. */
  refs(): readonly RouteRef[] {
    return this.#store.all().map(({ webhook }) => this.#ref(webhook.id));
  }

  /** AP16. Returns in how many dead letters the number was. @throws if an object cannot be reached. */
  async erase(number: string): Promise<number> {
    const counts = this.#store.all().map(({ webhook }) => this.#ask(webhook.id, (object) => object.erase(number)));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  #create({ request, id, secret }: Extract<WebhookAction, { kind: "create" }>, now: number): WebhookReply {
    const made = this.#find(id);
    // The request came before, and its answer was lost.
    if (made) return { kind: "done", webhooks: [made.webhook] };
    if (this.#known().length >= maxWebhooks) return { kind: "full" };
    const { epoch, sequence } = this.#options.memory.meta;
    const webhook: Webhook = { id, ...request, disabled: null, createdAt: now };
    this.#store.put({ webhook, secrets: [{ secret, until: null }], from: { epoch, sequence }, isRemoved: false });
    this.#join(webhook);
    this.alerts.set(this.#active());
    return { kind: "done", webhooks: [webhook] };
  }

  #change({ id, change }: Extract<WebhookAction, { kind: "change" }>, now: number): WebhookReply {
    const { disabled, ...settings } = change;
    const entry = this.#find(id);
    if (!entry) return { kind: "done", webhooks: [] };
    const { id: _id, disabled: before, createdAt, ...known } = entry.webhook;
    // What each field says may be right alone, and wrong with the others.
    const parsed = WebhookRequest.safeParse({ ...known, ...settings }, { error: plainIssue });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { kind: "refused", message: `${issue?.path.join(".")} ${issue?.message}` };
    }
    const stop = before ?? { at: now, reason: "admin" as const };
    const after = disabled === undefined ? before : disabled ? stop : null;
    return this.#edit(id, () => ({ ...entry, webhook: { id, ...parsed.data, disabled: after, createdAt } }));
  }

  /** Stores the change, and adds or drops the endpoint's route. */
  #edit(id: string, change: (entry: Entry) => Entry, alsoRemoved = false): WebhookReply {
    const entry = alsoRemoved ? this.#store.get(id) : this.#find(id);
    if (!entry) return { kind: "done", webhooks: [] };
    const changed = change(entry);
    this.#store.put(changed);
    if (changed.isRemoved || changed.webhook.disabled) this.#options.relay.drop(this.#ref(id));
    else this.#join(changed.webhook);
    this.alerts.set(this.#active());
    return { kind: "done", webhooks: [changed.webhook] };
  }

  /** An endpoint that was without a route may have missed something, and looks. */
  #join(webhook: Webhook): void {
    const { relay } = this.#options;
    const ref = this.#ref(webhook.id);
    const { kind } = relay.join({ ref, interest: interestOf(webhook), endsAt: null, holder });
    if (kind === "new") relay.remind(ref);
  }

  /** The endpoints that send. */
  #active(): readonly Webhook[] {
    return this.#known().flatMap(({ webhook }) => (webhook.disabled ? [] : [webhook]));
  }

  #known(): readonly Entry[] {
    return this.#store.all().filter(({ isRemoved }) => !isRemoved);
  }

  #find(id: string): Entry | undefined {
    const entry = this.#store.get(id);
    return entry?.isRemoved ? undefined : entry;
  }

  #ref(id: string): RouteRef {
    return webhookRef(this.#options.site, id);
  }

  #ask<Result>(id: string, call: (object: WebhookApi) => Promise<Result>): Promise<Result> {
    const ask = () => call(this.#options.env.WEBHOOK.getByName(this.#ref(id).name));
    return ask().catch(ask);
  }
}

/** Whether the log has all that came after a position, also of one at the very end of the epoch before. */
function hasLog(meta: SiteMeta, position: Cursor): boolean {
  if (planRead(meta, position).kind === "events") return true;
  const { before, floor } = meta;
  return before?.epoch === position.epoch && position.sequence === before.through && floor === before.through;
}

/** The new secret, and those that sign beside it for a while. */
function renewed(entry: Entry, secret: string, now: number): Entry {
  const others = entry.secrets.filter((one) => one.secret !== secret && (one.until === null || one.until > now));
  const older = others.map((one) => ({ ...one, until: one.until ?? now + rotationMs }));
  return { ...entry, secrets: [{ secret, until: null }, ...older].slice(0, maxSecrets) };
}

function targetOf({ webhook, secrets }: Entry, now: number): Target {
  const valid = secrets.filter(({ until }) => until === null || until > now).map(({ secret }) => secret);
  return { url: webhook.url, secrets: valid };
}
