/** The schemas of `/openapi.json`, by the names that its references use. They are the ones that check requests. */
import * as protocol from "@pbxis/shared";
import * as z from "zod";

const schemas = {
  AckFrame: protocol.AckFrame,
  CallsAnswer: protocol.CallsAnswer,
  Candidate: protocol.Candidate,
  Command: protocol.Command,
  CommandAnswer: protocol.CommandAnswer,
  Deletion: protocol.Deletion,
  DeletionRequest: protocol.DeletionRequest,
  Erasure: protocol.Erasure,
  ErrorAnswer: protocol.ErrorAnswer,
  Event: protocol.SiteEvent,
  EventsFrame: protocol.EventsFrame,
  LinkFrame: protocol.LinkFrame,
  Outcome: protocol.Outcome,
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
};
export type SchemaName = keyof typeof schemas;

/** JSON Schema for each of the schemas, as clients write the values. */
export function schemaTexts(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input" });
  return Object.fromEntries(Object.entries(made.schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]));
}
