/** One agent on a card: who, in which state since when, with whom, and in which queues. */
import type { Membership } from "@pbxis/shared/client";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { MenuButton, type MenuItem } from "../command/menu.tsx";
import { hrefOf } from "../shell/route.ts";
import type { Freshness } from "../store.ts";
import { formatDuration } from "../ui/format.ts";
import { type AgentLine, isPaused } from "./agent-state.ts";
import { StateIcon } from "./state-icon.tsx";

/** More would not fit; the agent's page has all. */
const maxChips = 4;

type Props = Readonly<{
  line: AgentLine;
  /** From 0, of `total`. */
  index: number;
  total: number;
  columns: number;
  /** Whether the keyboard comes here when it comes to the grid. */
  isActive: boolean;
  now: number;
  freshness: Freshness["kind"];
  /** Always the same function. */
  itemsOf: (line: AgentLine) => readonly MenuItem[];
}>;

/** Somebody changes in every frame, most cards once a second: the rest is left as it is. */
export function AgentCard(props: Props) {
  const { line, index, total, columns, isActive, now, freshness, itemsOf } = props;
  const second = Math.floor(now / 1000);
  // `props` has nothing that is not among these.
  return useMemo(() => <Card {...props} />, [line, index, total, columns, isActive, second, freshness, itemsOf]);
}

function Card({ line, index, total, columns, isActive, now, itemsOf }: Props) {
  const { agent, name, word, note, since, call } = line;
  const ref = useRef<HTMLLIElement>(null);
  // Said for each card, so that those that are not in the document leave their place empty.
  useLayoutEffect(() => {
    ref.current?.style.setProperty("grid-row", String(Math.floor(index / columns) + 1));
    ref.current?.style.setProperty("grid-column", String((index % columns) + 1));
  }, [index, columns]);
  const tabIndex = isActive ? 0 : -1;
  return (
    <li ref={ref} class="ag-card" data-state={word} data-agent={agent} aria-posinset={index + 1} aria-setsize={total}>
      <div class="ag-head">
        <a class="ag-name" href={hrefOf({ view: "agent", agent })} tabIndex={tabIndex} title={name}>
          {name}
        </a>
        {name !== agent && <span class="ag-id">{agent}</span>}
        <MenuButton label={`Actions for ${name}`} items={() => itemsOf(line)} tabIndex={tabIndex}>
          <span aria-hidden="true">⋯</span>
        </MenuButton>
      </div>
      <p class="ag-state">
        <StateIcon word={word} />
        <strong>{word}</strong>
        {since !== null && <span class="ag-time">{formatDuration(now - since)}</span>}
        {note && <span class="ag-note">{note}</span>}
        {call?.queueName && <span class="ag-on">on {call.queueName}</span>}
      </p>
      <CallLine line={line} />
      <Chips memberships={line.memberships} />
    </li>
  );
}

/** Whom they talk to; without a call, why they do not. */
export function CallLine({ line: { call, pauseReasons, word } }: Readonly<{ line: AgentLine }>) {
  const reasons = pauseReasons.join(", ");
  if (call)
    return (
      <p class="ag-call" title={partyOf(call)}>
        <span class="ag-with">{word === "ringing" ? "from" : "with"}</span>{" "}
        <strong class="ag-party">{partyOf(call)}</strong>
      </p>
    );
  return <p class="ag-call">{reasons && <span class="ag-reason">{reasons}</span>}</p>;
}

export function partyOf({ number, name }: NonNullable<AgentLine["call"]>): string {
  const shown = number === "unknown" ? "number withheld" : number;
  return name && name !== number ? `${name} ${shown}` : shown;
}

function Chips({ memberships }: Readonly<{ memberships: readonly Membership[] }>) {
  const shown = memberships.length > maxChips ? memberships.slice(0, maxChips - 1) : memberships;
  const rest = memberships.slice(shown.length);
  if (memberships.length === 0) return <p class="ag-no-queue">in no queue</p>;
  return (
    <ul class="ag-chips" aria-label="Queues">
      {shown.map((membership) => (
        <Chip key={membership.queue} membership={membership} />
      ))}
      {rest.length > 0 && (
        <li class="ag-chip ag-chip-rest" title={rest.map(({ queue }) => queue).join(", ")}>
          +{rest.length} more
        </li>
      )}
    </ul>
  );
}

export function Chip({ membership }: Readonly<{ membership: Membership }>) {
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
