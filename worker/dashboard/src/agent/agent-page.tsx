/** One agent's own view: queues, pause, call, and what has happened lately. */
import { useRef, useState } from "preact/hooks";
import { type AgentLine, agentLine, isPaused, phoneTimes } from "../agents/agent-state.ts";
import { StateIcon } from "../agents/state-icon.tsx";
import { useGrantedQueues } from "../agents/use-queues.ts";
import { CommandButton } from "../command/button.tsx";
import { Field } from "../command/field.tsx";
import { reasonProblem } from "../command/input-check.ts";
import { readReasons } from "../command/memory.ts";
import { useCommand } from "../command/use-command.ts";
import { useHeldFocus } from "../command/use-held-focus.ts";
import { hrefOf } from "../shell/route.ts";
import { shownAt } from "../ui/clock.ts";
import { formatDuration } from "../ui/format.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { CallPanel } from "./call-panel.tsx";
import { PauseButton, QueueTable } from "./queue-table.tsx";
import { ParkedPanel, RecentPanel } from "./recent-panel.tsx";
import { useRecent } from "./use-recent.ts";

/** In more queues than that nobody is logged on by one press, which would send as many commands. */
const maxLogOnAll = 12;

export function AgentPage({ agent }: Readonly<{ agent: string }>) {
  const { state, freshness } = useStore();
  const recent = useRecent();
  const root = useRef<HTMLDivElement>(null);
  useHeldFocus(root);
  const now = shownAt(freshness(), useNow());
  const view = state.agent(agent);
  // Whom nothing is known of may still be logged on.
  const line = agentLine(
    view ?? { agent, name: null, status: null, call: null, memberships: [] },
    phoneTimes(state.events()).get(agent) ?? null,
  );
  return (
    <div ref={root} class="ap-view">
      <p class="ap-back">
        <a href={hrefOf({ view: "agents", queue: null })}>All agents</a>
      </p>
      <Head line={line} isKnown={view !== undefined} now={now} />
      <div class="ap-columns">
        <CallPanel line={line} now={now} />
        <QueuesPanel line={line} now={now} />
        <div class="ap-stack">
          <RecentPanel agent={agent} recent={recent} now={now} />
          <ParkedPanel recent={recent} now={now} />
        </div>
      </div>
    </div>
  );
}

export { AgentPage as AgentView };

function Head({ line, isKnown, now }: Readonly<{ line: AgentLine; isKnown: boolean; now: number }>) {
  const { agent, name, word, note, since, pauseReasons } = line;
  return (
    <header class="ap-head" data-state={word}>
      <h1>
        {name} {name !== agent && <span class="ap-id">{agent}</span>}
      </h1>
      {isKnown ? (
        <p class="ap-state">
          <StateIcon word={word} />
          <strong>{word}</strong>
          {since !== null && <span class="ap-time">{formatDuration(now - since)}</span>}
          {note && <span>{note}</span>}
          {pauseReasons.length > 0 && <span>{pauseReasons.join(", ")}</span>}
        </p>
      ) : (
        <p class="ap-none">Nothing is known of this agent: no phone, no queue, or not in what your token names.</p>
      )}
    </header>
  );
}

function QueuesPanel({ line, now }: Readonly<{ line: AgentLine; now: number }>) {
  const commands = useCommand();
  const queues = useGrantedQueues();
  const [reason, setReason] = useState("");
  const { agent } = line;
  const memberships = line.memberships.filter(({ queue }) => queues.includes(queue));
  const others = queues.filter((queue) => !memberships.some((one) => one.queue === queue));
  const paused = memberships.filter(isPaused);
  const logOnAll = (): void => {
    for (const queue of others) commands.ask({ type: "queueAdd", agent, queue });
  };
  const onButtons = { agent, queue: null, reason, commands };
  return (
    <section class="ap-panel ap-wide" aria-labelledby="ap-queues">
      <h2 id="ap-queues">Queues</h2>
      {memberships.length > 0 && commands.offers({ type: "queuePause", agent }) && (
        <Field
          label="Reason of the next pause"
          value={reason}
          onInput={setReason}
          problem={reasonProblem(reason.trim())}
          suggestions={readReasons()}
        />
      )}
      <div class="ap-buttons">
        {paused.length < memberships.length && <PauseButton {...onButtons} isPaused={false} />}
        {paused.length > 0 && <PauseButton {...onButtons} isPaused />}
        {others[0] !== undefined && others.length <= maxLogOnAll && (
          <CommandButton
            commands={commands}
            command={{ type: "queueAdd", agent, queue: others[0] }}
            label="Log on to all queues"
            onRun={logOnAll}
          >
            Log on to all
          </CommandButton>
        )}
        {memberships.length > 0 && (
          <CommandButton commands={commands} command={{ type: "queueRemove", agent }} label="Log off from all queues">
            Log off from all
          </CommandButton>
        )}
      </div>
      <QueueTable agent={agent} queues={queues} memberships={memberships} reason={reason} now={now} />
    </section>
  );
}
