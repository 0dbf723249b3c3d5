/** The states in which the page shows and counts agents, in the order of the totals. Each has a colour and an icon. */
export const agentStates = ["available", "ringing", "talking", "wrapup", "paused", "away"] as const;
export type AgentState = (typeof agentStates)[number];

/** The states' names on the page. */
export const stateTexts: Readonly<Record<AgentState, string>> = {
  available: "available",
  ringing: "ringing",
  talking: "talking",
  wrapup: "wrap-up",
  paused: "paused",
  away: "away",
};

export function noAgents(): Record<AgentState, number> {
  return { available: 0, ringing: 0, talking: 0, wrapup: 0, paused: 0, away: 0 };
}
