/** What the statistics remember of an agent between two events (EV19). Times in ms since 1970. */
import { AgentActivity } from "@pbxis/shared";
import * as z from "zod";

const time = z.number().int().nonnegative();

/** By queue. `isFree`: the device could take a call. `reason`: of a pause; null without one. */
const Membership = z
  .object({ isPaused: z.boolean(), reason: z.string().nullable(), isFree: z.boolean(), wrapUpUntil: time.nullable() })
  .readonly();

/**
 * `extension`: EV2's status. `hasCall`: EV4 shows one. `lastQueue`: of the last talk. `activity` has gone on since
 * `since`, of which nothing is summed up yet; `detail` is the reason of a pause, the queue of a wrap-up, or that a talk
 * is unsure. `guess` is the last stretch that was summed up as such a talk. `cut`: those that ended with a gap, the
 * latest last.
 */
export const AgentMemory = z
  .object({
    memberships: z.record(z.string(), Membership),
    extension: z.string(),
    hasCall: z.boolean(),
    lastQueue: z.string().nullable(),
    activity: AgentActivity,
    detail: z.string().nullable(),
    since: time,
    guess: z.object({ from: time, to: time }).readonly().nullable(),
    cut: z
      .array(z.object({ from: time, to: time, activity: AgentActivity, detail: z.string().nullable() }).readonly())
      .readonly()
      .default([]),
  })
  .readonly();
export type AgentMemory = z.infer<typeof AgentMemory>;

/**
 * What an agent did for hours or weeks, such as being available all night. Its intervals are made only where they are
 * read or stored: those of a thousand agents over some weeks do not fit into memory.
 */
export const Stretch = z
  .object({ agent: z.string(), activity: AgentActivity, detail: z.string().nullable(), from: time, to: time })
  .readonly();
export type Stretch = z.infer<typeof Stretch>;
