/**
 * The examples of PROTOCOL.md, each parsed by the schema that the comment above it names: `<!-- schema: ServerFrame
 * -->`. `none` marks an answer without a schema of its own, which must still be JSON.
 */
import { readFileSync } from "node:fs";
import {
  CallsAnswer,
  Claims,
  ClientFrame,
  Command,
  CommandAnswer,
  ConnectorFrame,
  DeadLetters,
  Deletion,
  DeletionRequest,
  Erasure,
  ErrorAnswer,
  ReplayAnswer,
  ReplayRequest,
  RevocationAnswer,
  RevocationRequest,
  ServerFrame,
  SiteCounters,
  SiteEvent,
  SiteFrame,
  SiteStatus,
  SitesAckFrame,
  SitesFrame,
  SitesFrames,
  SitesTicketRequest,
  StateAnswer,
  StatisticsAnswer,
  TicketAnswer,
  TicketRequest,
  WebhookAttempts,
  WebhookChange,
  WebhookCreated,
  WebhookList,
  WebhookMessage,
  WebhookRequest,
  WebhookSecret,
  WebhookTest,
} from "@pbxis/shared";
import { expect, it } from "vitest";

const schemas: Readonly<Record<string, { parse: (value: unknown) => unknown }>> = {
  CallsAnswer,
  Claims,
  ClientFrame,
  Command,
  CommandAnswer,
  ConnectorFrame,
  DeadLetters,
  Deletion,
  DeletionRequest,
  Erasure,
  ErrorAnswer,
  ReplayAnswer,
  ReplayRequest,
  RevocationAnswer,
  RevocationRequest,
  SiteEvent,
  ServerFrame,
  SiteCounters,
  SiteFrame,
  SiteStatus,
  SitesAckFrame,
  SitesFrame,
  SitesFrames,
  SitesTicketRequest,
  StatisticsAnswer,
  StateAnswer,
  TicketAnswer,
  TicketRequest,
  WebhookAttempts,
  WebhookChange,
  WebhookCreated,
  WebhookList,
  WebhookMessage,
  WebhookRequest,
  WebhookSecret,
  WebhookTest,
};

type Example = Readonly<{ line: number; schema: string | undefined; text: string }>;

/** Every block of JSON in the page, with the name in the comment on the line before it. */
function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  const lines = page.split("\n");
  for (const [index, line] of lines.entries()) {
    const indent = /^( *)```json$/.exec(line)?.[1];
    if (indent === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, index);
    const schema = /^ *<!-- schema: (\w+) -->$/.exec(lines[index - 1] ?? "")?.[1];
    examples.push({ line: index + 1, schema, text: lines.slice(index + 1, end).join("\n") });
  }
  return examples;
}

const examples = examplesOf(readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8"));

it.each(examples)("the example in line $line is a $schema", ({ schema, text }) => {
  const value = JSON.parse(text);
  if (schema === "none") return;
  const parsed = schemas[schema ?? ""]?.parse(value);
  // A schema drops a field that it does not know, so a misspelt one would be missing here.
  expect(parsed).toMatchObject(value);
});

it.each([
  ["SiteEvent", SiteEvent],
  ["ServerFrame", ServerFrame],
  ["ClientFrame", ClientFrame],
  ["ConnectorFrame", ConnectorFrame],
  ["SiteFrame", SiteFrame],
  ["Command", Command],
])("every type of %s has an example", (name, union) => {
  const types = union.options.map((option) => option.shape.type.value);
  const shown = examples.filter(({ schema }) => schema === name).map(({ text }) => JSON.parse(text).type);
  expect([...new Set(shown)].sort()).toEqual([...types].sort());
});

it.each(Object.keys(schemas))("%s has an example", (name) => {
  expect(examples.map(({ schema }) => schema)).toContain(name);
});
