/**
 * The table of the worker's paths for `/openapi.json` (AP9): one operation per path and method. A test compares it with
 * the routes of the app.
 */
import type { httpErrors } from "@pbxis/shared";
import type { SchemaName } from "./schemas.ts";

type Parameter = Readonly<{ in: "path" | "query" | "header"; name: string; description: string; type?: "integer" }>;
export type Operation = Readonly<{
  summary: string;
  /** Whether it needs a token. */
  secured: boolean;
  parameters: readonly Parameter[];
  body?: SchemaName;
  /** By status. `schema` is null if the answer is not JSON; `text` then describes it. */
  answers: Readonly<Record<number, Readonly<{ text: string; schema: SchemaName | null; stream?: true; csv?: true }>>>;
  refusals: readonly (keyof typeof httpErrors)[];
}>;

const site: Parameter = { in: "path", name: "site", description: "one PBX and its connector" };
const query = (name: string, description: string): Parameter => ({ in: "query", name, description });
const agents = query(
  "agents",
  "agents' ids, separated by commas (also agent=, agents[]=); * for all agents that the token grants",
);
const queues = query(
  "queues",
  "queues' names, separated by commas (also queue=, queues[]=); * for all queues that the token grants",
);
const summary = query("summary", "1 adds queueSummary and memberSummary (EV9)");
const statistics = query("statistics", "1 adds queueStatistics and agentStatistics (EV18, EV19)");
const callers = query("callers", "1 adds queueCallers (EV20), for a token with the claim callers");
const streaming: readonly Parameter[] = [
  query("since", "cursor to resume after (ST1)"),
  query("lastEventId", "as the header Last-Event-ID, on every transport; goes before since"),
  { ...query("wait", "seconds that a long poll waits: 0 to 25, default 25"), type: "integer" },
  query("ticket", "a ticket in place of the token, good once (AP6)"),
  { in: "header", name: "Last-Event-ID", description: "on SSE, the cursor to resume after; goes before since" },
];
const tokenRefusals = ["unauthorized", "forbidden", "unavailable"] as const;
const streamRefusals = [
  "bad_request",
  ...tokenRefusals,
  "ticket_used",
  "ticket_expired",
  "too_large",
  "too_many_streams",
] as const;
const stream = {
  101: { text: "with Upgrade: a WebSocket that sends ServerFrame and receives AckFrame", schema: null },
  200: {
    text: "one frame (long poll), or a stream of frames (Accept: text/event-stream)",
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

const preferText = "respond-async: 202 once the site has accepted the command; with wait=5, if it has not ended in 5 s";

/** By path and method, in OpenAPI's spelling of paths. */
export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/healthz": {
    get: {
      summary: "Whether the worker runs.",
      secured: false,
      parameters: [],
      answers: { 200: { text: '{"status":"ok"}', schema: null } },
      refusals: [],
    },
  },
  "/v1/sites/{site}": {
    get: {
      summary: "AP4: the status of the site.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "the site's status", schema: "SiteStatus" } },
      refusals: tokenRefusals,
    },
    delete: {
      summary: "AP16: deletes everything of the site, for admins.",
      secured: true,
      parameters: [site],
      body: "DeletionRequest",
      answers: { 200: { text: "everything is deleted", schema: "Deletion" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
  "/v1/sites/{site}/events": {
    get: streamOf("AP1: the stream of a subscription.", [agents, queues, summary, statistics, callers]),
  },
  "/v1/events": {
    get: {
      summary: "AP15: the stream of several sites.",
      secured: true,
      parameters: [
        query("sites", "sites' names, separated by commas, at most 50; * for all sites of the token"),
        ...[agents, queues].map((names) => ({ ...names, description: `${names.description}; hq/1001 for one site` })),
        summary,
        statistics,
        callers,
        ...streaming,
      ],
      answers: {
        101: { text: "with Upgrade: a WebSocket that sends SitesFrame and receives SitesAckFrame", schema: null },
        200: {
          text: "frames of all sites (long poll), or a stream of SitesFrame (Accept: text/event-stream)",
          schema: "SitesFrames",
          stream: true,
        },
      },
      refusals: streamRefusals,
    },
  },
  "/v1/tickets": {
    post: {
      summary: "AP15: a ticket for one stream of several sites.",
      secured: true,
      parameters: [],
      body: "SitesTicketRequest",
      answers: { 200: { text: "a ticket, good once within 60 seconds", schema: "TicketAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
  "/v1/sites/{site}/queues/{queue}/events": {
    get: streamOf("AP2: the stream of one queue.", [
      { in: "path", name: "queue", description: "its name" },
      summary,
      statistics,
      callers,
    ]),
  },
  "/v1/sites/{site}/agents/{agent}/events": {
    get: streamOf("AP2: the stream of one agent.", [{ in: "path", name: "agent", description: "its id" }, statistics]),
  },
  "/v1/sites/{site}/state": {
    get: {
      summary: "AP3: the snapshot of a subscription.",
      secured: true,
      parameters: [site, agents, queues, summary, statistics, callers],
      answers: { 200: { text: "the states", schema: "StateAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large"],
    },
  },
  "/v1/sites/{site}/statistics": {
    get: {
      summary: "AP12: the figures of queues and agents by interval.",
      secured: true,
      parameters: [
        site,
        query("queues", "queues' names, separated by commas; * for all queues that the token grants"),
        query("agents", "agents' ids, separated by commas; * for all agents that the token grants"),
        query("from", "ISO 8601 with an offset or Z; default the beginning of today in the site's zone"),
        query("to", "ISO 8601 with an offset or Z; default now"),
        query("interval", "15m (default), 1h or day"),
        query("format", "csv or json; without it, Accept decides"),
      ],
      answers: { 200: { text: "a row for each name and interval", schema: "StatisticsAnswer", csv: true } },
      refusals: ["bad_request", ...tokenRefusals, "too_large"],
    },
  },
  "/v1/sites/{site}/calls": {
    get: {
      summary: "AP13: the queue calls of the last weeks, newest first.",
      secured: true,
      parameters: [
        site,
        query("from", "only waits that ended then or later; ISO 8601 with an offset or Z"),
        query("to", "only waits that ended before; ISO 8601 with an offset or Z"),
        query("queues", "queues' names, separated by commas; absent or * for all that the token grants"),
        query("agents", "only calls that one of these agents answered or picked"),
        query("outcome", "only these outcomes (EV16), separated by commas"),
        query("number", "only calls of this number; needs the claim callers"),
        { ...query("limit", "calls of one page: 1 to 500, default 100"), type: "integer" },
        query("after", "the next of the page before"),
        query("format", "csv or json; without it, Accept decides"),
      ],
      answers: { 200: { text: "one page of calls", schema: "CallsAnswer", csv: true } },
      refusals: ["bad_request", ...tokenRefusals],
    },
  },
  "/v1/sites/{site}/commands": {
    post: {
      summary: "AP5: sends a command and answers with its outcome.",
      secured: true,
      parameters: [
        site,
        {
          in: "header",
          name: "Idempotency-Key",
          description: "the same key, quoted or not, gives the first outcome for 24 h (CM12)",
        },
        { in: "header", name: "Prefer", description: preferText },
      ],
      body: "Command",
      answers: {
        200: { text: "the command was carried out", schema: "CommandAnswer" },
        202: { text: "the command was accepted; Location is where to read its outcome", schema: "CommandAnswer" },
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
        "too_fast",
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
      summary: "AP5: the outcome of a command, for 24 h.",
      secured: true,
      parameters: [site, { in: "path", name: "command", description: "its commandId" }],
      answers: { 200: { text: "the outcome, or pending", schema: "CommandAnswer" } },
      refusals: [...tokenRefusals, "not_found"],
    },
  },
  "/v1/sites/{site}/tickets": {
    post: {
      summary: "AP6: a ticket for one stream, for browsers.",
      secured: true,
      parameters: [site],
      body: "TicketRequest",
      answers: { 200: { text: "a ticket, good once within 60 seconds", schema: "TicketAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
  "/v1/sites/{site}/counters": {
    get: {
      summary: "AP10: the counters of the site and its connector, for operators.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "the counters", schema: "SiteCounters" } },
      refusals: tokenRefusals,
    },
  },
  "/v1/sites/{site}/audit": {
    post: {
      summary: "AP11: makes the connector compare its model with Asterisk, for operators.",
      secured: true,
      parameters: [site],
      answers: {
        200: { text: "result.audit: the differences that were found and corrected", schema: "CommandAnswer" },
      },
      refusals: [...tokenRefusals, "too_fast", "not_permitted", "deadline_passed", "outcome_unknown"],
    },
  },
  "/v1/sites/{site}/callers/{number}": {
    delete: {
      summary: "AP16: takes a caller's number, and the names beside it, out of all that the site has stored.",
      secured: true,
      parameters: [site, { in: "path", name: "number", description: "the number, with or without +" }],
      answers: { 200: { text: "in how many rows it was", schema: "Erasure" } },
      refusals: ["bad_request", ...tokenRefusals],
    },
  },
  "/v1/sites/{site}/revocations": {
    post: {
      summary: "AP17: revokes a token by its jti, or all tokens that were issued before a time, for admins.",
      secured: true,
      parameters: [site],
      body: "RevocationRequest",
      answers: { 200: { text: "how many revocations the site keeps", schema: "RevocationAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
  "/v1/sites/{site}/connector": {
    get: {
      summary: "AP7: the uplink, for connectors.",
      secured: true,
      parameters: [site],
      answers: { 101: { text: "a WebSocket with the frames of section 6 of PROTOCOL.md", schema: null } },
      refusals: [...tokenRefusals, "upgrade_required"],
    },
  },
};
