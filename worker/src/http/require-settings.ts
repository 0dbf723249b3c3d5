/** Settings that cannot be right: every request of a site is refused until they are corrected, with the name of one. */
import type { MiddlewareHandler } from "hono";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { objectClients } from "../scope/object-clients.ts";
import { callsRetention, logRetention } from "../site/retention.ts";
import { localWebhooks } from "../webhook/endpoint-url.ts";
import { errorAnswer } from "./answer.ts";

export const requireSettings: MiddlewareHandler<{ Bindings: Env }> = async (context, next) => {
  const answer = wrongSettings(context.env);
  return answer ?? next();
};

/** The answer to every request, if a setting is wrong. */
export function wrongSettings(
  env: Pick<Env, "PBXIS_LOG_HOURS" | "PBXIS_CALLS_DAYS" | "PBXIS_OBJECT_CLIENTS" | "PBXIS_WEBHOOK_LOCAL">,
): Response | undefined {
  for (const setting of [logRetention(env), callsRetention(env), objectClients(env), localWebhooks(env)]) {
    if (setting.ok) continue;
    logError("a setting of the worker is wrong", { error: setting.message });
    return errorAnswer("internal", setting.message);
  }
  return undefined;
}
