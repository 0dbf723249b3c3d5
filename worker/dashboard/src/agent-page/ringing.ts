/** The calls that ring at others than an agent. Pure. */
import type { AgentView } from "@pbxis/shared/client";
import { compareText } from "../agents/agent-display.ts";

type Call = NonNullable<AgentView["call"]>;

/** A queue may ring several agents for one caller: `at` are all of them, `of` is the first. */
export type Ring = Readonly<{ of: string; at: readonly string[]; call: Call }>;

/** Without those that ring at the agent as well, who only needs to answer. */
export function ringingElsewhere(
  views: readonly AgentView[],
  { agent, call: own }: Pick<AgentView, "agent" | "call">,
): readonly Ring[] {
  const rings = new Map<string, Ring>();
  for (const { agent: at, call, status } of [...views].sort((a, b) => compareText(a.agent, b.agent))) {
    if (status !== "ringing" || call === null || at === agent) continue;
    if (own !== null && own.callId === call.callId) continue;
    const key = call.callId ?? at;
    const known = rings.get(key);
    rings.set(key, known ? { ...known, at: [...known.at, at] } : { of: at, at: [at], call });
  }
  return [...rings.values()];
}
