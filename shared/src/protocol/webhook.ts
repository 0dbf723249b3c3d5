/**
 * Webhooks (AP14 of PROTOCOL.md): endpoints to which a site sends events by HTTP, what an admin says of them, and the
 * messages, signed as Standard Webhooks describes.
 */
import * as z from "zod";
import { AlertRule } from "./alert.ts";
import { CursorText } from "./cursor-text.ts";
import { type EventType, SiteEvent } from "./event.ts";
import { eventTraits } from "./event-traits.ts";
import { AgentId, QueueName, SiteId } from "./id.ts";
import { hasControlCharacter } from "./text.ts";
import { Milliseconds } from "./time.ts";

/** Endpoints of a site. */
export const maxWebhooks = 20;
const maxTypes = 50;
const maxAlerts = 50;
const maxUrlLength = 2_048;
export const maxDeadLetters = 1_000;

/** `queueAlert` is for endpoints with `alerts`, and needs no type. */
type WebhookType = Exclude<EventType, "queueAlert">;
const allTypes = Object.keys(eventTraits) as EventType[];
const webhookTypes = allTypes.filter((type): type is WebhookType => type !== "queueAlert");

/** What an endpoint gets that names no types: the occurrences of calls. */
export const defaultWebhookTypes: readonly WebhookType[] = [
  "agentComplete",
  "originateFailed",
  "parkedCall",
  "unParkedCall",
  "parkedCallTimeOut",
  "parkedCallGiveUp",
  "queueCallEnded",
  "agentRingEnded",
];

const WebhookId = z.string().regex(/^[a-z0-9]{16}$/, "must be a webhook's id");

function names<Name extends z.ZodType<string, string>>(name: Name) {
  return z.array(z.union([z.literal("*"), name])).max(2000);
}

/** Why nothing is sent. `admin`: an admin said so; the others are the site's own reasons. */
export const DisabledReason = z.literal(["admin", "gone", "failing", "gap", "url"]);
export type DisabledReason = z.infer<typeof DisabledReason>;
const Disabled = z.object({ at: Milliseconds, reason: DisabledReason });

const settings = {
  url: z.string().min(1).max(maxUrlLength),
  types: z.array(z.literal(webhookTypes)).max(maxTypes),
  agents: names(AgentId),
  queues: names(QueueName),
  callers: z.boolean(),
  description: z
    .string()
    .max(256)
    .refine((text) => !hasControlCharacter(text), "must have no control character"),
  alerts: z.array(AlertRule).max(maxAlerts),
};

type Types = Readonly<{ types?: readonly string[]; callers?: boolean }>;
const listsCallers = ({ types, callers }: Types) => callers !== true && types?.includes("queueCallers");

/** AP14: the request that makes an endpoint. `agents` and `queues` as in a subscription (SU1). */
export const WebhookRequest = z
  .strictObject({
    ...settings,
    types: settings.types.default([...defaultWebhookTypes]),
    agents: settings.agents.default(["*"]),
    queues: settings.queues.default(["*"]),
    callers: settings.callers.default(false),
    description: settings.description.default(""),
    alerts: settings.alerts.default([]),
  })
  .refine((request) => !listsCallers(request), { path: ["callers"], message: "must be true for queueCallers" })
  .refine(({ alerts, queues }) => queues.includes("*") || alerts.every(({ queue }) => queues.includes(queue)), {
    path: ["alerts"],
    message: "must be about queues of the webhook",
  });
export type WebhookRequest = z.infer<typeof WebhookRequest>;

/** AP14: what changes; the rest stays. `disabled`: true stops an endpoint, false and null let it go on. */
export const WebhookChange = z.strictObject({ ...settings, disabled: z.boolean().nullable() }).partial();
export type WebhookChange = z.infer<typeof WebhookChange>;

/** AP14: an endpoint. `agents` and `queues` are lists of names, or `["*"]`. `createdAt` in ms since 1970. */
export const Webhook = z.object({
  id: WebhookId,
  ...settings,
  disabled: Disabled.nullable(),
  createdAt: Milliseconds,
});
export type Webhook = z.infer<typeof Webhook>;

/** `whsec_` and the base64 of 32 bytes, as Standard Webhooks writes it. */
const Secret = z.string().startsWith("whsec_");

export const WebhookList = z.object({ webhooks: z.array(Webhook) });
export const WebhookCreated = Webhook.extend({ secret: Secret });
export const WebhookSecret = z.object({ secret: Secret });

/**
 * One try: when (ms since 1970), the message's `webhook-id`, the status of the answer, and how long it took. Without an
 * answer `status` is null, and `problem` says why.
 */
export const WebhookAttempt = z.object({
  at: Milliseconds,
  id: z.string(),
  status: z.number().int().nullable(),
  ms: Milliseconds,
  problem: z.string().nullable(),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

/** What came of `…/test`: as an attempt. */
export const WebhookTest = WebhookAttempt.omit({ at: true });

/** Newest first. */
export const WebhookAttempts = z.object({ attempts: z.array(WebhookAttempt) });

/** A message that was given up at `at` (ms since 1970), after the answer `status`. Its content is not shown. */
export const DeadLetter = z.object({
  id: z.string(),
  type: z.string(),
  at: Milliseconds,
  status: z.number().int().nullable(),
  problem: z.string().nullable(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Oldest first. */
export const DeadLetters = z.object({ deadletters: z.array(DeadLetter) });

/** AP14: send again: some dead letters, by their ids, or everything after a position of the log. */
export const ReplayRequest = z.union([
  z.strictObject({ deadletters: z.array(z.string().max(256)).min(1).max(maxDeadLetters) }),
  z.strictObject({ since: CursorText }),
]);
export type ReplayRequest = z.infer<typeof ReplayRequest>;
/** How many dead letters are sent again, or from where on the log is. */
export const ReplayAnswer = z.union([
  z.object({ deadletters: z.number().int().nonnegative() }),
  z.object({ since: CursorText }),
]);
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;

const timestamp = z.iso.datetime();

/** An event. `timestamp` is its time (`at`) in ISO 8601, `cursor` its place in the site's order. */
export const WebhookEventMessage = z.object({
  type: z.literal(allTypes),
  timestamp,
  data: z.object({ site: SiteId, cursor: CursorText, event: SiteEvent }),
});
/** Everything after `lostFrom` and up to `lostThrough` has left the log before it was sent. */
export const WebhookGapMessage = z.object({
  type: z.literal("gap"),
  timestamp,
  data: z.object({ site: SiteId, lostFrom: CursorText, lostThrough: CursorText }),
});
/** What `…/test` sends. */
export const WebhookTestMessage = z.object({
  type: z.literal("test"),
  timestamp,
  data: z.object({ site: SiteId, webhook: WebhookId }),
});
export const WebhookMessage = z.union([WebhookEventMessage, WebhookGapMessage, WebhookTestMessage]);
export type WebhookMessage = z.infer<typeof WebhookMessage>;
