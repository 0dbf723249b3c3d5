/** `/asyncapi.json` (AP9) against AsyncAPI's own schema, and what it says of frames against frames. */
import specs from "@asyncapi/specs";
import { ConnectorFrame, ServerFrame, SiteFrame, WebhookMessage } from "@pbxis/shared";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { asyncApi } from "../../worker/src/describe/asyncapi.ts";

type Reference = { $ref: string };
type Document = {
  channels: Record<string, { messages: Record<string, Reference>; "x-internal"?: true }>;
  operations: Record<string, { messages: Reference[] }>;
  components: { schemas: Record<string, { properties?: { type?: { const?: string } } }> };
};

const document = asyncApi(new URL("https://edge.test/asyncapi.json")) as Document;

function createAjv(): Ajv {
  return new Ajv({ strict: false, allErrors: true, validateFormats: false });
}

/** AsyncAPI's schema brings JSON Schema's along, which Ajv has already. */
function asyncApiSchema(): object {
  const { definitions, ...rest } = structuredClone(specs.schemas["3.0.0"]) as { definitions: Record<string, unknown> };
  const own = Object.entries(definitions).filter(([name]) => !name.startsWith("http://json-schema.org/"));
  return { ...rest, definitions: Object.fromEntries(own) };
}

it("is valid by the schema of AsyncAPI 3.0, which finds what is wrong", () => {
  const isValid = createAjv().compile(asyncApiSchema());
  expect([isValid(document), isValid.errors]).toEqual([true, null]);
  const wrong = { ...document, operations: { send: { action: "shout", channel: { $ref: "#/channels/events" } } } };
  expect(isValid(wrong)).toBe(false);
});

it("every reference leads to something", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path);
  expect(references.length).toBeGreaterThan(50);
  for (const path of references) {
    const found = path.split("/").reduce<unknown>((one, name) => (one as Record<string, unknown>)?.[name], document);
    expect([path, typeof found]).toEqual([path, "object"]);
  }
});

describe("the channels", () => {
  const typesIn = (channel: string) =>
    Object.keys(document.channels[channel]?.messages ?? {}).map(
      (name) => document.components.schemas[name]?.properties?.type?.const,
    );
  const typesOf = (union: { options: readonly { shape: { type: { value: string } } }[] }) =>
    union.options.map(({ shape }) => shape.type.value);

  it("have every frame of the uplink, which is internal, and of a stream", () => {
    expect(typesIn("uplink").sort()).toEqual([...typesOf(ConnectorFrame), ...typesOf(SiteFrame)].sort());
    expect(document.channels.uplink?.["x-internal"]).toBe(true);
    expect(typesIn("events").sort()).toEqual([...typesOf(ServerFrame), "ack"].sort());
    expect(document.channels.events?.["x-internal"]).toBeUndefined();
  });

  it("have every message of a webhook", () => {
    expect(Object.keys(document.channels.webhooks?.messages ?? {})).toHaveLength(WebhookMessage.options.length);
  });
});

describe("the schemas", () => {
  const at = 1_763_890_000_000;
  const count = { type: "queueCount", queue: "support", count: 0, longestWaitSince: null, at };

  it.each([
    ["SnapshotFrame", { type: "snapshot", cursor: "k3-41", link: "up", asOf: at, events: [count] }, true],
    ["SnapshotFrame", { type: "snapshot", cursor: "k3-41", link: "gone", asOf: at, events: [count] }, false],
    ["EventsFrame", { type: "events", cursor: "k3-41", events: [{ ...count, count: -1 }] }, false],
    ["UplinkEvents", { type: "events", sequence: 2, events: [count] }, true],
  ])("%s: %j is valid: %s", (name, value, expected) => {
    const ajv = createAjv().addSchema(document, "asyncapi");
    expect(ajv.validate({ $ref: `asyncapi#/components/schemas/${name}` }, value)).toBe(expected);
  });
});
