/**
 * The answers of the HTTP interface other than streams (section 4 of PROTOCOL.md). `/openapi.json` is generated from
 * these schemas.
 */
import * as z from "zod";
import { CommandId, Outcome } from "./command.ts";
import { CursorText } from "./cursor-text.ts";
import { httpErrors } from "./error.ts";
import { SiteEvent } from "./event.ts";
import { AgentId, QueueName, SiteId } from "./id.ts";
import { LinkState } from "./link.ts";
import { Redaction } from "./redaction.ts";
import { Audit, LeftOut, UplinkReport } from "./report.ts";
import { Milliseconds } from "./time.ts";
import { DisabledReason } from "./webhook.ts";

/** AP3: a snapshot of states. */
export const StateAnswer = z.object({
  cursor: CursorText,
  link: LinkState,
  asOf: Milliseconds,
  events: z.array(SiteEvent),
});
export type StateAnswer = z.infer<typeof StateAnswer>;

const WebhookSummary = z.object({
  total: z.number().int().nonnegative(),
  disabled: z.array(z.object({ id: z.string(), at: Milliseconds, reason: DisabledReason })),
});

/**
 * AP4: the status of a site. Times are ms since 1970, null if the thing has not happened yet. `lastChange`: when the
 * last event or link change was logged. `clockOffsetMs`: how far the clock of the connector's machine was ahead of the
 * site's when the connector last reported it. `audit`: the connector's last audit. `leftOut`: what the connector's
 * agent pattern leaves out (EV15); null if the token does not grant everything, and if the connector has not reported
 * it. `redaction`: what the connector hides (RD1); null if it has not said. `lost`: the occurrences that never reached
 * the site (UP6), and when the last loss was reported. `webhooks`: how many there are (AP14), and which of them send
 * nothing, since when and why; null if the token does not grant everything.
 */
export const SiteStatus = z.object({
  site: z.string(),
  link: LinkState,
  asOf: Milliseconds,
  connector: z.object({
    online: z.boolean(),
    version: z.string().nullable(),
    since: Milliseconds.nullable(),
    clockOffsetMs: z.number().int().nullable(),
  }),
  ami: z.object({ up: z.boolean(), asteriskVersion: z.string().nullable() }),
  cursor: CursorText,
  lastChange: Milliseconds.nullable(),
  audit: Audit.nullable(),
  leftOut: LeftOut.nullable(),
  redaction: Redaction.nullable(),
  lost: z.object({ total: z.number().int().nonnegative(), at: Milliseconds.nullable() }),
  webhooks: WebhookSummary.nullable(),
});
export type SiteStatus = z.infer<typeof SiteStatus>;

/**
 * AP10: the counters of a site, for operators. `totals`: what the site has done since `since`. `now`: what it holds at
 * `at`. `connector`: the counters of the connector's last report (UP10), by the names of its `/metrics`. Names may
 * change with versions.
 */
export const SiteCounters = z.object({
  at: Milliseconds,
  status: SiteStatus,
  since: Milliseconds,
  totals: z.record(z.string(), z.number()),
  now: z.record(z.string(), z.number()),
  connector: UplinkReport.pick({ at: true, counters: true }).nullable(),
});
export type SiteCounters = z.infer<typeof SiteCounters>;

/** AP5: the outcome of a command, or `pending`. */
export const CommandAnswer = z.union([
  z.intersection(z.object({ commandId: CommandId }), Outcome),
  z.object({ commandId: CommandId, status: z.literal("pending") }),
]);

/** SU1: a list with `*` anywhere in it means all. */
function names<Name extends z.ZodType<string, string>>(name: Name) {
  return z.array(z.union([z.literal("*"), name])).max(2000);
}
/** AP6: the request of a ticket. An absent list means everything that the token grants. */
export const TicketRequest = z.strictObject({
  agents: names(AgentId).optional(),
  queues: names(QueueName).optional(),
});
export type TicketRequest = z.infer<typeof TicketRequest>;
/** AP15: the request of a ticket for several sites. `hq/1001` among the names is for the site hq alone. */
export const SitesTicketRequest = TicketRequest.extend({
  sites: z
    .array(z.union([z.literal("*"), SiteId]))
    .min(1)
    .max(1000),
});
export type SitesTicketRequest = z.infer<typeof SitesTicketRequest>;
/** AP6: `expiresAt` in ms since 1970. */
export const TicketAnswer = z.object({ ticket: z.string(), expiresAt: Milliseconds });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

/** Every HTTP error (section 8 of PROTOCOL.md). Some have further fields in `error`, such as `candidates`. */
export const ErrorAnswer = z.object({
  error: z.looseObject({
    code: z.literal(Object.keys(httpErrors) as [keyof typeof httpErrors, ...(keyof typeof httpErrors)[]]),
    message: z.string(),
  }),
});
