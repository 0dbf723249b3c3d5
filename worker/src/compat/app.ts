/**
 * pbxis-ws's paths at the root (AP8, section 11 of PROTOCOL.md), so that pages written for pbxis-ws run unchanged.
 * Streams are in ticket-stream.ts, commands in command.ts.
 */
import { canonicalNames, type SiteCommand } from "@pbxis/shared";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { narrowFilter } from "../auth/narrow-filter.ts";
import { permit } from "../auth/permit.ts";
import { errorAnswer, jsonAnswer, siteUnavailable } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import type { Parsed } from "../http/query.ts";
import { wrongSettings } from "../http/require-settings.ts";
import { logError, logWarning } from "../log.ts";
import { readStates } from "../site/read-states.ts";
import { siteOf } from "../site/stub.ts";
import type { Place } from "../ticket/api.ts";
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
import { parsePlace } from "./place.ts";
import { pollEvents } from "./poll.ts";
import { queueStatus } from "./queue-status.ts";
import {
  type CompatApp,
  type CompatChoice,
  compatChoice,
  corsFor,
  refuseVisitor,
  requireCompatGrant,
} from "./settings.ts";
import { sseEventsAnswer } from "./sse.ts";
import { postTicket } from "./ticket.ts";
import { openTicketStream, type TicketStream } from "./ticket-stream.ts";
import { websocketAnswer } from "./websocket.ts";

type CompatContext = Context<CompatApp>;

export function createCompatApp(choice: Exclude<CompatChoice, { kind: "off" }>): Hono<CompatApp> {
  const app = new Hono<CompatApp>();
  if (choice.kind === "on") app.use(corsFor(choice.settings));
  const door = doorOf(choice);
  const grant = requireCompatGrant;
  app.post("/ticket", door, grant, postTicket);
  app.get("/:ticket/websocket", door, streamWebSocket);
  app.get("/:ticket/sse", door, streamSse);
  app.get("/:ticket/long-poll", door, longPoll);
  app.post("/originate/:src/:dest", door, grant, (context) =>
    answerCommand(context, (parameters) =>
      originateCommand(context.req.param("src"), context.req.param("dest"), parameters),
    ),
  );
  app.post("/redirect-to/:dest", door, grant, (context) =>
    answerCommand(context, (parameters) => redirectCommand(context.req.param("dest"), parameters)),
  );
  app.post("/park-and-announce", door, grant, (context) => answerCommand(context, parkCommand));
  app.post("/queue/:action", door, grant, (context) => {
    const action = context.req.param("action");
    if (!isQueueAction(action)) return notFound();
    return answerCommand(context, (parameters) => queueCommand(action, parameters));
  });
  app.get("/queue/status", door, grant, answerQueueStatus);
  app.get("/bridged-channels", door, grant, (context) => answerCommand(context, findCommand));
  app.notFound(notFound);
  return app;
}

/** One app for each value of the settings, which are constant in a deployment but vary in tests. */
const apps = new Map<string, Hono<CompatApp>>();

/** Answers every path that is not one of the worker's own. */
export async function compatAnswer(context: Context): Promise<Response> {
  const choice = compatChoice(context.env);
  if (choice.kind === "off") return notFound();
  const { raw, method } = context.req;
  // Hono answers HEAD by running the GET handler, which would open the ticket's stream.
  if (method !== "GET" && method !== "POST" && method !== "OPTIONS") return notFound();
  const key = JSON.stringify(choice);
  const app = apps.get(key) ?? createCompatApp(choice);
  apps.set(key, app);
  return app.fetch(raw, context.env, context.executionCtx);
}

/** Stands before each of the paths. Other paths are 404 whatever the settings are. */
function doorOf(choice: Exclude<CompatChoice, { kind: "off" }>): MiddlewareHandler<CompatApp> {
  return async (context, next) => {
    const refusal = wrongSettings(context.env);
    if (refusal) return refusal;
    if (choice.kind !== "on") {
      logError("the settings of the pbxis-ws paths are wrong", { error: choice.message });
      return errorAnswer(choice.kind === "wrong" ? "internal" : "unavailable", choice.message);
    }
    const refused = refuseVisitor(context, choice.settings);
    if (refused) return refused;
    context.set("compat", choice.settings);
    return next();
  };
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
  const answer = (stream: TicketStream | undefined) =>
    runInBackground(context, sseEventsAnswer(stream, context.req.raw.signal));
  return withStream(context, answer, parsePlace(context.req.header("last-event-id") ?? "") ?? null);
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

/** `answer` gets undefined for an unknown ticket. `reported` as in `openTicketStream`. */
async function withStream(
  context: CompatContext,
  answer: (stream: TicketStream | undefined) => Response | Promise<Response>,
  reported?: Place | null,
): Promise<Response> {
  const { site } = context.get("compat");
  try {
    return await answer(await openTicketStream(context.env, site, context.req.param("ticket") ?? "", reported));
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
    return siteUnavailable(error);
  }
}
