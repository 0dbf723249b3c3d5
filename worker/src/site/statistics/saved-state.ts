/** The state of the statistics as it is stored: one JSON text. Pure. */
import { SiteSettings } from "@pbxis/shared";
import * as z from "zod";
import { AgentMemory, Stretch } from "./agent-memory.ts";
import { addTo, createState, emptyTable, type StatisticsState, storedOf, type Table } from "./state.ts";
import { decodeSums, SavedSums } from "./sums.ts";

const time = z.number().int().nonnegative();
const count = z.number().int().nonnegative();
const Ids = z.array(z.string()).readonly().default([]);
const Spans = z.array(z.object({ from: time, to: time }).readonly()).readonly();
const SavedTable = z.array(z.tuple([z.literal(["queue", "agent", "site"]), z.string(), SavedSums]));
type SavedTable = z.infer<typeof SavedTable>;

/** `through`: the position in the log up to which everything is counted. */
export const SavedState = z.object({
  through: count,
  settings: SiteSettings,
  now: time,
  day: z.object({ from: z.number().int(), to: time }).readonly(),
  watch: z
    .object({
      ...{ since: time.nullable(), awaySince: time.nullable(), doubtFrom: time, amiSince: time },
      leftOut: z.object({ unwatched: Spans, unseen: Spans }).readonly().default({ unwatched: [], unseen: [] }),
    })
    .readonly(),
  missed: z
    .object({ connector: z.string(), ended: z.array(z.tuple([z.string(), count]).readonly()).readonly() })
    .readonly()
    .nullable()
    .default(null),
  queues: z.array(
    z.tuple([
      z.string(),
      z
        .object({
          ...{ waiting: count, carried: count, serviceLevel: z.number() },
          ...{ ended: count.nullable().default(null), endedAt: count.default(0), seen: count.default(0) },
          ...{ transferred: Ids, completed: Ids, picked: count.default(0) },
        })
        .readonly(),
    ]),
  ),
  agents: z.array(z.tuple([z.string(), AgentMemory])),
  today: SavedTable,
  open: z.array(z.tuple([time, SavedTable])),
  stretches: z.array(Stretch).default([]),
});
export type SavedState = z.infer<typeof SavedState>;

export function saveState(state: StatisticsState, through: number): SavedState {
  const { settings, now, day, watch, missed, queues, agents, today, open, stretches } = state;
  return {
    through,
    ...{ settings, now, day, watch, missed },
    queues: [...queues],
    agents: [...agents],
    today: saveTable(today),
    open: [...open].map(([start, table]) => [start, saveTable(table)]),
    stretches: [...stretches],
  };
}

export function restoreState({ through: _, queues, agents, today, open, ...saved }: SavedState): StatisticsState {
  return {
    ...createState(saved.now, saved.settings),
    ...saved,
    queues: new Map(queues),
    agents: new Map(agents),
    today: restoreTable(today),
    open: new Map(open.map(([start, table]) => [start, restoreTable(table)])),
  };
}

function saveTable(table: Table): SavedTable {
  return [...storedOf(0, table)].map(({ kind, name, sums }) => [kind, name, sums]);
}

function restoreTable(saved: SavedTable): Table {
  const table = emptyTable();
  for (const [kind, name, sums] of saved) addTo(table, kind, name, decodeSums(kind, sums));
  return table;
}
