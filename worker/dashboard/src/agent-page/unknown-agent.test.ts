import { describe, expect, it } from "vitest";
import { unknownAgent } from "./unknown-agent.ts";

const claims = { sites: ["hq"], agents: ["*"], queues: ["*"], commands: ["*"], callers: false, expiresAt: null };

describe("an agent without any data", () => {
  it("is nobody whom the site knows, and can be logged on", () => {
    expect(unknownAgent("9999", "hq", claims)).toMatchObject({
      title: "Nobody at hq is known as 9999",
      mayAct: true,
    });
  });

  it("may be one whom the token does not grant", () => {
    expect(unknownAgent("9999", "hq", { ...claims, agents: ["1001"] })).toMatchObject({
      title: "Your token does not grant agent 9999",
      mayAct: false,
    });
  });
});
