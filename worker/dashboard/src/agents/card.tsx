/** The card of one agent: name, state, call and queues. */
import type { Membership } from "@pbxis/shared/client";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { MenuButton, type MenuItem } from "../command/menu.tsx";
import { partyOf } from "../command/shown-call.ts";
import { hrefOf } from "../shell/route.ts";
import type { Freshness } from "../store/store.ts";
import { stateTexts } from "../ui/agent-states.ts";
import { formatDuration } from "../ui/format.ts";
import { dayLine, wrapUpText } from "./agent-day.ts";
import { type AgentDisplay, isPaused } from "./agent-display.ts";
import { chipsIn } from "./chips.ts";
import { StateIcon } from "./state-icon.tsx";

/** Longer names do not fit in one line of the narrowest card. */
const maxShortName = 22;

type Props = Readonly<{
  display: AgentDisplay;
  /** The card's position in the grid, from 0 to `total` - 1. */
  index: number;
  total: number;
  columns: number;
  /** Whether Tab into the grid focuses this card. */
  isActive: boolean;
  now: number;
  freshness: Freshness["kind"];
  /** Must be the same function on every redraw. */
  itemsOf: (display: AgentDisplay) => readonly MenuItem[];
}>;

/**
 * Redraws the card only if the agent changes or a second passes, because at a large site some agent changes in every
 * frame.
 */
export function AgentCard(props: Props) {
  const { display, index, total, columns, isActive, now, freshness, itemsOf } = props;
  const second = Math.floor(now / 1000);
  // Every property is a dependency; of `now` only the second.
  return useMemo(() => <Card {...props} />, [display, index, total, columns, isActive, second, freshness, itemsOf]);
}

function Card({ display, index, total, columns, isActive, now, itemsOf }: Props) {
  const { agent, name, state, note, since, wrapUpUntil, statistics } = display;
  const ref = useRef<HTMLLIElement>(null);
  // Each card sets its own place, so that cards that are not in the document leave their places empty.
  useLayoutEffect(() => {
    ref.current?.style.setProperty("grid-row", String(Math.floor(index / columns) + 1));
    ref.current?.style.setProperty("grid-column", String((index % columns) + 1));
  }, [index, columns]);
  const tabIndex = isActive ? 0 : -1;
  return (
    <li ref={ref} class="ag-card" data-state={state} data-agent={agent} aria-posinset={index + 1} aria-setsize={total}>
      <div class="ag-head">
        <span class="ag-who" data-long={name.length > maxShortName}>
          <a class="ag-name" href={hrefOf({ view: "agent", agent })} tabIndex={tabIndex}>
            {name}
          </a>
          {name !== agent && <span class="ag-id"> {agent}</span>}
        </span>
        <MenuButton label={`Actions for ${name}`} items={() => itemsOf(display)} tabIndex={tabIndex}>
          <span aria-hidden="true">⋯</span>
        </MenuButton>
      </div>
      <div class="ag-body">
        <p class="ag-state">
          <StateIcon state={state} />
          <strong>{stateTexts[state]}</strong>
          {since !== null && <span class="ag-time">{formatDuration(now - since)}</span>}
          {wrapUpUntil !== null && <span class="ag-note">{wrapUpText(wrapUpUntil, now)}</span>}
          {note && <span class="ag-note">{note}</span>}
        </p>
        <CallLine display={display} />
        {statistics && <p class="ag-day">{dayLine(statistics)}</p>}
        <div class="ag-queues">
          <QueueChips display={display} />
        </div>
      </div>
    </li>
  );
}

/** The other party of the call and its queue, or else the pause reasons. */
function CallLine({ display: { call, pauseReasons, state } }: Readonly<{ display: AgentDisplay }>) {
  if (call)
    return (
      <p class="ag-call">
        {state === "ringing" ? "from" : "with"} <strong class="ag-party">{partyOf(call)}</strong>
        {call.queueName && <> on {call.queueName}</>}
      </p>
    );
  return pauseReasons.length > 0 ? <p class="ag-reason">{pauseReasons.join(", ")}</p> : null;
}

/** The agent's page shows all queues. */
function QueueChips({ display: { memberships, call } }: Readonly<{ display: AgentDisplay }>) {
  if (memberships.length === 0) return <p class="ag-no-queue">no queues</p>;
  const { shown, rest } = chipsIn(memberships, call ? 1 : 2);
  return (
    <ul class="ag-chips" aria-label="Queues">
      {shown.map((membership) => (
        <Chip key={membership.queue} membership={membership} />
      ))}
      {rest.length > 0 && (
        <li class="ag-chip" title={rest.map(({ queue }) => queue).join(", ")}>
          +{rest.length} more
        </li>
      )}
    </ul>
  );
}

function Chip({ membership }: Readonly<{ membership: Membership }>) {
  const { queue, penalty, pausedReason } = membership;
  const paused = isPaused(membership);
  const pauseWords = pausedReason ? `paused: ${pausedReason}` : "paused";
  const title = [queue, penalty ? `penalty ${penalty}` : null, paused ? pauseWords : null].filter(Boolean).join(", ");
  return (
    <li class="ag-chip" data-paused={paused} title={title}>
      <span class="ag-chip-name">{queue}</span>
      {penalty !== null && penalty > 0 && (
        <span class="ag-penalty">
          <span class="ui-hidden">, penalty </span>
          {penalty}
        </span>
      )}
      {paused && (
        <span class="ag-chip-pause">
          <span aria-hidden="true">❚❚</span>
          <span class="ui-hidden">, paused</span>
        </span>
      )}
    </li>
  );
}
