import { describe, expect, it } from "vitest";
import { TicketRequest } from "./answer.ts";

describe("AP6 the request of a ticket", () => {
  it.each([
    {},
    { agents: [], queues: [] },
    { agents: ["1001", "*"], queues: ["*"] },
    { agents: ["anna.b"], queues: ["call center", "a/b", "*97"] },
    { agents: Array.from({ length: 2000 }, (_, index) => String(index)) },
  ])("%.60j", (request) => {
    expect(TicketRequest.parse(request)).toEqual(request);
  });

  it.each([
    ["a comma", "a,b"],
    ["a control character", "a\u0000"],
    ["no characters", ""],
    ["129 characters", "x".repeat(129)],
  ])("section 9 a name with %s is refused", (_title, name) => {
    expect(TicketRequest.safeParse({ agents: [name] }).success).toBe(false);
    expect(TicketRequest.safeParse({ queues: ["support", name] }).success).toBe(false);
  });

  it("more than 2,000 names, or another field, is refused", () => {
    const names = Array.from({ length: 2001 }, (_, index) => String(index));
    expect(TicketRequest.safeParse({ agents: names }).success).toBe(false);
    expect(TicketRequest.safeParse({ commands: ["*"] }).success).toBe(false);
  });
});
