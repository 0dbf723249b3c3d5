/** Alerts about queues (EV24): the thresholds that a webhook names, and the event that says where one was crossed. */
import * as z from "zod";
import { QueueName } from "./id.ts";
import { Milliseconds } from "./time.ts";

/**
 * What is compared. `longestWait`: seconds since the caller who has waited longest joined; `count`: who waits (EV5);
 * `serviceLevel`: % of today (EV18); `availableAgents`: members whose phone is free, who are not paused and do not wrap
 * up (EV3).
 */
export const AlertMetric = z.literal(["longestWait", "count", "serviceLevel", "availableAgents"]);
export type AlertMetric = z.infer<typeof AlertMetric>;

const threshold = z.number().min(0).max(1e6);
/** A day. */
const maxAlertSeconds = 86_400;

/** A threshold: exactly one of `above` and `below`, in the metric's unit. It must hold for `forSeconds`. */
export const AlertRule = z
  .strictObject({
    queue: QueueName,
    metric: AlertMetric,
    above: threshold.optional(),
    below: threshold.optional(),
    forSeconds: z.number().int().min(0).max(maxAlertSeconds).default(0),
  })
  .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
    path: ["above"],
    message: "or below is required, and not both",
  });
export type AlertRule = z.infer<typeof AlertRule>;

/**
 * EV24: a threshold was crossed (`active`), or is crossed no more. `value` is what was compared, null if it is not known
 * any more; one of `above` and `below` is null. `since` is when the value crossed the threshold, or came back (ms since
 * 1970).
 */
export const QueueAlert = z.object({
  type: z.literal("queueAlert"),
  queue: QueueName,
  metric: AlertMetric,
  above: z.number().nullable(),
  below: z.number().nullable(),
  forSeconds: z.number().int().nonnegative(),
  value: z.number().nullable(),
  active: z.boolean(),
  since: Milliseconds,
  at: Milliseconds,
});
export type QueueAlert = z.infer<typeof QueueAlert>;
