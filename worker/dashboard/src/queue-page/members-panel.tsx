/** The agents of a queue, with what each does. */
import { type AgentDisplay, agentDisplay, compareKeys } from "../agents/agent-display.ts";
import { StateIcon } from "../agents/state-icon.tsx";
import { partyOf } from "../command/shown-call.ts";
import { hrefOf } from "../shell/route.ts";
import { stateTexts } from "../ui/agent-states.ts";
import { formatDuration } from "../ui/format.ts";
import { useStore } from "../ui/hooks.ts";

/** The agents view has all. */
const maxShown = 50;

export function MembersPanel({ queue, now }: Readonly<{ queue: string; now: number }>) {
  const { state } = useStore();
  const members = state.queue(queue)?.members ?? [];
  const displays = members
    .flatMap(({ agent }) => state.agent(agent) ?? [])
    .map((view) => agentDisplay(view))
    .sort((one, other) => compareKeys(one.sortKey, other.sortKey));
  return (
    <section class="qp-panel" aria-labelledby="qp-agents">
      <h2 id="qp-agents">Agents</h2>
      {displays.length === 0 && <p class="qp-none">Nobody is logged on.</p>}
      <ul class="qp-agents">
        {displays.slice(0, maxShown).map((display) => (
          <MemberLine key={display.agent} display={display} now={now} />
        ))}
      </ul>
      <p>
        <a href={hrefOf({ view: "agents", queue })}>
          {displays.length > maxShown ? `All ${displays.length} agents of ${queue}` : `Agents of ${queue}`}
        </a>
      </p>
    </section>
  );
}

function MemberLine({ display, now }: Readonly<{ display: AgentDisplay; now: number }>) {
  const { agent, name, state, since, call, note } = display;
  return (
    <li data-state={state}>
      <StateIcon state={state} />
      <a href={hrefOf({ view: "agent", agent })}>{name}</a>
      <span class="qp-state">{stateTexts[state]}</span>
      {since !== null && <span>{formatDuration(now - since)}</span>}
      {note !== null && <span class="qp-none">{note}</span>}
      {call !== null && <span class="qp-none">{partyOf(call)}</span>}
    </li>
  );
}
