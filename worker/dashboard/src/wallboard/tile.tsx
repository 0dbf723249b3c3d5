/** One queue on the wallboard. */
import type { QueueView } from "@pbxis/shared/client";
import { useMemo, useRef } from "preact/hooks";
import { HistoryStrip } from "../history/history-strip.tsx";
import { hrefOf } from "../shell/route.ts";
import { agentStates, stateTexts } from "../ui/agent-states.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import type { Level, Thresholds } from "./thresholds.ts";
import { type AgentCounts, type Figure, levelLabels, type TileView, tileView } from "./tile-view.ts";

type Props = Readonly<{
  queue: QueueView;
  at: number;
  thresholds: Thresholds;
  /** How many tiles share the row, with this one. */
  mates: number;
}>;

/** Beside the level, a tile of the kiosk has room for so many characters of a name in one line. */
const maxShortName = 11;

/** `9:59` and `100%` stand in large type, `12:34:56` in a smaller one. */
const maxShortFigure = 5;

const levelIcons: Readonly<Record<Level, IconName>> = { good: "check", warn: "warn", bad: "bad" };

/** Redraws the body only if it shows something else, because only a few of many tiles change at a time. */
export function Tile({ queue, at, thresholds, mates }: Props) {
  const view = tileView(queue, at, thresholds);
  const shown = useRef({ view, key: "" });
  const key = JSON.stringify(view);
  if (shown.current.key !== key) shown.current = { view, key };
  const stable = shown.current.view;
  const body = useMemo(() => <TileBody view={stable} />, [stable]);
  return (
    <li class="wb-tile" data-level={view.level} style={{ "--mates": mates }}>
      {body}
    </li>
  );
}

function TileBody({ view }: Readonly<{ view: TileView }>) {
  const { queue, level, targetSeconds, targetPercent, gap } = view;
  const target = targetSeconds === null ? null : `${targetPercent}% in ${targetSeconds} s`;
  return (
    <>
      <div class="wb-head">
        <h2 class="wb-name" data-long={queue.length > maxShortName}>
          <a href={hrefOf({ view: "queue", queue })} title={`Waiting callers and agents of ${queue}`}>
            {queue}
          </a>
        </h2>
        <span class="wb-level">
          <Icon name={levelIcons[level]} />
          <span class="wb-level-label">{levelLabels[level]}</span>
        </span>
      </div>
      <dl class="wb-main">
        <Big name="waiting" term="Waiting" figure={view.waiting} />
        <Big name="wait" term="Longest wait" figure={view.longestWait} />
        <Big
          name="service"
          term="Service level"
          figure={view.serviceLevel}
          note={target === null ? null : `Service level today: answered within ${targetSeconds} s. Target: ${target}.`}
        />
      </dl>
      <dl class="wb-more">
        <Small term="Answered" value={view.answered} />
        <Small term="Abandoned" value={view.abandoned} />
        <Small term="Avg. wait" value={view.averageWait} />
        <Small term="Avg. handling" value={view.averageHandling} note="Talk, hold and wrap-up" />
      </dl>
      <Agents counts={view.agents} />
      {gap !== null && (
        <p class="wb-gap" title={gap}>
          <Icon name="warn" /> <span>Not watched all day</span>
        </p>
      )}
      <HistoryStrip queue={queue} targetPercent={targetPercent} targetText={target} />
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

function Small({ term, value, note }: Readonly<{ term: string; value: string; note?: string }>) {
  return (
    <div title={note}>
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
          <strong>{counts[state]}</strong> <span>{stateTexts[state]}</span>
        </li>
      ))}
    </ul>
  );
}
