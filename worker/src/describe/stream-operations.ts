/** The streams and their tickets (AP1, AP2, AP6, AP15), and the uplink (AP7). */
import {
  agents,
  callers,
  type Operation,
  type Operations,
  type Parameter,
  query,
  queues,
  site,
  statistics,
  streaming,
  streamRefusals,
  summary,
  tokenRefusals,
} from "./operation.ts";

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

export const streamOperations: Operations = {
  "/v1/sites/{site}/events": {
    get: streamOf("AP1: the stream of a subscription.", [agents, queues, summary, statistics, callers]),
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
