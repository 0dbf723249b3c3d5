/**
 * EV19, AP12: compares the agents' times with what the agents did at the simulated PBX, without a look at the site's
 * log. Each change of what an agent does may count as late as a connector knew it (news.ts). What the row's own coverage
 * leaves out may be missing.
 */
import type { AgentActivity, StatisticsRow } from "@pbxis/shared";
import { activitiesOf } from "../pbx/activity.ts";
import type { PbxState } from "../pbx/state.ts";
import { type AmiSpan, type ConnectorRun, wrapUpReason } from "./connectors.ts";
import { beginning } from "./globals.ts";
import type { News } from "./news.ts";

/** From then on, in ms of the simulation, until the agent's next one. */
type Stretch = Readonly<{ agent: string; activity: AgentActivity; from: number }>;
type AgentRow = Extract<StatisticsRow, { kind: "agent" }>;
type Range = Readonly<{ least: number; most: number }>;

export type AgentTruth = Readonly<{
  /** To be called whenever something may have happened at the PBX. */
  note: (state: PbxState) => void;
  check: (rows: readonly StatisticsRow[], conditions: Conditions) => string[];
}>;
/** `asked`: the site made its answer at some time between. After a loss of AMI nobody knows who is on hold. */
type Conditions = Readonly<{ runs: readonly ConnectorRun[]; asked: Range; isHoldKnown: boolean }>;

/** Fields of a row, and what an agent does in the sum of them. */
type Rule = Readonly<{ fields: readonly (keyof AgentRow)[]; activities: readonly AgentActivity[] }>;
const talk: Rule = { fields: ["talkTime"], activities: ["talking"] };
const hold: Rule = { fields: ["holdTime"], activities: ["onhold"] };
const talkOrHold: Rule = { fields: ["talkTime", "holdTime"], activities: ["talking", "onhold"] };
const others: readonly Rule[] = [
  { fields: ["ringTime"], activities: ["ringing"] },
  { fields: ["wrapUpTime"], activities: ["wrapup"] },
  { fields: ["pausedTime"], activities: ["paused"] },
  { fields: ["availableTime"], activities: ["available"] },
  {
    fields: ["loggedInTime"],
    activities: ["talking", "onhold", "ringing", "wrapup", "paused", "available", "unavailable"],
  },
];

/** A connector's clock may be so much behind and slow (machines.ts): that shows in what goes on when the site is asked. */
const clockMs = 500;
/**
 * How much each return of the uplink may add. A gap of up to a second does not count (EV18); and it has its beginning and
 * end by the platform's clock, of which the connector's may be a little off, or another connector's.
 */
const returnMs = 1_000;

/** `platformAheadMs`: by how much the platform's clock is ahead of the simulation's. */
export function createAgentTruth(now: () => number, news: News, platformAheadMs: () => number): AgentTruth {
  const stretches: Stretch[] = [];
  const doing = new Map<string, AgentActivity>();
  let aheadMs = platformAheadMs();
  /** By how much the platform's clock was set in all. */
  let setMs = 0;

  function note(state: PbxState): void {
    setMs += Math.abs(platformAheadMs() - aheadMs);
    aheadMs = platformAheadMs();
    const activities = activitiesOf(state, [wrapUpReason]);
    for (const agent of doing.keys()) if (!activities.has(agent)) activities.set(agent, "loggedoff");
    const changed = [...activities].filter(([agent, activity]) => doing.get(agent) !== activity);
    for (const [agent, activity] of changed) {
      doing.set(agent, activity);
      stretches.push({ agent, activity, from: now() });
    }
    news.note();
  }

  /** Coverage apart. */
  function rangeOf(own: readonly Stretch[], activities: readonly AgentActivity[], { runs, asked }: Conditions): Range {
    let [least, most] = [0, 0];
    let began: number | null = null;
    for (const { activity, from } of own) {
      if (activities.includes(activity)) began ??= from;
      else if (began !== null) {
        least += Math.max(0, from - news.knownBy(began, runs));
        most += news.knownBy(from, runs) - began;
        began = null;
      }
    }
    if (began === null) return { least, most };
    return { least: least + Math.max(0, asked.least - news.knownBy(began, runs)), most: most + asked.most - began };
  }

  return {
    note,
    check: (rows, conditions) => {
      const uplinks = conditions.runs.reduce((sum, run) => sum + run.uplinks, 0);
      const slackMs = clockMs + setMs + returnMs * Math.max(0, uplinks - 1) + unnoticedMs(conditions.runs);
      return [...Map.groupBy(stretches, ({ agent }) => agent)].flatMap(([agent, own]) => {
        const ownRows = rows.filter((row) => row.kind === "agent" && row.name === agent) as AgentRow[];
        const missingMs = uncovered(ownRows, conditions.asked.most);
        return rulesFor(conditions).flatMap(({ fields, activities }) => {
          const { least, most } = rangeOf(own, activities, conditions);
          const sum = sumOf(ownRows, fields);
          if (sum <= most + slackMs && sum >= least - missingMs - slackMs) return [];
          const range = `${least.toFixed(0)} to ${most.toFixed(0)} ms`;
          return [
            `AP12: ${fields.join(" + ")} of ${agent} is ${sum}, but at the PBX ${range}, less ${missingMs.toFixed(0)} without coverage`,
          ];
        });
      });
    },
  };
}

function rulesFor({ isHoldKnown }: Conditions): readonly Rule[] {
  return [...(isHoldKnown ? [talk, hold] : [talkOrHold]), ...others];
}

function sumOf(rows: readonly AgentRow[], fields: Rule["fields"]): number {
  return rows.reduce((sum, row) => fields.reduce((some, field) => some + Number(row[field]), sum), 0);
}

/** Connectors that had ended, or had been replaced, before they noticed that AMI had died. Nobody knows it of that time. */
function unnoticedMs(runs: readonly ConnectorRun[]): number {
  return runs.reduce(
    (sum, run) => sum + run.amiSpans.reduce((some, span) => some + unnoticedOf(run, span, runs), 0),
    0,
  );
}

function unnoticedOf(run: ConnectorRun, { until, noticed }: AmiSpan, runs: readonly ConnectorRun[]): number {
  if (until === null) return 0;
  const replacements = runs.filter(({ from, reachedAt }) => from > run.from && reachedAt > until);
  const leftAt = Math.min(run.until ?? Infinity, ...replacements.map(({ reachedAt }) => reachedAt));
  return leftAt <= (noticed ?? Infinity) && leftAt !== Infinity ? leftAt - until : 0;
}

/** What of the time since the beginning the rows' coverage leaves out. `now` in ms of the simulation. */
function uncovered(rows: readonly AgentRow[], now: number): number {
  const before = beginning - (rows[0]?.from ?? beginning);
  const all = rows.reduce(
    (sum, { from, to, coverage }) => sum + (1 - coverage) * (Math.min(to, beginning + now) - from),
    0,
  );
  return Math.max(0, all - before);
}
