/** AP5 and AP11: commands, from a request to its answer. */
import { Command, CommandId, httpErrors, maxDeadlineSeconds, type Outcome, type SiteCommand } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { permit } from "../auth/permit.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { parsePrefer } from "../http/prefer.ts";
import { parseAs } from "../http/query.ts";
import type { CommandReply } from "../site/api.ts";
import { type OutgoingCommand, sendCommand } from "../transport/send-command.ts";
import { lenientCommand } from "./lenient.ts";
import { askSite } from "./site.ts";

/** Characters of an `Idempotency-Key` (CM12). */
const maxKeyLength = 255;

/** AP5. */
export async function postCommand(context: Context<App>): Promise<Response> {
  const key = unquoted(context.req.header("idempotency-key"));
  if (key !== null && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key.slice(0, maxKeyLength + 1)))
    return errorAnswer("bad_request", "Idempotency-Key must be printable ASCII");
  if (key !== null && key.length > maxKeyLength)
    return errorAnswer("bad_request", `Idempotency-Key must have at most ${maxKeyLength} characters`);
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.answer;
  const parsed = parseAs(Command, lenientCommand(body.value, body.isForm), "the command");
  if (!parsed.ok) return errorAnswer("bad_request", parsed.message);
  const command = parsed.value;
  const allowed = permit(command, context.get("grant"));
  if (!allowed.ok) return allowed.answer;
  const { reach } = allowed;
  const { isAsync, waitSeconds } = parsePrefer(context.req.header("prefer"));
  const wait = isAsync ? waitSeconds * 1000 : "end";
  const reply = await send(context, { command, reach, key, wait });
  if (isAsync && reply.kind === "accepted" && (waitSeconds === 0 || !reply.outcome))
    return accepted(context.req.param("site") ?? "", reply);
  return replyAnswer(reply);
}

/** The draft of the header's standard writes the key as a quoted string; `"abc-1"` and `abc-1` are one key (CM12). */
function unquoted(key: string | undefined): string | null {
  return /^"([^"\\]+)"$/.exec(key ?? "")?.[1] ?? key ?? null;
}

/** AP11: asks the connector to compare its model with Asterisk now, and answers with the result. */
export async function postAudit(context: Context<App>): Promise<Response> {
  const command: SiteCommand = { type: "audit", deadlineSeconds: maxDeadlineSeconds };
  const reach = { agents: "*", queues: "*" } as const;
  return replyAnswer(await send(context, { command, reach, key: null, wait: "end" }));
}

/** AP5: how a command ended. A token that could not have sent the command gets the same 404 as for an unknown one. */
export async function getCommand(context: Context<App>): Promise<Response> {
  const id = CommandId.safeParse(context.req.param("command"));
  const record = id.success ? await askSite(context, "commandRecord", id.data) : null;
  if (record instanceof Response) return record;
  if (!record || !permit(record.command, context.get("grant")).ok)
    return errorAnswer("not_found", "the command is unknown or older than 24 h");
  return jsonAnswer({ commandId: record.id, ...(record.outcome ?? { status: "pending" }) });
}

/** The site finds out whether the token is revoked (AP17). */
function send(context: Context<App>, outgoing: Omit<OutgoingCommand, "subject" | "token">): Promise<CommandReply> {
  const { subject, token } = context.get("grant");
  context.set("isRevocationKnown", true);
  return sendCommand(context.env, context.req.param("site") ?? "", { ...outgoing, subject, token });
}

function accepted(site: string, { id, outcome }: Extract<CommandReply, { kind: "accepted" }>): Response {
  return jsonAnswer({ commandId: id, ...(outcome ?? { status: "pending" }) }, 202, {
    location: `/v1/sites/${site}/commands/${id}`,
    "retry-after": "1",
    "preference-applied": "respond-async",
  });
}

function replyAnswer(reply: CommandReply): Response {
  if (reply.kind === "refused") return errorAnswer(reply.code, reply.message);
  const { id, outcome } = reply;
  // The site answers a sender that waits for the end only once there is an outcome.
  if (!outcome) return errorAnswer("internal", "internal error");
  return jsonAnswer({ commandId: id, ...outcome }, statusOf(outcome));
}

function statusOf(outcome: Outcome): number {
  return outcome.status === "done" ? 200 : httpErrors[outcome.error.code].status;
}
