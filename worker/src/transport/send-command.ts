/** Sends a command from a route to its Site object, over restarts of that object. */
import {
  type Backoff,
  backoffDelayMs,
  defaultDeadlineSeconds,
  type Reach,
  type SiteCommand,
  type TokenRef,
} from "@pbxis/shared";
import { revokedText } from "../auth/refusal.ts";
import type { Env } from "../env.ts";
import { unavailableText } from "../http/answer.ts";
import { logWarning } from "../log.ts";
import type { CommandReply } from "../site/api.ts";
import { isUntouched } from "../site/newer-build.ts";
import { siteOf } from "../site/stub.ts";

export type OutgoingCommand = Readonly<{
  command: SiteCommand;
  reach: Reach;
  /** That of the grant (CM16). */
  subject: string;
  /** By what the grant can be revoked (AP17); absent where no token is needed. */
  token?: TokenRef | undefined;
  /** CM12. Null: every request is another command. */
  key: string | null;
  /** `end` waits for the outcome. A number waits for it at most so many ms, and then only for its acceptance. */
  wait: "end" | number;
}>;

/** A call to an object that moves or restarts fails. Repeating it is safe, because the command keeps its id. */
const attempts = 4;
/** Long enough for an object to restart, and less than two seconds in total, because a client is waiting. */
const backoff: Backoff = { baseMs: 250, maxMs: 1_000, stableMs: 0 };

/**
 * Never rejects. A call that failed may have been accepted all the same: the runtime sets `overloaded` even on calls to
 * an object that was reset while it worked on them (observed 2026-11). So the outcome of a command whose site does not
 * answer is `outcome_unknown` (CM11), unless each attempt met an object that does not run such calls.
 */
export async function sendCommand(
  env: Pick<Env, "SITE">,
  site: string,
  outgoing: OutgoingCommand,
): Promise<CommandReply> {
  const { command, reach, subject, key, token = null } = outgoing;
  const deadlineMs = (command.deadlineSeconds ?? defaultDeadlineSeconds) * 1000;
  const request = { id: crypto.randomUUID(), subject, key, command, reach, deadlineMs };
  const answerBy = outgoing.wait === "end" ? Number.POSITIVE_INFINITY : Date.now() + outgoing.wait;
  const call = async (waitForEnd: boolean): Promise<CommandReply> => {
    const called = await siteOf(env, site).callAs(token, "command", [request, waitForEnd]);
    return called.isRevoked ? { kind: "refused", code: "unauthorized", message: revokedText } : called.answer;
  };
  let isSafe = true;
  for (let attempt = 0; ; attempt++) {
    try {
      return await replyBy(answerBy, call);
    } catch (error) {
      isSafe &&= isUntouched(error);
      if (attempt + 1 >= attempts) {
        logWarning("the site did not answer a command", { site, type: command.type, error: String(error) });
        if (isSafe) return { kind: "refused", code: "unavailable", message: unavailableText(error) };
        const message = "the site did not confirm the command; it may have been carried out";
        return { kind: "refused", code: "outcome_unknown", message };
      }
    }
    await pause(backoffDelayMs(backoff, attempt, Math.random()));
  }
}

/** The reply with the outcome or, if there is none by `answerBy`, the one without. */
async function replyBy(answerBy: number, call: (waitForEnd: boolean) => Promise<CommandReply>): Promise<CommandReply> {
  if (answerBy === Number.POSITIVE_INFINITY) return call(true);
  const waitMs = answerBy - Date.now();
  if (waitMs <= 0) return call(false);
  const over = Promise.withResolvers<null>();
  const timer = setTimeout(() => over.resolve(null), waitMs);
  try {
    return (await Promise.race([call(true), over.promise])) ?? (await call(false));
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
