/**
 * EV19: what an agent does, from what is remembered of the agent's states. The first line that is true counts:
 *
 * | activity      | when                                                                                    |
 * |---------------|-----------------------------------------------------------------------------------------|
 * | `loggedoff`   | a member of no queue                                                                    |
 * | `onhold`      | in a call (EV4) that is on hold (EV2)                                                   |
 * | `talking`     | in a call, and the phone does more than ring                                            |
 * | `ringing`     | the phone rings                                                                         |
 * | `wrapup`      | a wrap-up goes on (EV3), or all memberships are paused, one with a reason for a wrap-up |
 * | `paused`      | all memberships are paused                                                              |
 * | `available`   | in one of the others the device is free                                                 |
 * | `unavailable` | otherwise: the phone is not there, or does something that is no call with anybody       |
 *
 * Pure.
 */
import type { AgentActivity } from "@pbxis/shared";
import type { AgentMemory } from "./agent-memory.ts";
import type { Sums } from "./sums.ts";

/** The `detail` of a talk of which the phone's state does not say that it is one: it may still ring. */
export const unsure = "unsure";

export type Doing = Readonly<{ activity: AgentActivity; detail: string | null }>;
type Facts = Omit<AgentMemory, "activity" | "detail" | "since" | "guess" | "cut">;

/** The reason of a pause without one. */
const noReason = "none";

export function activityOf(memory: Facts, wrapUpReasons: readonly string[], at: number): Doing {
  const { extension, hasCall, memberships, lastQueue } = memory;
  const all = Object.entries(memberships);
  if (all.length === 0) return { activity: "loggedoff", detail: null };
  if (hasCall && extension === "onhold") return { activity: "onhold", detail: null };
  if (hasCall && extension !== "ringing") {
    const isSure = extension === "inuse" || extension === "ringinuse";
    return { activity: "talking", detail: isSure ? null : unsure };
  }
  if (extension === "ringing" || extension === "ringinuse") return { activity: "ringing", detail: null };
  const after = all.find(([, { wrapUpUntil }]) => wrapUpUntil !== null && wrapUpUntil > at);
  if (after) return { activity: "wrapup", detail: after[0] };
  const open = all.filter(([, { isPaused }]) => !isPaused);
  if (open.length === 0) {
    const reasons = all.map(([, { reason }]) => reason ?? noReason);
    if (reasons.some((reason) => wrapUpReasons.includes(reason))) return { activity: "wrapup", detail: lastQueue };
    return { activity: "paused", detail: reasons[0] ?? noReason };
  }
  return { activity: open.some(([, { isFree }]) => isFree) ? "available" : "unavailable", detail: null };
}

/** When the activity ends by itself, because a wrap-up's time is over (ms); null if it does not. */
export function endOf({ activity, detail, memberships }: AgentMemory): number | null {
  return activity === "wrapup" && detail !== null ? (memberships[detail]?.wrapUpUntil ?? null) : null;
}

/** What `milliseconds` of an activity count for. */
export function sumsOf({ activity, detail }: Doing, milliseconds: number): Partial<Sums<"agent">> {
  const loggedInTime = milliseconds;
  switch (activity) {
    case "loggedoff":
      return {};
    case "talking":
      return { talkTime: milliseconds, loggedInTime };
    case "onhold":
      return { holdTime: milliseconds, loggedInTime };
    case "ringing":
      return { ringTime: milliseconds, loggedInTime };
    case "wrapup":
      return { wrapUpTime: milliseconds, loggedInTime };
    case "paused":
      return { pausedTime: milliseconds, pausedBy: { [detail ?? ""]: milliseconds }, loggedInTime };
    case "available":
      return { availableTime: milliseconds, loggedInTime };
    case "unavailable":
      return { loggedInTime };
  }
}
