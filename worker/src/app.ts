/** The worker's paths (section 4 of PROTOCOL.md): which handler, behind which grant, and what any other path or method gets. */
import { Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { type App, requireGrant, requireStreamGrant } from "./auth/grant.ts";
import { compatAnswer } from "./compat/app.ts";
import { errorAnswer, jsonAnswer } from "./http/answer.ts";
import { isUpgrade } from "./http/negotiate.ts";
import { logError } from "./log.ts";
import { getCommand, postAudit, postCommand } from "./route/command.ts";
import { openApi } from "./route/openapi.ts";
import { asset, assetPath, page } from "./route/page.ts";
import { connectorUplink, siteCounters, siteState, siteStatus } from "./route/site.ts";
import { siteEvents, subjectEvents } from "./route/stream.ts";
import { postTicket } from "./route/ticket.ts";

/**
 * Dashboards live on other origins and bring a bearer token. No cookie counts here, so that any origin may ask: what a page may see is
 * decided by the token it has.
 */
const crossOrigin = cors({
  origin: "*",
  allowMethods: ["GET", "POST"],
  allowHeaders: ["authorization", "content-type", "idempotency-key", "last-event-id", "prefer"],
  exposeHeaders: ["location", "preference-applied"],
  maxAge: 86_400,
});

/** A switched protocol has no headers to add to, and browsers do not ask for any. */
const anyOrigin: MiddlewareHandler<App> = (context, next) =>
  isUpgrade(context.req.raw) ? next() : crossOrigin(context, next);

/** A name that is not valid percent-encoded UTF-8 would silently become another name. */
const wellFormed: MiddlewareHandler<App> = async (context, next) => {
  try {
    decodeURIComponent(new URL(context.req.url).pathname);
    decodeURIComponent(new URL(context.req.url).search);
  } catch {
    return errorAnswer("bad_request", "the URL is not percent-encoded UTF-8");
  }
  return next();
};

/** Hono answers HEAD like GET. A stream has no answer without a body; it would begin all the same, and use its ticket up. */
const noHead: MiddlewareHandler<App> = async (context, next) =>
  context.req.method === "HEAD" ? notAllowed(["GET"]) : next();

/**
 * A body that nobody read is read to its end before the answer goes: a client that is still sending would lose the answer with the
 * connection. A refusal leaves one unread, and a path that takes none.
 */
const hearOut: MiddlewareHandler<App> = async (context, next) => {
  await next();
  const { body, bodyUsed } = context.req.raw;
  if (!body || bodyUsed) return;
  try {
    for await (const _ of body);
  } catch {
    // Whoever broke off needs no answer.
  }
};

function notAllowed(methods: readonly string[]): Response {
  const message = `nothing but ${methods.join(" and ")} is possible here`;
  return errorAnswer("method_not_allowed", message, {}, { allow: methods.join(", ") });
}

/** Whatever else is done to a path than what it offers; with GET it offers HEAD, unless `noHead` stands before it. */
function refuseOtherMethods(app: Hono<App>): void {
  const headless = new Set(app.routes.filter(({ handler }) => handler === noHead).map(({ path }) => path));
  const offered = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === "ALL") continue;
    const methods = (offered.get(path) ?? new Set()).add(method);
    offered.set(path, method === "GET" && !headless.has(path) ? methods.add("HEAD") : methods);
  }
  for (const [path, methods] of offered) app.all(path, () => notAllowed([...methods]));
}

export function createApp(): Hono<App> {
  const app = new Hono<App>();
  app.use(hearOut);
  app.use("/v1/*", anyOrigin, wellFormed);
  app.get("/", page);
  app.get(assetPath, asset);
  app.get("/openapi.json", () => jsonAnswer(openApi()));
  app.get("/healthz", () => jsonAnswer({ status: "ok" }));
  const site = "/v1/sites/:site";
  const client = requireGrant("client");
  const operator = requireGrant("operator");
  app.get(site, requireGrant("client", "operator"), siteStatus);
  const stream = requireStreamGrant();
  app.get(`${site}/events`, noHead, stream, siteEvents);
  app.get(`${site}/queues/:subject/events`, noHead, stream, subjectEvents("queue"));
  app.get(`${site}/agents/:subject/events`, noHead, stream, subjectEvents("agent"));
  app.post(`${site}/tickets`, client, postTicket);
  app.get(`${site}/state`, client, siteState);
  app.get(`${site}/connector`, noHead, requireGrant("connector"), connectorUplink);
  app.post(`${site}/commands`, client, postCommand);
  app.get(`${site}/commands/:command`, client, getCommand);
  app.get(`${site}/counters`, operator, siteCounters);
  app.post(`${site}/audit`, operator, postAudit);
  refuseOtherMethods(app);
  app.notFound(compatAnswer);
  app.onError((error) => {
    logError("unexpected", { error: String(error), stack: error.stack ?? null });
    return errorAnswer("internal", "something went wrong here");
  });
  return app;
}
