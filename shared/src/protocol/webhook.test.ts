import { expect, it } from "vitest";
import { AlertRule } from "./alert.ts";
import { plainIssue } from "./plain-issue.ts";
import { defaultWebhookTypes, WebhookChange, WebhookRequest } from "./webhook.ts";

const url = "https://crm.example/hook";
const problem = (input: object) => {
  const parsed = WebhookRequest.safeParse(input, { error: plainIssue });
  return parsed.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`)[0];
};

it("AP14 an endpoint gets the occurrences of all agents and queues, without callers, if it says nothing else", () => {
  expect(WebhookRequest.parse({ url })).toEqual({
    ...{ url, types: defaultWebhookTypes, agents: ["*"], queues: ["*"] },
    ...{ callers: false, description: "", alerts: [] },
  });
});

it.each<[object, string]>([
  [{}, "url is required"],
  [{ url, types: ["agentCompleted"] }, "types.0 must be one of"],
  [{ url, types: ["queueAlert"] }, "types.0 must be one of"],
  [{ url, types: ["queueCallers"] }, "callers must be true for queueCallers"],
  [{ url, description: "a\nb" }, "description must have no control character"],
  [{ url, colour: "red" }, " has an unknown field: colour"],
  [{ url, alerts: [{ queue: "support", metric: "count" }] }, "alerts.0.above or below is required, and not both"],
  [
    { url, queues: ["sales"], alerts: [{ queue: "support", metric: "count", above: 1 }] },
    "alerts must be about queues of",
  ],
])("AP14 %j is refused", (input, message) => {
  expect(problem(input)).toContain(message);
});

it("AP14 a change names only what changes, and fills in nothing", () => {
  expect(WebhookChange.parse({ disabled: null })).toEqual({ disabled: null });
});

it("EV24 a threshold is above or below", () => {
  const rule = { queue: "support", metric: "longestWait" };
  expect(AlertRule.safeParse({ ...rule, above: 60 }).data).toEqual({ ...rule, above: 60, forSeconds: 0 });
  expect(AlertRule.safeParse({ ...rule, above: 60, below: 5 }).success).toBe(false);
});
