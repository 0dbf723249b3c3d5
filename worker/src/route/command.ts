/** AP5 and AP11: commands, from a request to its answer. What the token does not grant never leaves this file. */
import {
  Command,
  CommandId,
  type Grant,
  httpErrors,
  maxDeadlineSeconds,
  type Outcome,
  type Reach,
  type SiteCommand,
} from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { readJson } from "../http/body.ts";
import { parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { CommandReply } from "../site/api.ts";
import { siteOf } from "../site/stub.ts";
import { type SentCommand, sendCommand } from "./send-command.ts";

/** The longest key that is kept (CM12). */
export const maxKeyLength = 255;
/** What a command may carry of its sender's grant; the uplink's frames are bounded. */
export const maxReachLength = 64 * 1024;

export async function postCommand(context: Context<App>): Promise<Response> {
  const key = context.req.header("idempotency-key") ?? null;
  if (key !== null && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key.slice(0, maxKeyLength + 1)))
    return errorAnswer("bad_request", "Idempotency-Key must be printable ASCII");
  if (key !== null && key.length > maxKeyLength)
    return errorAnswer("bad_request", `Idempotency-Key must have at most ${maxKeyLength} characters`);
  const body = await readJson(context.req.raw);
  if (!body.ok) return body.answer;
  const parsed = parseAs(Command, body.value, "the command");
  if (!parsed.ok) return errorAnswer("bad_request", parsed.message);
  const command = parsed.value;
  const allowed = permit(command, context.get("grant"));
  if (!allowed.ok) return allowed.answer;
  const { reach } = allowed;
  const isAsync = /(?:^|,)\s*respond-async\s*(?:,|;|$)/i.test(context.req.header("prefer") ?? "");
  const sent: SentCommand = { command, reach, key, wait: isAsync ? "start" : "end" };
  const site = context.req.param("site") ?? "";
  const reply = await sendCommand(context.env, site, sent);
  if (isAsync && reply.kind === "accepted") return accepted(site, reply);
  return replyAnswer(reply);
}

/** AP11: asks the connector to compare its model with Asterisk now, and waits for what it finds. */
export async function postAudit(context: Context<App>): Promise<Response> {
  const command: SiteCommand = { type: "audit", deadlineSeconds: maxDeadlineSeconds };
  const sent: SentCommand = { command, reach: { agents: "*", queues: "*" }, key: null, wait: "end" };
  return replyAnswer(await sendCommand(context.env, context.req.param("site") ?? "", sent));
}

/** A command is seen by whoever might have sent it; to all others it is not there. */
export async function getCommand(context: Context<App>): Promise<Response> {
  const id = CommandId.safeParse(context.req.param("command"));
  const site = context.req.param("site") ?? "";
  try {
    const ask = () => siteOf(context.env, site).commandRecord(id.data ?? "");
    const record = id.success ? await ask().catch(ask) : null;
    if (!record || !permit(record.command, context.get("grant")).ok)
      return errorAnswer("not_found", "there is no such command, or no longer");
    return jsonAnswer({ commandId: record.id, ...(record.outcome ?? { status: "pending" }) });
  } catch (error) {
    logWarning("the site did not answer", { site, error: String(error) });
    return errorAnswer("unavailable", "the site could not take part just now");
  }
}

function accepted(site: string, { id, outcome }: Extract<CommandReply, { kind: "accepted" }>): Response {
  return jsonAnswer({ commandId: id, ...(outcome ?? { status: "pending" }) }, 202, {
    location: `/v1/sites/${site}/commands/${id}`,
    "preference-applied": "respond-async",
  });
}

export function replyAnswer(reply: CommandReply): Response {
  if (reply.kind === "refused") return errorAnswer(reply.code, reply.message);
  const { id, outcome } = reply;
  // A site answers a waiting sender with the outcome only.
  if (!outcome) return errorAnswer("internal", "something went wrong here");
  return jsonAnswer({ commandId: id, ...outcome }, statusOf(outcome));
}

export function statusOf(outcome: Outcome): number {
  return outcome.status === "done" ? 200 : httpErrors[outcome.error.code].status;
}

type Permit = Readonly<{ ok: true; reach: Reach }> | Readonly<{ ok: false; answer: Response }>;

/** Whether a token allows the command; and what it lets the command touch where that is for the connector to find out. */
export function permit(command: SiteCommand, { commands, agents, queues }: Grant): Permit {
  const { type } = command;
  if (!grants(commands, type)) return forbid(`the token does not grant the command ${type}`, { commands: [type] });
  const agent = "agent" in command ? command.agent : undefined;
  const queue = "queue" in command ? command.queue : undefined;
  const refused = {
    ...(agent !== undefined && !grants(agents, agent) && { agents: [agent] }),
    ...(queue !== undefined && !grants(queues, queue) && { queues: [queue] }),
  };
  if (Object.keys(refused).length > 0) return forbid("the token does not grant all that the command names", refused);
  const reach: Reach = {
    agents: agent === undefined && !agents.includes("*") && "channel" in command ? [...agents] : "*",
    queues: queue === undefined && !queues.includes("*") && type.startsWith("queue") ? [...queues] : "*",
  };
  if (JSON.stringify(reach).length <= maxReachLength) return { ok: true, reach };
  return {
    ok: false,
    answer: errorAnswer("too_large", "the token lists too many names for a command that names no agent or queue"),
  };
}

function grants(granted: readonly string[], name: string): boolean {
  return granted.includes("*") || granted.includes(name);
}

function forbid(message: string, details: Readonly<Record<string, readonly string[]>>): Permit {
  return { ok: false, answer: errorAnswer("forbidden", message, details) };
}
