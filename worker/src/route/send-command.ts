/** The way of a command from a route to its site, over objects that may restart meanwhile. */
import { type Backoff, backoffDelayMs, defaultDeadlineSeconds, type Reach, type SiteCommand } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { logWarning } from "../log.ts";
import type { CommandReply } from "../site/api.ts";
import { siteOf } from "../site/stub.ts";

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
/** Less than two seconds in all, for somebody waits; enough for an object to start again. */
const backoff: Backoff = { baseMs: 250, maxMs: 1_000, stableMs: 0 };

/**
 * Never rejects. A call that broke may have been taken all the same, and no error tells that it was not: `overloaded`, too, is said of an
 * object that was reset while it worked (2026-11). So a site that does not answer leaves the outcome open (CM11).
 */
export async function sendCommand(env: Pick<Env, "SITE">, site: string, sent: SentCommand): Promise<CommandReply> {
  const { command, reach, key } = sent;
  const deadlineMs = (command.deadlineSeconds ?? defaultDeadlineSeconds) * 1000;
  const request = { id: crypto.randomUUID(), key, command, reach, deadlineMs };
  for (let attempt = 0; ; attempt++) {
    try {
      return await siteOf(env, site).command(request, sent.wait === "end");
    } catch (error) {
      if (attempt + 1 >= attempts) {
        logWarning("the site did not answer a command", { site, type: command.type, error: String(error) });
        const message = "the site did not say whether it took this command; it may have been carried out";
        return { kind: "refused", code: "outcome_unknown", message };
      }
    }
    await pause(backoffDelayMs(backoff, attempt, Math.random()));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
