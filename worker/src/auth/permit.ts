/** Whether a grant allows a command (CM14). What the token does not grant never reaches the site. */
import type { Grant, Reach, SiteCommand } from "@pbxis/shared";
import { errorAnswer } from "../http/answer.ts";

/** Characters of a `reach` as JSON: it travels with the command in one frame of the uplink, whose size is bounded. */
const maxReachLength = 64 * 1024;

export type Permit = Readonly<{ ok: true; reach: Reach }> | Readonly<{ ok: false; answer: Response }>;

/**
 * Checks the command's type and the agent and queue that it names. `reach` bounds what the command may touch where it
 * names neither: only the connector knows which agent a channel belongs to and which queues an agent is in.
 */
export function permit(command: SiteCommand, { commands, agents, queues }: Grant): Permit {
  const { type } = command;
  if (!grants(commands, type)) return forbid(`the token does not grant the command ${type}`, { commands: [type] });
  const agent = "agent" in command ? command.agent : undefined;
  const others = [...("supervisor" in command ? [command.supervisor] : []), ...("of" in command ? [command.of] : [])];
  const refusedAgents = [...(agent === undefined ? [] : [agent]), ...others].filter((id) => !grants(agents, id));
  const queue = "queue" in command ? command.queue : undefined;
  const refused = {
    ...(refusedAgents.length > 0 && { agents: refusedAgents }),
    ...(queue !== undefined && !grants(queues, queue) && { queues: [queue] }),
  };
  if (Object.keys(refused).length > 0)
    return forbid("the token does not grant the agent or queue of the command", refused);
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
