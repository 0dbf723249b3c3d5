/** AP14: webhooks, for admins. The site has the endpoints; what was sent is known by the object of each. */
import {
  type DeadLetters,
  ReplayRequest,
  type Webhook,
  type WebhookAttempts,
  WebhookChange,
  WebhookRequest,
} from "@pbxis/shared";
import type { Context, Hono, MiddlewareHandler } from "hono";
import type * as z from "zod";
import type { App } from "../auth/grant.ts";
import { errorAnswer, jsonAnswer, siteUnavailable } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import type { WebhookAction } from "../site/webhooks/api.ts";
import { type WebhookApi, webhookRef } from "../webhook/api.ts";
import { checkUrl, localWebhooks } from "../webhook/endpoint-url.ts";
import { createSecret, createWebhookId } from "../webhook/signature.ts";
import { askSite } from "./site.ts";

type Handler = (context: Context<App>) => Promise<Response>;

const getWebhooks: Handler = async (context) => {
  const webhooks = await act(context, { kind: "list" });
  return webhooks instanceof Response ? webhooks : jsonAnswer({ webhooks });
};

const postWebhook: Handler = async (context) => {
  const request = await parsedBody(context, WebhookRequest);
  if (request instanceof Response) return request;
  const secret = createSecret();
  const webhooks = await act(context, { kind: "create", request, id: createWebhookId(), secret });
  return webhooks instanceof Response ? webhooks : jsonAnswer({ ...webhooks[0], secret }, 201);
};

const getWebhook: Handler = async (context) => {
  const webhook = await findWebhook(context);
  return webhook instanceof Response ? webhook : jsonAnswer(webhook);
};

const patchWebhook: Handler = async (context) => {
  const change = await parsedBody(context, WebhookChange);
  if (change instanceof Response) return change;
  const [webhook] = await actOnOne(context, { kind: "change", id: idOf(context), change });
  return webhook instanceof Response ? webhook : jsonAnswer(webhook);
};

const deleteWebhook: Handler = async (context) => {
  const [webhook] = await actOnOne(context, { kind: "remove", id: idOf(context) });
  return webhook instanceof Response ? webhook : new Response(null, { status: 204 });
};

const postWebhookSecret: Handler = async (context) => {
  const secret = createSecret();
  const [webhook] = await actOnOne(context, { kind: "renew", id: idOf(context), secret });
  return webhook instanceof Response ? webhook : jsonAnswer({ secret });
};

const getWebhookAttempts: Handler = (context) =>
  askWebhook(
    context,
    async (object) => ({ attempts: [...(await object.attempts())] }) satisfies z.infer<typeof WebhookAttempts>,
  );

const getWebhookDeadLetters: Handler = (context) =>
  askWebhook(
    context,
    async (object) => ({ deadletters: [...(await object.deadLetters())] }) satisfies z.infer<typeof DeadLetters>,
  );

const postWebhookTest: Handler = (context) =>
  askWebhook(context, async (object) => (await object.sendTest()) ?? unknownWebhook());

const postWebhookReplay: Handler = async (context) => {
  const request = await parsedBody(context, ReplayRequest);
  if (request instanceof Response) return request;
  return askWebhook(context, async (object) => {
    const reply = await object.replay(request);
    if (reply.kind === "unknown") return errorAnswer("not_found", `there is no dead letter ${reply.id}`);
    if (reply.kind === "gone") return errorAnswer("gone", "since is not in the log any more");
    return jsonAnswer("since" in request ? request : { deadletters: reply.deadletters }, 202);
  });
};

function idOf(context: Context<App>): string {
  return context.req.param("id") ?? "";
}

function unknownWebhook(): Response {
  return errorAnswer("not_found", "the site has no such webhook");
}

/** The body as `schema` has it, with a URL that may be sent to. */
async function parsedBody<Output extends object>(
  context: Context<App>,
  schema: z.ZodType<Output>,
): Promise<Output | Response> {
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.answer;
  const parsed = parseAs(schema, body.value, "the body");
  if (!parsed.ok) return errorAnswer("bad_request", parsed.message);
  if (!("url" in parsed.value) || parsed.value.url === undefined) return parsed.value;
  const setting = localWebhooks(context.env);
  const checked = checkUrl(String(parsed.value.url), { allowLocal: setting.ok && setting.allowLocal });
  return checked.ok ? { ...parsed.value, url: checked.url } : errorAnswer("bad_request", `url ${checked.message}`);
}

async function act(context: Context<App>, action: WebhookAction): Promise<readonly Webhook[] | Response> {
  const reply = await askSite(context, "webhooks", action);
  if (reply instanceof Response) return reply;
  if (reply.kind === "full") return errorAnswer("too_large", "the site has as many webhooks as it can have");
  return reply.kind === "refused" ? errorAnswer("bad_request", reply.message) : reply.webhooks;
}

/** The endpoint after the action, or the answer that says why there is none. */
async function actOnOne(context: Context<App>, action: WebhookAction): Promise<readonly [Webhook | Response]> {
  const webhooks = await act(context, action);
  return [webhooks instanceof Response ? webhooks : (webhooks[0] ?? unknownWebhook())];
}

async function findWebhook(context: Context<App>): Promise<Webhook | Response> {
  const webhooks = await act(context, { kind: "list" });
  if (webhooks instanceof Response) return webhooks;
  return webhooks.find(({ id }) => id === idOf(context)) ?? unknownWebhook();
}

/** Calls the object of an endpoint that the site knows: no other name makes an object. */
async function askWebhook(context: Context<App>, call: (object: WebhookApi) => Promise<object>): Promise<Response> {
  const webhook = await findWebhook(context);
  if (webhook instanceof Response) return webhook;
  const site = context.req.param("site") ?? "";
  const ask = () => call(context.env.WEBHOOK.getByName(webhookRef(site, webhook.id).name));
  try {
    const answer = await ask().catch(ask);
    return answer instanceof Response ? answer : jsonAnswer(answer);
  } catch (error) {
    logWarning("a webhook did not answer", { site, webhook: webhook.id, error: String(error) });
    return siteUnavailable();
  }
}

/** The paths of AP14 below `path`, each behind `admin`. */
export function addWebhookRoutes(app: Hono<App>, path: string, admin: MiddlewareHandler<App>): void {
  app.get(path, admin, getWebhooks);
  app.post(path, admin, postWebhook);
  app.get(`${path}/:id`, admin, getWebhook);
  app.patch(`${path}/:id`, admin, patchWebhook);
  app.delete(`${path}/:id`, admin, deleteWebhook);
  app.post(`${path}/:id/secret`, admin, postWebhookSecret);
  app.get(`${path}/:id/attempts`, admin, getWebhookAttempts);
  app.get(`${path}/:id/deadletters`, admin, getWebhookDeadLetters);
  app.post(`${path}/:id/replay`, admin, postWebhookReplay);
  app.post(`${path}/:id/test`, admin, postWebhookTest);
}
