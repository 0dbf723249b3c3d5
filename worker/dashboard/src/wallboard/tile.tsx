/** One queue on the wallboard. */
import type { QueueView } from "@pbxis/shared/client";
import { useMemo, useRef } from "preact/hooks";
import { CommandButton } from "../command/button.tsx";
import type { Commands } from "../command/use-command.ts";
import { HistoryStrip } from "../history/history-strip.tsx";
import { hrefOf } from "../shell/route.ts";
import { agentStates } from "../ui/agent-states.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import type { Level, Thresholds } from "./thresholds.ts";
import { type AgentCounts, type Figure, levelLabels, type TileView, tileView } from "./tile-view.ts";

type Props = Readonly<{
  queue: QueueView;
  at: number;
  thresholds: Thresholds;
  /** Null for a tile without commands, as in kiosk mode. */
  commands: Commands | null;
  /** How many tiles share the row, with this one. */
  mates: number;
}>;

/** Beside the level, a tile of the kiosk has room for so many characters of a name in one line. */
const maxShortName = 11;

/** `9:59` and `100%` stand in large type, `12:34:56` in a smaller one. */
const maxShortFigure = 5;

const levelIcons: Readonly<Record<Level, IconName>> = { good: "check", warn: "warn", bad: "bad" };

/** Redraws the body only if it shows something else, because only a few of many tiles change at a time. */
export function Tile({ queue, at, thresholds, commands, mates }: Props) {
  const view = tileView(queue, at, thresholds);
  const shown = useRef({ view, key: "" });
  const key = JSON.stringify(view);
  if (shown.current.key !== key) shown.current = { view, key };
  const stable = shown.current.view;
  const body = useMemo(() => <TileBody view={stable} />, [stable]);
  return (
    <li class="wb-tile" data-level={view.level} style={{ "--mates": mates }}>
      {body}
      {commands && (
        <div class="wb-actions">
          <CommandButton
            commands={commands}
            command={{ type: "queueReset", queue: queue.queue }}
            label={`Reset the statistics of ${queue.queue}`}
          >
            Reset
          </CommandButton>
        </div>
      )}
    </li>
  );
}

function TileBody({ view }: Readonly<{ view: TileView }>) {
  const seconds = view.serviceLevelSeconds;
  return (
    <>
      <div class="wb-head">
        <h2 class="wb-name" data-long={view.queue.length > maxShortName}>
          <a href={hrefOf({ view: "agents", queue: view.queue })} title={`Agents of ${view.queue}`}>
            {view.queue}
          </a>
        </h2>
        <span class="wb-level">
          <Icon name={levelIcons[view.level]} />
          <span class="wb-level-label">{levelLabels[view.level]}</span>
        </span>
      </div>
      <dl class="wb-main">
        <Big name="waiting" term="Waiting" figure={view.waiting} />
        <Big name="wait" term="Longest wait" figure={view.longestWait} />
        <Big
          name="service"
          term="Service level"
          figure={view.serviceLevel}
          note={seconds === null ? null : `Answered within ${seconds} s`}
        />
      </dl>
      <dl class="wb-more">
        <Small term="Answered" value={view.answered} />
        <Small term="Abandoned" value={view.abandoned} />
        <Small term="Avg. wait" value={view.averageWait} />
        <Small term="Avg. talk" value={view.averageTalk} />
      </dl>
      <Agents counts={view.agents} />
      <HistoryStrip queue={view.queue} />
    </>
  );
}

type BigProps = Readonly<{ name: string; term: string; figure: Figure; note?: string | null }>;

function Big({ name, term, figure, note = null }: BigProps) {
  return (
    <div
      class={`wb-big wb-${name}`}
      data-level={figure.level}
      data-long={figure.text.length > maxShortFigure}
      title={note ?? undefined}
    >
      <dt>
        {term}
        {figure.level !== "good" && <Icon name={levelIcons[figure.level]} />}
      </dt>
      <dd>
        <span aria-hidden="true">{figure.text}</span>
        <span class="ui-hidden">
          {figure.spoken}
          {figure.level !== "good" && `, ${levelLabels[figure.level]}`}
        </span>
      </dd>
    </div>
  );
}

function Small({ term, value }: Readonly<{ term: string; value: string }>) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Agents({ counts }: Readonly<{ counts: AgentCounts }>) {
  return (
    <ul class="wb-agents" aria-label="Agents">
      {agentStates.map((state) => (
        <li key={state} data-state={state} data-none={counts[state] === 0}>
          <strong>{counts[state]}</strong> <span>{state}</span>
        </li>
      ))}
    </ul>
  );
}
