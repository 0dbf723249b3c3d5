/** AP3, AP4, AP7 and AP10: what the Site object answers itself. */
import { encodeCursor } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import { parseQuery } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { SiteApi } from "../site/api.ts";
import { siteOf } from "../site/stub.ts";
import { expiryHeader, siteHeader } from "../site/uplink/uplink-socket.ts";
import { narrowed } from "./stream.ts";

/** AP3. */
export async function siteState(context: Context<App>): Promise<Response> {
  const query = parseQuery(new URL(context.req.url).searchParams);
  if (!query.ok) return errorAnswer("bad_request", query.message);
  const { agents, queues, summary } = query.value;
  const filter = narrowed({ agents, queues, summary, about: null }, context.get("grant"));
  if (filter instanceof Response) return filter;
  return asked(context, async (site) => {
    const result = await site.read(filter, null);
    if (result.kind !== "snapshot") throw new Error("a read without a position is a snapshot");
    const { link, asOf, events } = result;
    return { cursor: encodeCursor(result.cursor), link, asOf, events };
  });
}

/** AP4. */
export function siteStatus(context: Context<App>): Promise<Response> {
  return asked(context, (site) => site.status(context.req.param("site") ?? ""));
}

/** AP10. */
export function siteCounters(context: Context<App>): Promise<Response> {
  return asked(context, (site) => site.counters(context.req.param("site") ?? ""));
}

/** AP7. The Site object takes the socket; it learns from headers whose it is and until when the token holds. */
export async function connectorUplink(context: Context<App>): Promise<Response> {
  if (!isUpgrade(context.req.raw))
    return errorAnswer("upgrade_required", "this path speaks WebSocket only", {}, { upgrade: "websocket" });
  const site = context.req.param("site") ?? "";
  const headers = new Headers({ upgrade: "websocket", [siteHeader]: site });
  const { expiresAt } = context.get("grant");
  if (expiresAt !== null) headers.set(expiryHeader, String(expiresAt));
  try {
    return await context.env.SITE.getByName(site).fetch(new Request("https://site.internal/connector", { headers }));
  } catch {
    return errorAnswer("unavailable", "the site could not take part just now");
  }
}

/** Asks once more on a new stub, for an object that moved or restarted breaks the old one. */
async function asked(
  context: Context<App>,
  ask: (site: Pick<SiteApi, "read" | "status" | "counters">) => Promise<unknown>,
): Promise<Response> {
  const { env } = context;
  const name = context.req.param("site") ?? "";
  try {
    return jsonAnswer(await ask(siteOf(env, name)).catch(() => ask(siteOf(env, name))));
  } catch (error) {
    logWarning("the site did not answer", { site: name, error: String(error) });
    return errorAnswer("unavailable", "the site could not take part just now");
  }
}
