/**
 * `GET /openapi.json` (AP9): the interface as an OpenAPI document, generated from the table of paths and from the
 * schemas that check requests. WebSocket frames are described as schemas, because OpenAPI has no
 * place for them; `/asyncapi.json` has one.
 */
import { httpErrors } from "@pbxis/shared";
import type { Operation } from "./operation.ts";
import { operations, type TaggedOperation } from "./operations.ts";
import { httpSchemaTexts, type SchemaName } from "./schemas.ts";
import { webhookHeaders } from "./webhook-headers.ts";

let document: unknown;

/** Generated on the first request and then kept, so that it does not slow down the worker's start. */
export function openApi(): unknown {
  document ??= {
    openapi: "3.1.0",
    info: {
      title: "pbxis-edge",
      version: "1",
      description:
        "Live states of Asterisk's call queues and agents, and commands to them. PROTOCOL.md has the rules by their ids.",
    },
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, operationOf(operation)])),
      ]),
    ),
    webhooks: { message: { post: webhookOperation() } },
    components: {
      schemas: httpSchemaTexts(),
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
  return document;
}

function operationOf({ summary, secured, tag, parameters, body, answers, refusals }: TaggedOperation): unknown {
  return {
    summary,
    tags: [tag],
    ...(secured && { security: [{ token: [] }] }),
    parameters: parameters.map(({ type = "string", ...parameter }) => ({
      ...parameter,
      ...(parameter.in === "path" && { required: true }),
      schema: { type },
    })),
    ...(body && { requestBody: { required: true, content: { ...json(body), ...form(body) } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
      ...refusalsOf(refusals),
    },
  };
}

function answerOf({ text, schema, media, stream, csv }: Operation["answers"][number]): unknown {
  const content = schema
    ? { ...json(schema), ...(stream && { "text/event-stream": {} }), ...(csv && { "text/csv": {} }) }
    : media !== undefined && { [media]: {} };
  return { description: text, ...(content && { content }) };
}

/** AP14: what the worker sends to an endpoint. */
function webhookOperation(): unknown {
  return {
    summary: "AP14: a message to the endpoint of a webhook.",
    parameters: Object.entries(webhookHeaders).map(([name, description]) => ({
      in: "header",
      name,
      description,
      required: true,
      schema: { type: "string" },
    })),
    requestBody: { required: true, content: json("WebhookMessage") },
    responses: {
      "2XX": { description: "the message was received; anything else is tried again" },
      410: { description: "the endpoint is gone: nothing more is sent to it" },
    },
  };
}

/** One answer per status, because several codes may share a status. */
function refusalsOf(codes: Operation["refusals"]): Record<number, unknown> {
  const byStatus = Map.groupBy(codes, (code) => httpErrors[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, { description: group.join(", "), content: json("ErrorAnswer") }]),
  );
}

function form(name: SchemaName): Record<string, unknown> {
  return { "application/x-www-form-urlencoded": json(name)["application/json"] };
}

function json(name: SchemaName): Record<string, unknown> {
  return { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } };
}
