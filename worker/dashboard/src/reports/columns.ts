/** The columns of the reports' tables. Pure. */
import { formatDuration } from "../ui/format.ts";
import type { AgentTotals, QueueTotals } from "./totals.ts";

/** `hint` says how the figure is made. `isMinor`: left out where there is little room. */
export type Column<Totals> = Readonly<{
  title: string;
  hint: string;
  isMinor?: true;
  text: (totals: Totals) => string;
}>;

const dash = "–";

function percentText(value: number | null): string {
  return value === null ? dash : `${Math.round(value)}%`;
}

function timeText(ms: number | null): string {
  return ms === null ? dash : formatDuration(ms);
}

const coverageHint = "How much of the time the PBX was watched. What happened in the rest is not known.";

export const queueColumns: readonly Column<QueueTotals>[] = [
  { title: "Calls", hint: "Callers who joined the queue.", text: ({ offered }) => String(offered) },
  { title: "Answered", hint: "By an agent of the queue.", text: ({ answered }) => String(answered) },
  {
    title: "Service level",
    hint: "Answered within the target, of all that were answered or abandoned.",
    text: ({ serviceLevel }) => percentText(serviceLevel),
  },
  { title: "Abandoned", hint: "The caller hung up while waiting.", text: ({ abandoned }) => String(abandoned) },
  {
    title: "Abandon rate",
    hint: "Abandoned, of all that were answered or abandoned.",
    text: ({ abandonRate }) => percentText(abandonRate),
  },
  {
    title: "Short",
    hint: "Abandoned within a few seconds; a part of the abandoned.",
    isMinor: true,
    text: ({ shortAbandoned }) => String(shortAbandoned),
  },
  {
    title: "Left",
    hint: "The queue let the caller go: after its time limit, by a key, or without agents.",
    text: ({ exited }) => String(exited),
  },
  {
    title: "By us",
    hint: "Waiting callers whom a colleague picked, moved or hung up.",
    isMinor: true,
    text: ({ picked, moved, hungUp }) => String(picked + moved + hungUp),
  },
  {
    title: "Unknown",
    hint: "Calls whose end nobody saw, because the connection to the PBX was interrupted.",
    isMinor: true,
    text: ({ unknown: count }) => String(count),
  },
  { title: "Avg. wait", hint: "Until an agent answered.", text: ({ averageWait }) => timeText(averageWait) },
  { title: "Longest wait", hint: "Of any caller.", text: ({ longestWait }) => timeText(longestWait) },
  {
    title: "Avg. handling",
    hint: "Talk, hold and wrap-up, for each answered call whose times are known.",
    text: ({ averageHandle }) => timeText(averageHandle),
  },
  { title: "Watched", hint: coverageHint, isMinor: true, text: ({ coverage }) => coverageText(coverage) },
];

export const agentColumns: readonly Column<AgentTotals>[] = [
  { title: "Answered", hint: "Queue calls that the agent answered.", text: ({ answered }) => String(answered) },
  { title: "Missed", hint: "Rings that the agent did not answer.", text: ({ notAnswered }) => String(notAnswered) },
  { title: "Declined", hint: "Rings that the agent rejected.", text: ({ declined }) => String(declined) },
  {
    title: "Transferred",
    hint: "Calls that the agent passed on.",
    isMinor: true,
    text: ({ transferred }) => String(transferred),
  },
  {
    title: "Avg. handling",
    hint: "Talk, hold and wrap-up, for each answered call.",
    text: ({ averageHandle }) => timeText(averageHandle),
  },
  { title: "Talk", hint: "Without hold.", text: ({ talkTime }) => timeText(talkTime) },
  { title: "Hold", hint: "Callers on hold.", isMinor: true, text: ({ holdTime }) => timeText(holdTime) },
  { title: "Wrap-up", hint: "Work after calls.", text: ({ wrapUpTime }) => timeText(wrapUpTime) },
  { title: "Available", hint: "Ready and without a call.", text: ({ availableTime }) => timeText(availableTime) },
  { title: "Paused", hint: "In all queues.", text: ({ pausedTime }) => timeText(pausedTime) },
  { title: "Logged on", hint: "In at least one queue.", text: ({ loggedInTime }) => timeText(loggedInTime) },
  {
    title: "Occupancy",
    hint: "Talk, hold and wrap-up, as a share of these and available time.",
    text: ({ occupancy }) => percentText(occupancy),
  },
  { title: "Watched", hint: coverageHint, isMinor: true, text: ({ coverage }) => coverageText(coverage) },
];

/** Rounded down, so that 100% means all of it. */
export function coverageText(coverage: number): string {
  return `${Math.floor(coverage * 100 + 1e-9)}%`;
}
