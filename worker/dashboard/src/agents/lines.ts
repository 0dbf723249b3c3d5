/**
 * All agents as the grid shows them, made anew only of those who have changed: at a large site somebody changes in every frame, and most do not.
 */
import type { AgentView, Changes, SiteEvent, SiteState } from "@pbxis/shared/client";
import { type AgentLine, agentLine, phoneTimes } from "./agent-state.ts";

export type Lines = Readonly<{ all: () => readonly AgentLine[] }>;

type Source = Readonly<{
  state: Pick<SiteState, "agents" | "events"> & Readonly<{ agent: (agent: string) => AgentView | undefined }>;
  onChanges: (listener: (changes: Changes) => void) => () => void;
}>;

/** Listens from now on, as long as the store lives; so there is to be one for each store. What differs in times alone is no change to the store. */
export function watchLines({ state, onChanges }: Source): Lines {
  const known = new Map<string, AgentLine>();
  const times = new Map(phoneTimes(state.events()));

  function forget(event: SiteEvent): void {
    if (!("agent" in event)) return;
    known.delete(event.agent);
  }
  onChanges(({ events, removed }) => {
    for (const event of events) forget(event);
    for (const event of removed) {
      forget(event);
      if (event.type === "extensionStatus") times.delete(event.agent);
    }
    for (const [agent, at] of phoneTimes(events)) times.set(agent, at);
  });

  function lineOf(agent: string): AgentLine | undefined {
    const line = known.get(agent);
    if (line) return line;
    const view = state.agent(agent);
    if (!view) return undefined;
    const made = agentLine(view, times.get(agent) ?? null);
    known.set(agent, made);
    return made;
  }
  return { all: () => state.agents().flatMap((agent) => lineOf(agent) ?? []) };
}
