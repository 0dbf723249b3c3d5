/**
 * pbxis-ws's paths at the root (AP8, section 11 of PROTOCOL.md), so that pages written for pbxis-ws run unchanged.
 * Streams are in ticket-stream.ts, commands in command.ts.
 */
import { canonicalNames, parseCursor, type SiteCommand } from "@pbxis/shared";
import { type Context, Hono } from "hono";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { permit } from "../auth/permit.ts";
import { errorAnswer, jsonAnswer, siteUnavailable } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import type { Parsed } from "../http/query.ts";
import { wrongSettings } from "../http/require-settings.ts";
import { logError, logWarning } from "../log.ts";
import { readStates } from "../site/read-states.ts";
import { siteOf } from "../site/stub.ts";
import { sendCommand } from "../transport/send-command.ts";
import {
  findCommand,
  isQueueAction,
  originateCommand,
  outcomeAnswer,
  parkCommand,
  queueCommand,
  redirectCommand,
  requestedQueue,
} from "./command.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { pollEvents } from "./poll.ts";
import { queueStatus } from "./queue-status.ts";
import { type CompatApp, type CompatSettings, compatSettings, requireCompatGrant } from "./settings.ts";
import { sseEventsAnswer } from "./sse.ts";
import { postTicket } from "./ticket.ts";
import { openTicketStream, type TicketStream } from "./ticket-stream.ts";
import { websocketAnswer } from "./websocket.ts";

type CompatContext = Context<CompatApp>;

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
    answerCommand(context, (parameters) =>
      originateCommand(context.req.param("src"), context.req.param("dest"), parameters),
    ),
  );
  app.post("/redirect-to/:dest", grant, (context) =>
    answerCommand(context, (parameters) => redirectCommand(context.req.param("dest"), parameters)),
  );
  app.post("/park-and-announce", grant, (context) => answerCommand(context, parkCommand));
  app.post("/queue/:action", grant, (context) => {
    const action = context.req.param("action");
    if (!isQueueAction(action)) return notFound();
    return answerCommand(context, (parameters) => queueCommand(action, parameters));
  });
  app.get("/queue/status", grant, answerQueueStatus);
  app.get("/bridged-channels", grant, (context) => answerCommand(context, findCommand));
  app.notFound(notFound);
  return app;
}

/** One app for each value of the settings, which are constant in a deployment but vary in tests. */
const apps = new Map<string, Hono<CompatApp>>();

/** Answers every path that is not one of the worker's own. */
export async function compatAnswer(context: Context): Promise<Response> {
  const settings = compatSettings(context.env);
  if (!settings) return notFound();
  if ("error" in settings) {
    logError("the settings of the pbxis-ws paths are wrong", { error: settings.error });
    return errorAnswer("internal", settings.error);
  }
  const refusal = wrongSettings(context.env);
  if (refusal) return refusal;
  const { raw, method } = context.req;
  // Hono answers HEAD by running the GET handler, which would open the ticket's stream.
  if (method !== "GET" && method !== "POST") return notFound();
  // Without tokens, a form on any web page could ring phones through a visitor's browser. Browsers name the request's
  // origin.
  if (!settings.needsToken && method === "POST" && context.req.header("sec-fetch-site") === "cross-site")
    return errorAnswer("forbidden", "requests from pages of other web sites need a token");
  const key = JSON.stringify(settings);
  const app = apps.get(key) ?? createCompatApp(settings);
  apps.set(key, app);
  return app.fetch(raw, context.env, context.executionCtx);
}

function notFound(): Response {
  return errorAnswer("not_found", "there is nothing at this path");
}

async function streamWebSocket(context: CompatContext): Promise<Response> {
  if (!isUpgrade(context.req.raw))
    return errorAnswer("upgrade_required", "this path accepts WebSocket only", {}, { upgrade: "websocket" });
  return withStream(context, (stream) => runInBackground(context, websocketAnswer(stream)));
}

function streamSse(context: CompatContext): Promise<Response> {
  return withStream(context, (stream) => runInBackground(context, sseEventsAnswer(stream, context.req.raw.signal)));
}

function longPoll(context: CompatContext): Promise<Response> {
  return withStream(context, async (stream) => {
    if (!stream) return errorAnswer("not_found", "the ticket is unknown or has expired");
    const events = await pollEvents(stream, context.req.raw.signal);
    return events ? jsonAnswer(events) : siteUnavailable();
  });
}

/** Answers at once; the invocation lasts until `done` resolves. */
function runInBackground(
  context: CompatContext,
  { response, done }: Readonly<{ response: Response; done: Promise<void> }>,
): Response {
  context.executionCtx.waitUntil(done);
  return response;
}

/** `answer` gets undefined for an unknown ticket. A `Last-Event-ID` that is no cursor is ignored. */
async function withStream(
  context: CompatContext,
  answer: (stream: TicketStream | undefined) => Response | Promise<Response>,
): Promise<Response> {
  const { site } = context.get("compat");
  const remembered = parseCursor(context.req.header("last-event-id") ?? "") ?? null;
  try {
    return await answer(await openTicketStream(context.env, site, context.req.param("ticket") ?? "", remembered));
  } catch (error) {
    logWarning("a ticket could not be used", { site, error: String(error) });
    return errorAnswer("unavailable", "the ticket cannot be checked right now");
  }
}

async function answerCommand(
  context: CompatContext,
  make: (parameters: Parameters) => Parsed<SiteCommand>,
): Promise<Response> {
  const parameters = await readParameters(context.req.raw);
  if (parameters instanceof Response) return parameters;
  const made = make(parameters);
  if (!made.ok) return errorAnswer("bad_request", made.message);
  const grant = context.get("grant");
  // Reading an agent's calls is not a command, and no token can list it as one: whoever may see the agent may read
  // them.
  const allowed = permit(made.value, made.value.type === "findCalls" ? { ...grant, commands: ["*"] } : grant);
  if (!allowed.ok) return allowed.answer;
  const { subject } = grant;
  const outgoing = { command: made.value, reach: allowed.reach, subject, key: null, wait: "end" } as const;
  const reply = await sendCommand(context.env, context.get("compat").site, outgoing);
  if (reply.kind === "refused") return errorAnswer(reply.code, reply.message);
  return reply.outcome ? outcomeAnswer(made.value, reply.outcome) : errorAnswer("internal", "internal error");
}

async function answerQueueStatus(context: CompatContext): Promise<Response> {
  const { site } = context.get("compat");
  const parameters = await readParameters(context.req.raw);
  if (parameters instanceof Response) return parameters;
  const queue = requestedQueue(parameters);
  if (!queue.ok) return errorAnswer("bad_request", queue.message);
  const queues = canonicalNames([queue.value ?? "*"]);
  const filter = narrowFilter({ agents: "*", queues, summary: true, about: "queue" }, context.get("grant"));
  if (filter instanceof Response) return filter;
  const read = () => readStates(siteOf(context.env, site), filter);
  try {
    const { events } = await read().catch(read);
    return jsonAnswer(queueStatus(events));
  } catch (error) {
    logWarning("the site did not answer", { site, error: String(error) });
    return siteUnavailable();
  }
}
