/** The middleware behind the grant of a stream: streams of one site open in turn (AP1). */
import type { MiddlewareHandler } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer } from "../http/answer.ts";
import { transportOf } from "../http/negotiate.ts";
import { waitForTurn } from "../transport/turn.ts";

export const inTurn: MiddlewareHandler<App> = async (context, next) => {
  // A poll comes after each answer, and not with all others after an interruption.
  if (transportOf(context.req.raw) === "poll") return next();
  const onOpened = await waitForTurn(context.env, context.req.param("site") ?? "");
  if (!onOpened) return errorAnswer("unavailable", "too many streams of this site open at this moment");
  try {
    return await next();
  } finally {
    onOpened();
  }
};
