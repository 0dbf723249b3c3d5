/** The page of one queue: its figures, who waits, and its agents. */
import type { QueueView } from "@pbxis/shared/client";
import { useEffect, useRef } from "preact/hooks";
import { agentDisplay } from "../agents/agent-display.ts";
import { useFocusFallback } from "../command/use-focus-fallback.ts";
import { hrefOf } from "../shell/route.ts";
import { isNameGranted } from "../store/token.ts";
import { displayTime } from "../ui/clock.ts";
import { formatDuration, formatPercent } from "../ui/format.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { Icon } from "../ui/icon.tsx";
import { MembersPanel } from "./members-panel.tsx";
import { WaitingPanel } from "./waiting-panel.tsx";

export function QueuePage({ queue }: Readonly<{ queue: string }>) {
  const store = useStore();
  const { state, signedIn } = store;
  const { claims } = signedIn;
  const root = useRef<HTMLDivElement>(null);
  useFocusFallback(root);
  const now = displayTime(store.freshness(), useNow());
  const mayShow = isNameGranted(claims.queues, queue);
  const mayWatch = mayShow && claims.callers;
  useEffect(() => (mayWatch ? store.watchCallers(queue) : undefined), [store, queue, mayWatch]);
  const view = state.queue(queue);
  // A queue shows members whom the token does not grant: for those there are no commands.
  const granted = state.agents().filter((agent) => isNameGranted(claims.agents, agent));
  const agents = granted.flatMap((agent) => state.agent(agent) ?? []);
  return (
    <div ref={root} class="qp-view">
      <p class="ap-back">
        <a href={hrefOf({ view: "wallboard" })}>All queues</a>
      </p>
      <header class="qp-head">
        <h1>{queue}</h1>
        {mayShow && view ? (
          <Figures view={view} now={now} />
        ) : (
          <p class="qp-unknown">
            <Icon name="warn" />
            {mayShow ? `No queue is known as ${queue}.` : `Your token does not grant queue ${queue}.`}
          </p>
        )}
      </header>
      {mayShow && (
        <div class="qp-columns">
          <section class="qp-panel qp-wide" aria-labelledby="qp-waiting">
            <h2 id="qp-waiting">Waiting callers</h2>
            {mayWatch ? (
              <WaitingPanel
                queue={queue}
                callers={store.callers(queue)}
                count={view?.count ?? 0}
                agents={agents.map((agent) => agentDisplay(agent))}
                now={now}
              />
            ) : (
              <p class="qp-none">Your token does not show who waits: it lacks the claim “callers”.</p>
            )}
          </section>
          <MembersPanel queue={queue} now={now} />
        </div>
      )}
    </div>
  );
}

/** Of today, where it says nothing else. */
function Figures({ view, now }: Readonly<{ view: QueueView; now: number }>) {
  const { count, longestWaitSince, statistics } = view;
  const level = statistics?.serviceLevel ?? null;
  const figures: readonly (readonly [string, string])[] = [
    ["Waiting now", String(count)],
    ["Longest wait now", longestWaitSince === null ? "–" : formatDuration(now - longestWaitSince)],
    ["Answered", statistics ? String(statistics.answered) : "–"],
    ["Abandoned", statistics ? String(statistics.abandoned) : "–"],
    ["Service level", level === null ? "–" : formatPercent(Math.floor(level))],
  ];
  return (
    <dl class="qp-figures">
      {figures.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
