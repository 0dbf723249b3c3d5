/** An icon for each state, so that states differ by more than their colour. */
import type { AgentState } from "../ui/agent-states.ts";

const shapes: Readonly<Record<AgentState, string>> = {
  available: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5 8.2l2.2 2.2L11 6.2",
  ringing:
    "M3.5 11.5h9c-1-1-1.3-2-1.3-4.3A3.2 3.2 0 0 0 8 3.8a3.2 3.2 0 0 0-3.2 3.4c0 2.3-.3 3.3-1.3 4.3zM6.8 13.7h2.4M8 2v1.6",
  talking: "M2 3h12v8H7.5L4.5 13.6V11H2zM5 6h6M5 8.3h4",
  wrapup: "M3.5 2h9v12h-9zM6 5.5h4M6 8.3h4M6 11h2",
  paused: "M5 3v10M11 3v10",
  away: "M9.5 2H3.5v12h6M7 8h7M11.4 5.2L14.2 8l-2.8 2.8",
};

export function StateIcon({ state }: Readonly<{ state: AgentState }>) {
  return (
    <svg class="ag-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={shapes[state]} />
    </svg>
  );
}
