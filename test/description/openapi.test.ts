/** `/openapi.json` (AP9) against OpenAPI's own schema. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { openApi } from "../../worker/src/describe/openapi.ts";

it("is valid by the schema of OpenAPI 3.1, which finds what is wrong", async () => {
  const document = openApi() as Record<string, unknown>;
  const validator = new Validator();
  expect(await validator.validate(document)).toMatchObject({ valid: true });
  expect(validator.version).toBe("3.1");
  const wrong = { ...document, paths: { "/healthz": { get: "healthy" } } };
  expect(await validator.validate(wrong)).toMatchObject({ valid: false });
});
