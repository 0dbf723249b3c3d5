import { expect, it } from "vitest";
import { html } from "./html.ts";
import { meaningsIn } from "./meanings.ts";
import { describeSchema, type Schema } from "./schema.ts";

it("values are escaped, HTML is not", () => {
  const one = html`<b>${"<script>alert('1')&\"</script>"}</b>`;
  expect(html`<p title="${'"'}">${one}${[one, one]}${7}</p>`.html).toBe(
    `<p title="&quot;">${"<b>&lt;script&gt;alert(&#39;1&#39;)&amp;&quot;&lt;/script&gt;</b>".repeat(3)}7</p>`,
  );
});

const cells = (schema: Schema) =>
  [...describeSchema(schema).html.matchAll(/<tr><td>(.*?)<\/td><\/tr>/g)].map(([, row = ""]) =>
    row.split("</td><td>").map((cell) => cell.replaceAll(/<[^>]+>/g, "")),
  );

it.each<[string, Schema, string[]]>([
  ["a number", { type: "integer", minimum: 0, maximum: 100 }, ["a", "integer", "0–100"]],
  ["a time", { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, ["a", "integer", "at least 0"]],
  ["text or null", { anyOf: [{ type: "string", maxLength: 5 }, { type: "null" }] }, ["a", "string or null", ""]],
  ["several types", { type: ["string", "null"] }, ["a", "string or null", ""]],
  ["constants", { enum: ["on", "off"] }, ["a", "&quot;on&quot; or &quot;off&quot;", ""]],
  ["a list", { type: "array", items: { $ref: "#/components/schemas/Event" } }, ["a", "array of Event", ""]],
  ["a map", { type: "object", additionalProperties: { type: "number" } }, ["a", "number by name", ""]],
  [
    "words",
    { type: "string", description: "its <id>", default: "*" },
    ["a", "string", "its &lt;id&gt;; default &quot;*&quot;"],
  ],
])("%s", (_what, schema, row) => {
  expect(cells({ type: "object", properties: { a: schema }, required: ["a"] })).toEqual([row]);
});

it("fields of objects within have the names of both, and what may be absent says so", () => {
  const inner: Schema = { type: "object", properties: { b: { type: "string" } } };
  const schema: Schema = {
    type: "object",
    properties: { one: inner, many: { type: "array", items: inner }, or: { anyOf: [inner, { type: "null" }] } },
    required: ["one", "many", "or"],
  };
  expect(cells(schema).map(([name]) => name)).toEqual([
    "one",
    "one.b optional",
    "many",
    "many[].b optional",
    "or",
    "or.b optional",
  ]);
});

it("forms are told apart by their type", () => {
  const form = (type: string): Schema => ({
    type: "object",
    properties: { type: { const: type } },
    required: ["type"],
  });
  const shown = describeSchema({ oneOf: [form("ack"), form("ping")] }).html;
  expect([...shown.matchAll(/<summary>(.*?)<\/summary>/g)].map(([, name]) => name)).toEqual([
    "<code>ack</code>",
    "<code>ping</code>",
  ]);
});

it("PROTOCOL.md says what fields mean, in tables before the examples of their section", () => {
  const meanings = meaningsIn(`
### EV20 \`queueCallers\`

| field | type | meaning |
|---|---|---|
| \`queue\`, \`count\` | integer | how many; [ADR 1](adr.md), \`*\` \\| all |

| \`callers\` field | type | meaning |
|---|---|---|
| \`since\` | ms or null | **when** |

<!-- schema: SiteEvent -->
\`\`\`json
{ "type": "queueCallers", "queue": "support" }
\`\`\`

### AP4

| field | type | meaning |
|---|---|---|
| \`connector.online\` | boolean | whether |

<!-- schema: SiteStatus -->
\`\`\`json
{ "site": "hq" }
\`\`\`
`);
  expect([...meanings.keys()]).toEqual(["queueCallers", "SiteStatus"]);
  expect([...(meanings.get("queueCallers") ?? [])]).toEqual([
    ["queue", { text: { html: "how many; ADR 1, <code>*</code> | all" }, unit: "" }],
    ["count", { text: { html: "how many; ADR 1, <code>*</code> | all" }, unit: "" }],
    ["callers.since", { text: { html: "when" }, unit: "ms" }],
  ]);
  const schema: Schema = { type: "object", properties: { connector: { type: "object", properties: { online: {} } } } };
  expect(describeSchema(schema, "SiteStatus", meanings).html).toContain("<td>whether</td>");
});
