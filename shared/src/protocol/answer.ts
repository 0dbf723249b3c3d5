/** What the HTTP interface answers besides streams (section 4 of PROTOCOL.md): the schemas that `/openapi.json` is made of. */
import * as z from "zod";
import { CommandId, Outcome } from "./command.ts";
import { CursorText } from "./cursor-text.ts";
import { httpErrors } from "./error.ts";
import { Milliseconds, SiteEvent } from "./event.ts";
import { AgentId, QueueName } from "./id.ts";
import { LinkState } from "./link.ts";
import { Audit, UplinkReport } from "./report.ts";

/** AP3. */
export const StateAnswer = z.object({
  cursor: CursorText,
  link: LinkState,
  asOf: Milliseconds,
  events: z.array(SiteEvent),
});
export type StateAnswer = z.infer<typeof StateAnswer>;

/**
 * AP4. Null where it never was; `lastChange`: when the last event or change of the link was logged; `audit`: the connector's last; `lost`: the
 * occurrences that never reached the site (UP6), and when it learnt of the last of them.
 */
export const SiteStatus = z.object({
  site: z.string(),
  link: LinkState,
  asOf: Milliseconds,
  connector: z.object({ online: z.boolean(), version: z.string().nullable(), since: Milliseconds.nullable() }),
  ami: z.object({ up: z.boolean(), asteriskVersion: z.string().nullable() }),
  cursor: CursorText,
  lastChange: Milliseconds.nullable(),
  audit: Audit.nullable(),
  lost: z.object({ total: z.number().int().nonnegative(), at: Milliseconds.nullable() }),
});
export type SiteStatus = z.infer<typeof SiteStatus>;

/**
 * AP10, for operators. `totals` since `since` say what the site has done, `now` what it holds; `connector`: what the connector told last of itself, by
 * the names of its `/metrics`. Names may come and go with versions.
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

/** AP5: the outcome, or that there is none yet. */
export const CommandAnswer = z.union([
  z.intersection(z.object({ commandId: CommandId }), Outcome),
  z.object({ commandId: CommandId, status: z.literal("pending") }),
]);

/** `*` anywhere means all (SU1). */
function names<Name extends z.ZodType<string, string>>(name: Name) {
  return z.array(z.union([z.literal("*"), name])).max(2000);
}
/** AP6. What is absent is all that the token grants. */
export const TicketRequest = z.strictObject({
  agents: names(AgentId).optional(),
  queues: names(QueueName).optional(),
});
export type TicketRequest = z.infer<typeof TicketRequest>;
export const TicketAnswer = z.object({ ticket: z.string(), expiresAt: Milliseconds });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

/** Every refusal; some have details beside the message. */
export const ErrorAnswer = z.object({
  error: z.looseObject({
    code: z.literal(Object.keys(httpErrors) as [keyof typeof httpErrors, ...(keyof typeof httpErrors)[]]),
    message: z.string(),
  }),
});
