/**
 * The worker's routes (section 4 of PROTOCOL.md): which handler serves which path and behind which grant. Every other
 * path is looked up among pbxis-ws's paths (AP8), and is 404 if it is none of those either.
 */
import { Hono } from "hono";
import { type App, requireGrant, requireGrantOfSite, requireStreamGrant } from "./auth/grant.ts";
import { requireGrants } from "./auth/grants.ts";
import { compatAnswer } from "./compat/app.ts";
import { asyncApi } from "./describe/asyncapi.ts";
import { openApi } from "./describe/openapi.ts";
import { errorAnswer, jsonAnswer } from "./http/answer.ts";
import { anyOrigin } from "./http/cors.ts";
import { drainUnreadBody } from "./http/drain.ts";
import { noHead, refuseOtherMethods } from "./http/methods.ts";
import { requireSettings } from "./http/require-settings.ts";
import { requireWellFormedUrl } from "./http/well-formed-url.ts";
import { logError } from "./log.ts";
import { deleteSite, eraseCaller, postRevocation } from "./route/admin.ts";
import { siteCalls } from "./route/calls.ts";
import { getCommand, postAudit, postCommand } from "./route/command.ts";
import { inTurn } from "./route/in-turn.ts";
import { asset, assetPath, docs, docsPath, page } from "./route/page.ts";
import { connectorUplink, siteCounters, siteState, siteStatus } from "./route/site.ts";
import { postSitesTicket, sitesEvents } from "./route/sites.ts";
import { siteStatistics } from "./route/statistics.ts";
import { siteEvents, subjectEvents } from "./route/stream.ts";
import { postTicket } from "./route/ticket.ts";
import { addWebhookRoutes } from "./route/webhooks.ts";

export function createApp(): Hono<App> {
  // Without `strict`, a slash at the end of a path makes no difference.
  const app = new Hono<App>({ strict: false });
  app.use(drainUnreadBody);
  app.use("/openapi.json", anyOrigin);
  app.use("/asyncapi.json", anyOrigin);
  app.use("/v1/*", anyOrigin, requireWellFormedUrl, requireSettings);
  app.get("/", page);
  app.get(assetPath, asset);
  app.get("/docs", docs);
  app.get(docsPath, docs);
  app.get("/openapi.json", () => jsonAnswer(openApi()));
  app.get("/asyncapi.json", ({ req }) => jsonAnswer(asyncApi(new URL(req.url))));
  app.get("/healthz", () => jsonAnswer({ status: "ok" }));
  const site = "/v1/sites/:site";
  const client = requireGrantOfSite("client");
  const operator = requireGrantOfSite("operator");
  app.get(site, requireGrantOfSite("client", "operator", "connector"), siteStatus);
  const stream = requireStreamGrant();
  app.get(`${site}/events`, noHead, stream, inTurn, siteEvents);
  app.get(`${site}/queues/:subject/events`, noHead, stream, inTurn, subjectEvents("queue"));
  app.get(`${site}/agents/:subject/events`, noHead, stream, inTurn, subjectEvents("agent"));
  app.post(`${site}/tickets`, requireGrant("client"), postTicket);
  app.get("/v1/events", noHead, requireGrants({ allowsTicket: true }), sitesEvents);
  app.post("/v1/tickets", requireGrants({ allowsTicket: false }), postSitesTicket);
  app.get(`${site}/state`, client, siteState);
  app.get(`${site}/statistics`, client, siteStatistics);
  app.get(`${site}/calls`, client, siteCalls);
  app.get(`${site}/connector`, noHead, requireGrant("connector"), connectorUplink);
  app.post(`${site}/commands`, client, postCommand);
  app.get(`${site}/commands/:command`, client, getCommand);
  app.get(`${site}/counters`, operator, siteCounters);
  app.post(`${site}/audit`, operator, postAudit);
  const admin = requireGrantOfSite("admin");
  app.delete(`${site}/callers/:number`, admin, eraseCaller);
  app.delete(site, admin, deleteSite);
  app.post(`${site}/revocations`, admin, postRevocation);
  addWebhookRoutes(app, `${site}/webhooks`, admin);
  refuseOtherMethods(app);
  app.notFound(compatAnswer);
  app.onError((error) => {
    logError("unexpected error in a request", { error: String(error), stack: error.stack ?? null });
    return errorAnswer("internal", "internal error");
  });
  return app;
}
