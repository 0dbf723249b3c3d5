import { AlertMetric, AlertRule } from "@pbxis/shared";
import { expect, it } from "vitest";
import { alertDraft, alertMetrics, alertText, newAlert, readAlerts, withMetric } from "./alert-form.ts";

it("EV24 the form has the metrics of the protocol", () => {
  expect(Object.keys(alertMetrics).sort()).toEqual([...AlertMetric.values].sort());
});

it("EV24 what is read from the form is what was put into it, and what the site accepts", () => {
  const alerts = [
    { queue: "support", metric: "longestWait", above: 120, forSeconds: 10 },
    { queue: "sales", metric: "serviceLevel", below: 80.5, forSeconds: 0 },
  ] as const;
  expect(readAlerts(alerts.map(alertDraft))).toEqual({ alerts, problem: null });
  for (const alert of alerts) expect(AlertRule.parse(alert)).toEqual(alert);
});

it("another metric brings its own side of the threshold", () => {
  expect(withMetric(newAlert(0, "support"), "availableAgents")).toMatchObject({ side: "below" });
});

it.each([
  [{ queue: " " }, "Alert 1: name a queue."],
  [{ limit: "" }, "Alert 1: the threshold and the seconds must be numbers."],
  [{ limit: "many" }, "Alert 1: the threshold and the seconds must be numbers."],
  [{ forSeconds: "" }, "Alert 1: the threshold and the seconds must be numbers."],
])("refuses %j", (change, problem) => {
  const draft = { ...newAlert(0, "support"), limit: "5", ...change };
  expect(readAlerts([draft])).toEqual({ alerts: [], problem });
});

it.each([
  [{ metric: "longestWait", above: 120, forSeconds: 10 }, "support: longest wait above 120 s for 10 s"],
  [{ metric: "count", above: 5, forSeconds: 0 }, "support: callers waiting above 5"],
  [{ metric: "serviceLevel", below: 80, forSeconds: 0 }, "support: service level today below 80 %"],
])("says %j", (alert, text) => {
  expect(alertText({ queue: "support", ...alert })).toBe(text);
});
