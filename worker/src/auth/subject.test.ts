import { expect, it } from "vitest";
import { subjectOf } from "./subject.ts";

it("is the same for the same `sub`, and another for each other holder", async () => {
  const of = (payload: object, token = "t") => subjectOf(payload, token);
  expect(await of({ sub: "crm" }, "one")).toBe(await of({ sub: "crm", jti: "x" }, "two"));
  const all = await Promise.all([
    of({ sub: "crm" }),
    of({ sub: "crm", iss: "https://id.example" }),
    of({ jti: "crm" }),
    of({}, "crm"),
    of({}, "other"),
  ]);
  expect(new Set(all).size).toBe(all.length);
  for (const text of all) expect(text).toMatch(/^[A-Za-z0-9_-]{20}$/);
});

it.each([
  { sub: 5, jti: null },
  { sub: "", jti: "" },
])("%j names nobody, so the token counts", async (payload) => {
  expect(await subjectOf(payload, "t")).toBe(await subjectOf({}, "t"));
});
