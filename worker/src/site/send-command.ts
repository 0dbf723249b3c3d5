/** The way of a command from a route to its site, over objects that may restart meanwhile. */
import { defaultDeadlineSeconds, type Reach, type SiteCommand } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { logWarning } from "../log.ts";
import type { CommandReply } from "./api.ts";
import { siteOf } from "./stub.ts";

export type SentCommand = Readonly<{
  command: SiteCommand;
  reach: Reach;
  /** CM12; null: each sending is another command. */
  key: string | null;
  /** Until when to wait: `end` for the outcome, `start` for the site's having taken it. */
  wait: "end" | "start";
}>;

/** An object that moves or restarts breaks the call; asking again is safe, for the command keeps its id. */
const attempts = 4;

/** Never rejects: who cannot be reached is `unavailable`. */
export async function sendCommand(env: Pick<Env, "SITE">, site: string, sent: SentCommand): Promise<CommandReply> {
  const { command, reach, key } = sent;
  const deadlineMs = (command.deadlineSeconds ?? defaultDeadlineSeconds) * 1000;
  const request = { id: crypto.randomUUID(), key, command, reach, deadlineMs };
  let trouble: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      return await siteOf(env, site).command(request, sent.wait === "end");
    } catch (error) {
      trouble = error;
    }
  }
  logWarning("the site did not take a command", { site, type: command.type, error: String(trouble) });
  return { kind: "refused", code: "unavailable", message: "the site could not take part just now" };
}
