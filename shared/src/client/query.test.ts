import { expect, it } from "vitest";
import { callsQueryOf } from "./query.ts";

it("AP13 a question about calls becomes parameters", () => {
  const query = {
    ...{ from: 1_763_889_990_000, to: 1_763_976_390_000, queues: ["support", "sales"], agents: "*" as const },
    ...{ outcome: ["abandoned", "exited"], number: "+14155550100", limit: 50, after: "1763890002000-118" },
  };
  expect(callsQueryOf(query)).toEqual({
    ...{ from: "2025-11-23T09:26:30.000Z", to: "2025-11-24T09:26:30.000Z", queues: "support,sales", agents: "*" },
    ...{ outcome: "abandoned,exited", number: "+14155550100", limit: "50", after: "1763890002000-118" },
  });
  expect(Object.values(callsQueryOf({})).every((value) => value === undefined)).toBe(true);
});
