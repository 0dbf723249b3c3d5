import { exports } from "cloudflare:workers";
import { Command, httpErrors } from "@pbxis/shared";
import { expect, it } from "vitest";
import { createApp } from "../app.ts";
import { operations } from "./operations.ts";

type Document = {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, { oneOf?: { properties: { type: { const: string } } }[] }> };
};

const fetched = async (): Promise<Document> =>
  (await exports.default.fetch("https://edge.test/openapi.json")).json<Document>();

it("AP9 needs no token, and describes exactly the routes of the app", async () => {
  const described = Object.entries((await fetched()).paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = createApp()
    .routes.filter(({ method, path }) => method !== "ALL" && !["/", "/openapi.json"].includes(path))
    .map(
      ({ method, path }) =>
        `${method} ${path.replace(":subject", path.includes("queues") ? "{queue}" : "{agent}").replace(/:(\w+)/g, "{$1}")}`,
    );
  expect(described.sort()).toEqual(
    [...new Set(routes)].filter((route) => route.includes("/v1/") || route.includes("healthz")).sort(),
  );
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
