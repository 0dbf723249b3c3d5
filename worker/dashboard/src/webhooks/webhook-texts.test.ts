import { defaultWebhookTypes, eventTraits } from "@pbxis/shared";
import { expect, it } from "vitest";
import type { Webhook } from "../store/webhook-api.ts";
import { attemptText, namesOf, namesText, scopeText, stopText, typeChoices, webhookTypes } from "./webhook-texts.ts";

it("AP14 the types exist, and those that are chosen at first are the site's own default", () => {
  for (const [type] of webhookTypes) expect(eventTraits).toHaveProperty(type);
  const chosen = webhookTypes.filter(([, , isChosen]) => isChosen).map(([type]) => type);
  expect(chosen.sort()).toEqual([...defaultWebhookTypes].sort());
});

it.each<[string, string[]]>([
  ["", ["*"]],
  [" support , sales,", ["support", "sales"]],
])("the names in %j are %j", (text, names) => {
  expect(namesOf(text)).toEqual(names);
  expect(namesOf(namesText(names))).toEqual(names);
});

it("the form also offers a type that the webhook has and the list has not", () => {
  expect(typeChoices(["queueCallers"]).map(([type]) => type)).toContain("queueCallers");
  expect(typeChoices(["queueCount"])).toHaveLength(webhookTypes.length);
});

it("says what a webhook gets, what came of a try, and why it stopped", () => {
  const webhook = { queues: ["support"], agents: ["*"], callers: true, alerts: [] } as unknown as Webhook;
  expect(scopeText(webhook)).toBe("queues support; all agents; with callers’ numbers");
  expect(attemptText({ status: 200, ms: 84, problem: null })).toBe("200 after 84 ms");
  expect(attemptText({ status: null, ms: 15_000, problem: "no answer within 15 s" })).toBe("no answer within 15 s");
  expect([stopText({ reason: "gone" }), stopText({ reason: "new" })]).toEqual([
    "the receiver wants no more messages (410)",
    "new",
  ]);
});
