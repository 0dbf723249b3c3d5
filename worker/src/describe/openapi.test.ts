import { exports } from "cloudflare:workers";
import { Command, httpErrors } from "@pbxis/shared";
import type { RouterRoute } from "hono/types";
import { expect, it } from "vitest";
import { createApp } from "../app.ts";
import { createCompatApp } from "../compat/app.ts";
import { operations } from "./operations.ts";

type Document = {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  webhooks: { message: { post: { parameters: { name: string }[]; requestBody: unknown } } };
  components: { schemas: Record<string, { oneOf?: { properties: { type: { const: string } } }[] }> };
};

const fetched = async (): Promise<Document> =>
  (await exports.default.fetch("https://edge.test/openapi.json")).json<Document>();

/** A route in OpenAPI's spelling: `:name` is `{name}`, a pattern behind it is left out. */
function described({ method, path }: RouterRoute): string {
  const subject = path.includes("/queues/") ? "{queue}" : "{agent}";
  return `${method} ${path.replace(":subject", subject).replace(/:(\w+)(?:\{[^}]*\})?/g, "{$1}")}`;
}

it("AP9 needs no token, and describes exactly the routes of the worker, those of pbxis-ws too", async () => {
  const paths = Object.entries((await fetched()).paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const compat = createCompatApp({ kind: "wrong", message: "" });
  const routes = [createApp(), compat].flatMap((app) =>
    app.routes.filter(({ method }) => method !== "ALL").map(described),
  );
  expect(paths.sort()).toEqual([...new Set(routes)].sort());
});

it("AP14 describes the messages of webhooks, with the headers that sign them", async () => {
  const { post } = (await fetched()).webhooks.message;
  expect(post.parameters.map(({ name }) => name)).toEqual(["webhook-id", "webhook-timestamp", "webhook-signature"]);
  expect(JSON.stringify(post.requestBody)).toContain("#/components/schemas/WebhookMessage");
});

it("every reference has its schema, and every command is described by the schema that checks it", async () => {
  const document = await fetched();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(10);
  for (const [, name = ""] of references) expect(document.components.schemas).toHaveProperty(name);
  const types = document.components.schemas.Command?.oneOf?.map(({ properties }) => properties.type.const);
  expect(types).toEqual(Command.options.map(({ shape }) => shape.type.value));
  expect(JSON.stringify(document)).not.toContain("findCalls");
});

it("every refusal of a path has an error status", () => {
  for (const methods of Object.values(operations))
    for (const { refusals } of Object.values(methods))
      for (const code of refusals) expect(httpErrors[code].status).toBeGreaterThan(399);
});
