/**
 * The displays of all agents. Only those of changed agents are derived again: at a large site some agent changes in
 * every frame, but most agents do not.
 */
import type { AgentView, Changes, SiteEvent, SiteState } from "@pbxis/shared/client";
import { type AgentDisplay, agentDisplay, phoneTimes } from "./agent-display.ts";

export type AgentDisplays = Readonly<{ all: () => readonly AgentDisplay[] }>;

type Source = Readonly<{
  state: Pick<SiteState, "agents" | "events"> & Readonly<{ agent: (agent: string) => AgentView | undefined }>;
  onChanges: (listener: (changes: Changes) => void) => () => void;
}>;

/**
 * Listens as long as the store lives, so create only one per store. The store does not report changes of times alone.
 */
export function watchDisplays({ state, onChanges }: Source): AgentDisplays {
  const cache = new Map<string, AgentDisplay>();
  const times = new Map(phoneTimes(state.events()));

  function forget(event: SiteEvent): void {
    if ("agent" in event && event.agent !== null) cache.delete(event.agent);
  }
  onChanges(({ events, removed }) => {
    for (const event of events) forget(event);
    for (const event of removed) {
      forget(event);
      if (event.type === "extensionStatus") times.delete(event.agent);
    }
    for (const [agent, at] of phoneTimes(events)) times.set(agent, at);
  });

  function displayOf(agent: string): AgentDisplay | undefined {
    const display = cache.get(agent);
    if (display) return display;
    const view = state.agent(agent);
    if (!view) return undefined;
    const derived = agentDisplay(view, times.get(agent) ?? null);
    cache.set(agent, derived);
    return derived;
  }
  return { all: () => state.agents().flatMap((agent) => displayOf(agent) ?? []) };
}
