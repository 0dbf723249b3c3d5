/** The worker's paths (section 4 of PROTOCOL.md): which handler, behind which grant, and what any other path or method gets. */
import { Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { isUpgrade } from "../transport/negotiate.ts";
import { errorAnswer, jsonAnswer } from "./answer.ts";
import { type App, requireGrant } from "./grant.ts";
import { connectorUplink, siteState, siteStatus } from "./site.ts";
import { siteEvents, subjectEvents } from "./stream.ts";

const about = "pbxis-edge: live call queues and agents. The interface is below /v1/sites/{site}; see PROTOCOL.md.\n";

/**
 * Dashboards live on other origins and bring a bearer token. No cookie counts here, so that any origin may ask: what a page may see is
 * decided by the token it has.
 */
const crossOrigin = cors({
  origin: "*",
  allowMethods: ["GET"],
  allowHeaders: ["authorization", "last-event-id"],
  maxAge: 86_400,
});

/** A switched protocol has no headers to add to, and browsers do not ask for any. */
const crossOriginReads: MiddlewareHandler<App> = (context, next) =>
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

/** A stream has no answer without a body, so `HEAD` is not offered. */
const readsOnly: MiddlewareHandler<App> = async (context, next) =>
  context.req.method === "HEAD" ? notAllowed() : next();

function notAllowed(): Response {
  return errorAnswer("method_not_allowed", "only GET is possible here", {}, { allow: "GET" });
}

export function createApp(): Hono<App> {
  const app = new Hono<App>();
  app.use("/v1/*", crossOriginReads, wellFormed, readsOnly);
  app.get("/", (context) => context.text(about));
  app.get("/healthz", () => jsonAnswer({ status: "ok" }));
  const site = "/v1/sites/:site";
  const client = requireGrant("client");
  app.get(site, client, siteStatus);
  app.get(`${site}/events`, client, siteEvents);
  app.get(`${site}/queues/:subject/events`, client, subjectEvents("queue"));
  app.get(`${site}/agents/:subject/events`, client, subjectEvents("agent"));
  app.get(`${site}/state`, client, siteState);
  app.get(`${site}/connector`, requireGrant("connector"), connectorUplink);
  const paths = new Set(app.routes.filter(({ method }) => method === "GET").map(({ path }) => path));
  for (const path of paths) app.all(path, notAllowed);
  app.notFound(() => errorAnswer("not_found", "there is nothing at this path"));
  app.onError((error) => {
    console.error("unexpected", error);
    return errorAnswer("internal", "something went wrong here");
  });
  return app;
}
