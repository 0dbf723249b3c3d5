/**
 * `GET /openapi.json` (AP9): the interface for tools, made of the same schemas that check requests and of the table of paths below. A
 * test compares the table with the app's routes. WebSocket frames are described as schemas, for OpenAPI has no place for them.
 */
import {
  AckFrame,
  Candidate,
  Command,
  CommandAnswer,
  ErrorAnswer,
  EventsFrame,
  httpErrors,
  LinkFrame,
  Outcome,
  ServerFrame,
  SiteCounters,
  SiteEvent,
  SiteStatus,
  SnapshotFrame,
  StateAnswer,
  TicketAnswer,
  TicketRequest,
} from "@pbxis/shared";
import * as z from "zod";

const schemas = {
  AckFrame,
  Candidate,
  Command,
  CommandAnswer,
  ErrorAnswer,
  Event: SiteEvent,
  EventsFrame,
  LinkFrame,
  Outcome,
  ServerFrame,
  SiteCounters,
  SiteStatus,
  SnapshotFrame,
  StateAnswer,
  TicketAnswer,
  TicketRequest,
};
type SchemaName = keyof typeof schemas;

type Parameter = Readonly<{ in: "path" | "query" | "header"; name: string; description: string; type?: "integer" }>;
type Operation = Readonly<{
  summary: string;
  /** False: no token is needed. */
  secured: boolean;
  parameters: readonly Parameter[];
  body?: SchemaName;
  /** Null: something else than JSON, which the text tells. */
  answers: Readonly<Record<number, Readonly<{ text: string; schema: SchemaName | null; stream?: true }>>>;
  refusals: readonly (keyof typeof httpErrors)[];
}>;

const site: Parameter = { in: "path", name: "site", description: "one PBX and its connector" };
const query = (name: string, description: string): Parameter => ({ in: "query", name, description });
const agents = query("agents", "agents' ids, separated by commas; * for all that the token grants");
const queues = query("queues", "queues' names, separated by commas; * for all that the token grants");
const summary = query("summary", "1: queueSummary and memberSummary as well (EV9)");
const streaming: readonly Parameter[] = [
  query("since", "resume after this cursor (ST1)"),
  { ...query("wait", "seconds that a long poll waits, at most 25"), type: "integer" },
  query("ticket", "instead of a bearer token, once (AP6)"),
  { in: "header", name: "Last-Event-ID", description: "a cursor, on SSE; goes before since" },
];
const tokenRefusals = ["unauthorized", "forbidden", "unavailable"] as const;
const streamRefusals = ["bad_request", ...tokenRefusals, "ticket_used", "ticket_expired", "too_large"] as const;
const stream = {
  101: { text: "a WebSocket, if asked for: ServerFrame down, AckFrame up", schema: null },
  200: {
    text: "one frame (long poll), or a stream of them (Accept: text/event-stream)",
    schema: "ServerFrame",
    stream: true,
  },
} as const;

function streamOf(summaryText: string, parameters: readonly Parameter[]): Operation {
  return {
    summary: summaryText,
    secured: true,
    parameters: [site, ...parameters, ...streaming],
    answers: stream,
    refusals: streamRefusals,
  };
}

/** By path and method, in OpenAPI's spelling of paths. */
export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/healthz": {
    get: {
      summary: "The worker runs.",
      secured: false,
      parameters: [],
      answers: { 200: { text: '{"status":"ok"}', schema: null } },
      refusals: [],
    },
  },
  "/v1/sites/{site}": {
    get: {
      summary: "AP4: how the site is.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "the site's status", schema: "SiteStatus" } },
      refusals: tokenRefusals,
    },
  },
  "/v1/sites/{site}/events": { get: streamOf("AP1: the stream of a subscription.", [agents, queues, summary]) },
  "/v1/sites/{site}/queues/{queue}/events": {
    get: streamOf("AP2: the stream of one queue.", [{ in: "path", name: "queue", description: "its name" }, summary]),
  },
  "/v1/sites/{site}/agents/{agent}/events": {
    get: streamOf("AP2: the stream of one agent.", [{ in: "path", name: "agent", description: "its id" }]),
  },
  "/v1/sites/{site}/state": {
    get: {
      summary: "AP3: the snapshot of a subscription.",
      secured: true,
      parameters: [site, agents, queues, summary],
      answers: { 200: { text: "the states", schema: "StateAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large"],
    },
  },
  "/v1/sites/{site}/commands": {
    post: {
      summary: "AP5: a command, and how it ended.",
      secured: true,
      parameters: [
        site,
        { in: "header", name: "Idempotency-Key", description: "the same key gives the first outcome for 24 h (CM12)" },
        { in: "header", name: "Prefer", description: "respond-async: 202 at once, to be looked up" },
      ],
      body: "Command",
      answers: {
        200: { text: "done", schema: "CommandAnswer" },
        202: { text: "taken; Location tells where to look", schema: "CommandAnswer" },
      },
      refusals: [
        "bad_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "several_calls",
        "too_large",
        "unsupported_media_type",
        "key_reused",
        "asterisk_refused",
        "not_permitted",
        "unavailable",
        "deadline_passed",
        "outcome_unknown",
      ],
    },
  },
  "/v1/sites/{site}/commands/{command}": {
    get: {
      summary: "AP5: how a command ended, for 24 h.",
      secured: true,
      parameters: [site, { in: "path", name: "command", description: "commandId of the answer" }],
      answers: { 200: { text: "its outcome, or pending", schema: "CommandAnswer" } },
      refusals: [...tokenRefusals, "not_found"],
    },
  },
  "/v1/sites/{site}/tickets": {
    post: {
      summary: "AP6: a ticket for one stream, for browsers.",
      secured: true,
      parameters: [site],
      body: "TicketRequest",
      answers: { 200: { text: "good once, within a minute", schema: "TicketAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
  "/v1/sites/{site}/counters": {
    get: {
      summary: "AP10: what the site and its connector count, for operators.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "totals, and what is held now", schema: "SiteCounters" } },
      refusals: tokenRefusals,
    },
  },
  "/v1/sites/{site}/audit": {
    post: {
      summary: "AP11: compares the connector's model with Asterisk, for operators.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "result.audit: what was found and healed", schema: "CommandAnswer" } },
      refusals: [...tokenRefusals, "not_permitted", "deadline_passed", "outcome_unknown"],
    },
  },
  "/v1/sites/{site}/connector": {
    get: {
      summary: "AP7: the uplink, for connectors.",
      secured: true,
      parameters: [site],
      answers: { 101: { text: "a WebSocket, see section 6 of PROTOCOL.md", schema: null } },
      refusals: [...tokenRefusals, "upgrade_required"],
    },
  },
};

let made: unknown;

/** Made when it is first asked for, and kept: the worker's start should not pay for it. */
export function openApi(): unknown {
  made ??= {
    openapi: "3.1.0",
    info: {
      title: "pbxis-edge",
      version: "1",
      description:
        "Live call queues and agents of Asterisk, and commands to them. The rules by their ids are in PROTOCOL.md.",
    },
    paths: Object.fromEntries(
      Object.entries(operations).map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, operationOf(operation)])),
      ]),
    ),
    components: {
      schemas: schemaTexts(),
      securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
  return made;
}

function operationOf({ summary, secured, parameters, body, answers, refusals }: Operation): unknown {
  return {
    summary,
    ...(secured && { security: [{ token: [] }] }),
    parameters: parameters.map(({ type = "string", ...parameter }) => ({
      ...parameter,
      ...(parameter.in === "path" && { required: true }),
      schema: { type },
    })),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, { text, schema, stream }]) => [
          status,
          {
            description: text,
            ...(schema && { content: { ...json(schema), ...(stream && { "text/event-stream": {} }) } }),
          },
        ]),
      ),
      ...refusalsOf(refusals),
    },
  };
}

/** Several codes may share a status. */
function refusalsOf(codes: Operation["refusals"]): Record<number, unknown> {
  const byStatus = Map.groupBy(codes, (code) => httpErrors[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [status, { description: group.join(", "), content: json("ErrorAnswer") }]),
  );
}

function json(name: SchemaName): Record<string, unknown> {
  return { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } };
}

function schemaTexts(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input" });
  return Object.fromEntries(Object.entries(made.schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]));
}
