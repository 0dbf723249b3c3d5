/** pbxis-ws's paths at the root (AP8), so that its published clients run unchanged. Streams are in session.ts, translations in command.ts. */
import { canonicalNames, parseCursor, type SiteCommand } from "@pbxis/shared";
import { type Context, Hono } from "hono";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import type { Parsed } from "../http/query.ts";
import { logError, logWarning } from "../log.ts";
import { permit } from "../route/command.ts";
import { sendCommand } from "../route/send-command.ts";
import { narrowed } from "../route/stream.ts";
import { siteOf } from "../site/stub.ts";
import {
  askedQueue,
  findCommand,
  isQueueAction,
  originateCommand,
  outcomeAnswer,
  parkCommand,
  queueCommand,
  redirectCommand,
} from "./command.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { pollEvents } from "./poll.ts";
import { queueStatus } from "./queue-status.ts";
import { openSession, type Session } from "./session.ts";
import { type CompatApp, type CompatSettings, compatSettings, requireCompatGrant } from "./settings.ts";
import { sseEventsAnswer } from "./sse.ts";
import { postTicket } from "./ticket.ts";
import { websocketAnswer } from "./websocket.ts";

type Ask = Context<CompatApp>;

function createCompatApp(settings: CompatSettings): Hono<CompatApp> {
  const app = new Hono<CompatApp>();
  app.use((context, next) => {
    context.set("compat", settings);
    return next();
  });
  const grant = requireCompatGrant;
  app.post("/ticket", grant, postTicket);
  app.get("/:ticket/websocket", streamWebSocket);
  app.get("/:ticket/sse", streamSse);
  app.get("/:ticket/long-poll", longPoll);
  app.post("/originate/:src/:dest", grant, (context) =>
    command(context, (given) => originateCommand(context.req.param("src"), context.req.param("dest"), given)),
  );
  app.post("/redirect-to/:dest", grant, (context) =>
    command(context, (given) => redirectCommand(context.req.param("dest"), given)),
  );
  app.post("/park-and-announce", grant, (context) => command(context, parkCommand));
  app.post("/queue/:action", grant, (context) => {
    const action = context.req.param("action");
    return isQueueAction(action) ? command(context, (given) => queueCommand(action, given)) : nothingHere();
  });
  app.get("/queue/status", grant, status);
  app.get("/bridged-channels", grant, (context) => command(context, findCommand));
  app.notFound(nothingHere);
  return app;
}

const apps = new Map<string, Hono<CompatApp>>();

/** For every path that is not one of the worker's own. */
export async function compatAnswer(context: Context): Promise<Response> {
  const settings = compatSettings(context.env);
  if (!settings) return nothingHere();
  if ("error" in settings) {
    logError("pbxis-ws's paths are set wrongly", { error: settings.error });
    return errorAnswer("internal", settings.error);
  }
  const { raw, method } = context.req;
  // Hono would answer HEAD like GET, and a ticket's stream would begin.
  if (method !== "GET" && method !== "POST") return nothingHere();
  // A form on any page could ring phones through a visitor who reaches the worker; browsers tell where a request comes from.
  if (!settings.needsToken && method === "POST" && context.req.header("sec-fetch-site") === "cross-site")
    return errorAnswer("forbidden", "a page of another site may do this with a token only");
  const key = JSON.stringify(settings);
  const app = apps.get(key) ?? createCompatApp(settings);
  apps.set(key, app);
  return app.fetch(raw, context.env, context.executionCtx);
}

function nothingHere(): Response {
  return errorAnswer("not_found", "there is nothing at this path");
}

async function streamWebSocket(context: Ask): Promise<Response> {
  if (!isUpgrade(context.req.raw))
    return errorAnswer("upgrade_required", "this path speaks WebSocket only", {}, { upgrade: "websocket" });
  return withSession(context, (session) => answering(context, websocketAnswer(session)));
}

function streamSse(context: Ask): Promise<Response> {
  return withSession(context, (session) => answering(context, sseEventsAnswer(session, context.req.raw.signal)));
}

function longPoll(context: Ask): Promise<Response> {
  return withSession(context, async (session) => {
    if (!session) return errorAnswer("not_found", "there is no such ticket, or no longer");
    const events = await pollEvents(session, context.req.raw.signal);
    return events ? jsonAnswer(events) : errorAnswer("unavailable", "the site could not take part just now");
  });
}

function answering(context: Ask, { response, done }: Readonly<{ response: Response; done: Promise<void> }>): Response {
  context.executionCtx.waitUntil(done);
  return response;
}

/** `Last-Event-ID` is what a browser says that it has got; what is none of ours is left alone. */
async function withSession(
  context: Ask,
  answer: (session: Session | undefined) => Response | Promise<Response>,
): Promise<Response> {
  const { site } = context.get("compat");
  const remembered = parseCursor(context.req.header("last-event-id") ?? "") ?? null;
  try {
    return await answer(await openSession(context.env, site, context.req.param("ticket") ?? "", remembered));
  } catch (error) {
    logWarning("a ticket could not be looked up", { site, error: String(error) });
    return errorAnswer("unavailable", "the ticket could not be looked up just now");
  }
}

async function command(context: Ask, make: (given: Parameters) => Parsed<SiteCommand>): Promise<Response> {
  const given = await readParameters(context.req.raw);
  if (given instanceof Response) return given;
  const made = make(given);
  if (!made.ok) return errorAnswer("bad_request", made.message);
  const grant = context.get("grant");
  // Who may see an agent may see its calls: that is no command, and no token names it as one.
  const allowed = permit(made.value, made.value.type === "findCalls" ? { ...grant, commands: ["*"] } : grant);
  if (!allowed.ok) return allowed.answer;
  const sent = { command: made.value, reach: allowed.reach, key: null, wait: "end" } as const;
  const reply = await sendCommand(context.env, context.get("compat").site, sent);
  if (reply.kind === "refused") return errorAnswer(reply.code, reply.message);
  return reply.outcome
    ? outcomeAnswer(made.value, reply.outcome)
    : errorAnswer("internal", "something went wrong here");
}

async function status(context: Ask): Promise<Response> {
  const { site } = context.get("compat");
  const given = await readParameters(context.req.raw);
  if (given instanceof Response) return given;
  const asked = askedQueue(given);
  if (!asked.ok) return errorAnswer("bad_request", asked.message);
  const queues = canonicalNames([asked.value ?? "*"]);
  const filter = narrowed({ agents: "*", queues, summary: true, about: "queue" }, context.get("grant"));
  if (filter instanceof Response) return filter;
  const read = () => siteOf(context.env, site).read(filter, null);
  try {
    const result = await read().catch(read);
    return jsonAnswer(result.kind === "snapshot" ? queueStatus(result.events) : []);
  } catch (error) {
    logWarning("the site did not answer", { site, error: String(error) });
    return errorAnswer("unavailable", "the site could not take part just now");
  }
}
