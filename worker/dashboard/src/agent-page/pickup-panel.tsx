/** Calls that ring at colleagues, which the agent may take (CM24). */
import type { AgentDisplay } from "../agents/agent-display.ts";
import { callStateOf } from "../agents/menu-entries.ts";
import { CommandButton } from "../command/button.tsx";
import { partyOf } from "../command/shown-call.ts";
import { useCommand, useNameOf } from "../command/use-command.ts";
import { useStore } from "../ui/hooks.ts";
import { ringingElsewhere } from "./ringing.ts";

export function PickupPanel({ display }: Readonly<{ display: AgentDisplay }>) {
  const { state } = useStore();
  const commands = useCommand();
  const nameOf = useNameOf();
  const { agent } = display;
  const offered = { type: "pickup", agent, of: agent } as const;
  if (!commands.offers(offered) || callStateOf(display).isTalking) return null;
  const views = state.agents().flatMap((id) => state.agent(id) ?? []);
  const rings = ringingElsewhere(views, display).filter(({ of }) => commands.offers({ ...offered, of }));
  if (rings.length === 0) return null;
  return (
    <section class="ap-panel" aria-labelledby="ap-pickup">
      <h2 id="ap-pickup">Ringing at colleagues</h2>
      <ul class="ap-list">
        {rings.map(({ of, at, call }) => (
          <li key={call.callId ?? of} class="ap-ring">
            <span>
              <strong class="ap-party">{partyOf(call)}</strong>
              {call.queueName !== null && ` in ${call.queueName}`}, at {at.map(nameOf).join(", ")}
            </span>
            <CommandButton
              commands={commands}
              command={{ ...offered, of }}
              call={call}
              label={`Pick up ${partyOf(call)}, ringing at ${nameOf(of)}`}
            >
              Pick up
            </CommandButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
