/** The states in which the page shows and counts agents, in the order of the totals. Each has a colour and an icon. */
export const agentStates = ["available", "ringing", "talking", "paused", "away"] as const;
export type AgentState = (typeof agentStates)[number];
