/**
 * The schemas of the two descriptions, by the names that their references use. They are the ones that check requests
 * and frames.
 */
import * as protocol from "@pbxis/shared";
import * as z from "zod";

const httpSchemas = {
  AckFrame: protocol.AckFrame,
  CallsAnswer: protocol.CallsAnswer,
  Candidate: protocol.Candidate,
  Command: protocol.Command,
  CommandAnswer: protocol.CommandAnswer,
  DeadLetters: protocol.DeadLetters,
  Deletion: protocol.Deletion,
  DeletionRequest: protocol.DeletionRequest,
  Erasure: protocol.Erasure,
  ErrorAnswer: protocol.ErrorAnswer,
  Event: protocol.SiteEvent,
  EventsFrame: protocol.EventsFrame,
  LinkFrame: protocol.LinkFrame,
  Outcome: protocol.Outcome,
  ReplayAnswer: protocol.ReplayAnswer,
  ReplayRequest: protocol.ReplayRequest,
  RevocationAnswer: protocol.RevocationAnswer,
  RevocationRequest: protocol.RevocationRequest,
  ServerFrame: protocol.ServerFrame,
  SiteCounters: protocol.SiteCounters,
  SiteStatus: protocol.SiteStatus,
  SitesAckFrame: protocol.SitesAckFrame,
  SitesFrame: protocol.SitesFrame,
  SitesFrames: protocol.SitesFrames,
  SitesTicketRequest: protocol.SitesTicketRequest,
  SnapshotFrame: protocol.SnapshotFrame,
  StateAnswer: protocol.StateAnswer,
  StatisticsAnswer: protocol.StatisticsAnswer,
  TicketAnswer: protocol.TicketAnswer,
  TicketRequest: protocol.TicketRequest,
  Webhook: protocol.Webhook,
  WebhookAttempts: protocol.WebhookAttempts,
  WebhookChange: protocol.WebhookChange,
  WebhookCreated: protocol.WebhookCreated,
  WebhookEventMessage: protocol.WebhookEventMessage,
  WebhookGapMessage: protocol.WebhookGapMessage,
  WebhookList: protocol.WebhookList,
  WebhookMessage: protocol.WebhookMessage,
  WebhookRequest: protocol.WebhookRequest,
  WebhookSecret: protocol.WebhookSecret,
  WebhookTest: protocol.WebhookTest,
  WebhookTestMessage: protocol.WebhookTestMessage,
};
export type SchemaName = keyof typeof httpSchemas;

const streamSchemas = {
  AckFrame: protocol.AckFrame,
  Command: protocol.SiteCommand,
  ConnectorEvent: protocol.ConnectorEvent,
  Event: protocol.SiteEvent,
  EventsFrame: protocol.EventsFrame,
  Hello: protocol.Hello,
  LinkFrame: protocol.LinkFrame,
  Outcome: protocol.Outcome,
  SitesAckFrame: protocol.SitesAckFrame,
  SitesFrame: protocol.SitesFrame,
  SnapshotFrame: protocol.SnapshotFrame,
  UplinkAck: protocol.UplinkAck,
  UplinkCommand: protocol.UplinkCommand,
  UplinkEvents: protocol.UplinkEvents,
  UplinkLink: protocol.UplinkLink,
  UplinkOutcome: protocol.UplinkOutcome,
  UplinkReport: protocol.UplinkReport,
  UplinkSnapshot: protocol.UplinkSnapshot,
  WebhookEventMessage: protocol.WebhookEventMessage,
  WebhookGapMessage: protocol.WebhookGapMessage,
  WebhookTestMessage: protocol.WebhookTestMessage,
  Welcome: protocol.Welcome,
};
export type StreamSchemaName = keyof typeof streamSchemas;

/** OpenAPI 3.1 takes JSON Schema of 2020-12, AsyncAPI 3.0 that of draft 7. */
export function httpSchemaTexts(): Record<string, unknown> {
  return textsOf(httpSchemas, "draft-2020-12");
}

export function streamSchemaTexts(): Record<string, unknown> {
  return textsOf(streamSchemas, "draft-7");
}

/** JSON Schema for each of the schemas, as clients write the values. */
function textsOf(
  schemas: Readonly<Record<string, z.ZodType>>,
  target: "draft-7" | "draft-2020-12",
): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input", target });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, { $schema, $id, id, ...schema }]) => [name, schema]),
  );
}
