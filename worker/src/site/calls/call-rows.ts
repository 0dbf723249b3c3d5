/** The table of calls: its columns, and how a row becomes a call again. Pure. */
import { QueueCall } from "@pbxis/shared";
import type { TableSet } from "../tables.ts";

export const callTables: TableSet = {
  name: "calls",
  version: 1,
  columns: {
    // In the order in which the waits ended, so that a page, and what is too old, is one range of rows.
    call: `
      ended INTEGER NOT NULL, id INTEGER NOT NULL, queue TEXT NOT NULL, unique_id TEXT NOT NULL, call_id TEXT NOT NULL,
      outcome TEXT NOT NULL, agent TEXT, number TEXT, name TEXT, joined INTEGER, answered INTEGER, over INTEGER,
      wait INTEGER, place INTEGER, first_place INTEGER, talk INTEGER, recording TEXT, reason TEXT,
      PRIMARY KEY (ended, id)`,
    early_talk: "id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL",
  },
  withoutRowid: ["call"],
  // The only other order in which calls are looked for by the million: those of one number.
  indexes: ["CREATE INDEX IF NOT EXISTS call_number ON call (number, ended) WHERE number IS NOT NULL"],
};

/** Column by field of the answer. */
const columnOf = {
  queue: "queue",
  uniqueId: "unique_id",
  callId: "call_id",
  outcome: "outcome",
  agent: "agent",
  number: "number",
  name: "name",
  joinedAt: "joined",
  answeredAt: "answered",
  endedAt: "over",
  waitTime: "wait",
  talkTime: "talk",
  position: "place",
  originalPosition: "first_place",
  recording: "recording",
  reason: "reason",
} as const satisfies Record<keyof QueueCall, string>;

const fields = Object.keys(columnOf) as (keyof QueueCall)[];
export const callColumns = Object.values(columnOf).join(", ");

/** The values of the columns, in the order of `callColumns`. */
export function valuesOf(call: QueueCall): (string | number | null)[] {
  return fields.map((field) => call[field]);
}

/** A row with these columns and its place. Null for one that cannot be read. */
export function readCall(row: Record<string, SqlStorageValue>): QueueCall | null {
  return QueueCall.safeParse(Object.fromEntries(fields.map((field) => [field, row[columnOf[field]]]))).data ?? null;
}
