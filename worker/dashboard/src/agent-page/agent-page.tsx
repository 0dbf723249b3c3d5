/** The page of one agent: state, call, queues, recent calls and the site's parked calls. */
import { useRef, useState } from "preact/hooks";
import { wrapUpText } from "../agents/agent-day.ts";
import { type AgentDisplay, agentDisplay, isPaused, phoneTimes } from "../agents/agent-display.ts";
import { StateIcon } from "../agents/state-icon.tsx";
import { useGrantedQueues } from "../agents/use-queues.ts";
import { CommandButton } from "../command/button.tsx";
import { useCommand } from "../command/use-command.ts";
import { useFocusFallback } from "../command/use-focus-fallback.ts";
import { reasonProblem } from "../input/input-check.ts";
import { ReasonField } from "../input/reason-field.tsx";
import { hrefOf } from "../shell/route.ts";
import { stateTexts } from "../ui/agent-states.ts";
import { displayTime } from "../ui/clock.ts";
import { formatDuration } from "../ui/format.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { Icon } from "../ui/icon.tsx";
import { CallPanel } from "./call-panel.tsx";
import { DayPanel } from "./day-panel.tsx";
import { PickupPanel } from "./pickup-panel.tsx";
import { PauseButton, QueueTable } from "./queue-table.tsx";
import { ParkedPanel, RecentPanel } from "./recent-panel.tsx";
import { type UnknownAgent, unknownAgent } from "./unknown-agent.ts";
import { useParkingEnds } from "./use-recent.ts";

/** With more queues there is no button to log on to all: it would send one command per queue. */
const maxLogOnAll = 12;

export function AgentPage({ agent }: Readonly<{ agent: string }>) {
  const { state, freshness, signedIn } = useStore();
  const unparked = useParkingEnds();
  const root = useRef<HTMLDivElement>(null);
  useFocusFallback(root);
  const now = displayTime(freshness(), useNow());
  const view = state.agent(agent);
  const unknown = view ? null : unknownAgent(agent, signedIn.site, signedIn.claims);
  const display = agentDisplay(
    view ?? { agent, name: null, status: null, call: null, supervising: null, memberships: [], statistics: null },
    phoneTimes(state.events()).get(agent) ?? null,
  );
  return (
    <div ref={root} class="ap-view">
      <p class="ap-back">
        <a href={hrefOf({ view: "agents", queue: null })}>All agents</a>
      </p>
      <Head display={display} unknown={unknown} now={now} />
      <div class="ap-columns">
        {unknown?.mayAct !== false && (
          <>
            <div class="ap-stack">
              <CallPanel display={display} now={now} />
              <PickupPanel display={display} />
            </div>
            <QueuesPanel display={display} now={now} />
          </>
        )}
        <div class="ap-stack">
          {display.statistics && <DayPanel statistics={display.statistics} now={now} />}
          <RecentPanel agent={agent} now={now} />
          <ParkedPanel parked={state.parkedCalls()} unparked={unparked} now={now} />
        </div>
      </div>
    </div>
  );
}

type HeadProps = Readonly<{ display: AgentDisplay; unknown: UnknownAgent | null; now: number }>;

function Head({ display, unknown, now }: HeadProps) {
  const { agent, name, state, note, since, wrapUpUntil, pauseReasons } = display;
  return (
    <header class="ap-head" data-state={state}>
      <h1>
        {name} {name !== agent && <span class="ap-id">{agent}</span>}
      </h1>
      {unknown ? (
        <p class="ap-unknown">
          <Icon name="warn" />
          <span>
            <strong>{unknown.title}.</strong> {unknown.text}
          </span>
        </p>
      ) : (
        <p class="ap-state">
          <StateIcon state={state} />
          <strong>{stateTexts[state]}</strong>
          {since !== null && <span class="ap-time">{formatDuration(now - since)}</span>}
          {wrapUpUntil !== null && <span>{wrapUpText(wrapUpUntil, now)}</span>}
          {note && <span>{note}</span>}
          {pauseReasons.length > 0 && <span>{pauseReasons.join(", ")}</span>}
        </p>
      )}
    </header>
  );
}

function QueuesPanel({ display, now }: Readonly<{ display: AgentDisplay; now: number }>) {
  const commands = useCommand();
  const queues = useGrantedQueues();
  const [reason, setReason] = useState("");
  const { agent } = display;
  const memberships = display.memberships.filter(({ queue }) => queues.includes(queue));
  const others = queues.filter((queue) => !memberships.some((one) => one.queue === queue));
  const paused = memberships.filter(isPaused);
  const logOnToAll = (): void => {
    for (const queue of others) commands.request({ type: "queueAdd", agent, queue });
  };
  const all = { agent, queue: null, reason, commands };
  return (
    <section class="ap-panel ap-wide" aria-labelledby="ap-queues">
      <h2 id="ap-queues">Queues</h2>
      {memberships.length > 0 && commands.offers({ type: "queuePause", agent }) && (
        <ReasonField
          label="Reason for the next pause"
          value={reason}
          onInput={setReason}
          problem={reasonProblem(reason.trim())}
          canSet
        />
      )}
      <div class="ap-buttons">
        {paused.length < memberships.length && <PauseButton {...all} isPaused={false} />}
        {paused.length > 0 && <PauseButton {...all} isPaused />}
        {others[0] !== undefined && others.length <= maxLogOnAll && (
          <CommandButton
            commands={commands}
            command={{ type: "queueAdd", agent, queue: others[0] }}
            label="Log on to all queues"
            onRun={logOnToAll}
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
