/**
 * `GET /asyncapi.json` (AP9): streams, uplink and webhooks as an AsyncAPI document. Its messages are the schemas that
 * check the frames. `send` and `receive` are the worker's.
 */
import { type StreamSchemaName, streamSchemaTexts } from "./schemas.ts";
import { webhookHeaders } from "./webhook-headers.ts";

type Channel = Readonly<{
  /** Null: it is no path of the worker. */
  address: string | null;
  title: string;
  description: string;
  parameters: Readonly<Record<string, string>>;
  sent: readonly StreamSchemaName[];
  received: readonly StreamSchemaName[];
  /** For connectors, not for clients. */
  internal?: true;
}>;

const site = { site: "one PBX and its connector" };
const frames = ["SnapshotFrame", "EventsFrame", "LinkFrame"] as const;
const transports = "A WebSocket, or a stream of server-sent events, or the answers to long polls: the same frames.";

const channels: Readonly<Record<string, Channel>> = {
  events: {
    address: "/v1/sites/{site}/events",
    title: "AP1: the stream of a subscription",
    description: `${transports} The query names agents and queues. A client acknowledges on a WebSocket (ST4).`,
    parameters: site,
    sent: frames,
    received: ["AckFrame"],
  },
  queueEvents: {
    address: "/v1/sites/{site}/queues/{queue}/events",
    title: "AP2: the stream of one queue",
    description: transports,
    parameters: { ...site, queue: "its name" },
    sent: frames,
    received: ["AckFrame"],
  },
  agentEvents: {
    address: "/v1/sites/{site}/agents/{agent}/events",
    title: "AP2: the stream of one agent",
    description: transports,
    parameters: { ...site, agent: "its id" },
    sent: frames,
    received: ["AckFrame"],
  },
  sitesEvents: {
    address: "/v1/events",
    title: "AP15: the stream of several sites",
    description: `${transports} Each frame names its site.`,
    parameters: {},
    sent: ["SitesFrame"],
    received: ["SitesAckFrame"],
  },
  uplink: {
    address: "/v1/sites/{site}/connector",
    title: "AP7: the uplink of a connector",
    description: "Between the connector and its site only. It may change with uplinkProtocol (UP8).",
    parameters: site,
    sent: ["Welcome", "UplinkAck", "UplinkCommand"],
    received: ["Hello", "UplinkSnapshot", "UplinkEvents", "UplinkLink", "UplinkOutcome", "UplinkReport"],
    internal: true,
  },
  webhooks: {
    address: null,
    title: "AP14: messages to the endpoint of a webhook",
    description: "A POST for each message, to the URL that an admin has set, signed as Standard Webhooks describes.",
    parameters: {},
    sent: ["WebhookEventMessage", "WebhookGapMessage", "WebhookTestMessage"],
    received: [],
  },
};

const tokens = { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } };

/** `url` is that of the request: the document names the worker that answers it. */
export function asyncApi(url: URL): unknown {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "pbxis-edge",
      version: "1",
      description:
        "What the worker streams and sends. /openapi.json has its HTTP paths; PROTOCOL.md the rules by their ids.",
    },
    defaultContentType: "application/json",
    servers: serversOf(url),
    channels: Object.fromEntries(Object.entries(channels).map(([name, channel]) => [name, channelOf(channel)])),
    operations: Object.fromEntries(Object.entries(channels).flatMap(([name, channel]) => operationsOf(name, channel))),
    components: { messages: messages(), schemas: streamSchemaTexts(), securitySchemes: tokens },
  };
}

function serversOf({ protocol, host }: URL): unknown {
  const security = [{ $ref: "#/components/securitySchemes/token" }];
  const endpoint = { description: "the host of the webhook's url" };
  return {
    worker: { host, protocol: protocol === "https:" ? "wss" : "ws", security },
    receiver: { host: "{endpoint}", protocol: "https", variables: { endpoint } },
  };
}

function channelOf({ address, title, description, parameters, sent, received, internal }: Channel): unknown {
  return {
    address,
    title,
    description,
    ...(internal && { "x-internal": true }),
    servers: [{ $ref: `#/servers/${address === null ? "receiver" : "worker"}` }],
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, { description: text }])),
    messages: Object.fromEntries(
      [...sent, ...received].map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  };
}

function operationsOf(name: string, { sent, received }: Channel): (readonly [string, unknown])[] {
  const operation = (action: "send" | "receive", names: readonly StreamSchemaName[]) =>
    [
      `${action}.${name}`,
      {
        action,
        channel: { $ref: `#/channels/${name}` },
        messages: names.map((message) => ({ $ref: `#/channels/${name}/messages/${message}` })),
      },
    ] as const;
  return [operation("send", sent), ...(received.length > 0 ? [operation("receive", received)] : [])];
}

function messages(): Record<string, unknown> {
  const names = new Set(Object.values(channels).flatMap(({ sent, received }) => [...sent, ...received]));
  const strings = Object.entries(webhookHeaders).map(([name, description]) => [name, { type: "string", description }]);
  const headers = { type: "object", properties: Object.fromEntries(strings), required: Object.keys(webhookHeaders) };
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      { ...(name.startsWith("Webhook") && { headers }), payload: { $ref: `#/components/schemas/${name}` } },
    ]),
  );
}
