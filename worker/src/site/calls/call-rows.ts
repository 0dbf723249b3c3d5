/** The table of calls: its columns, and how a call becomes a row and a row a call again. */
import { QueueCall } from "@pbxis/shared";
import type { CallPlace } from "../api.ts";
import type { TableSet } from "../tables.ts";
import { partColumns } from "../text-parts.ts";
import type { ListedCall } from "./call.ts";

export const callTables: TableSet = {
  name: "calls",
  version: 2,
  columns: {
    // In the order in which the waits ended, so that a page, and what is too old, is one range of rows.
    call: `
      ended INTEGER NOT NULL, id INTEGER NOT NULL, queue TEXT NOT NULL, unique_id TEXT NOT NULL, call_id TEXT NOT NULL,
      outcome TEXT NOT NULL, agent TEXT, number TEXT, name TEXT, joined INTEGER, answered INTEGER, over INTEGER,
      wait INTEGER, place INTEGER, first_place INTEGER, talk INTEGER, recording TEXT, reason TEXT,
      PRIMARY KEY (ended, id)`,
    call_state: partColumns,
  },
  // A write is billed as one row for each index.
  withoutRowid: ["call"],
  upgrades: {
    // The calls stay. Those that are not over are taken from the log, as far as it has them (call-store.ts).
    1: (sql) => {
      sql.exec("DROP INDEX IF EXISTS call_number");
      sql.exec("DROP TABLE IF EXISTS early_talk");
      sql.exec(`CREATE TABLE call_state (${partColumns})`);
    },
  },
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
function valuesOf(call: QueueCall): (string | number | null)[] {
  return fields.map((field) => call[field]);
}

const rowColumns = `ended, id, ${callColumns}`;

/** Adds a call, in place of the row `spent` if there is one: the platform bills that as one written row, too. */
export function writeCall(sql: SqlStorage, call: ListedCall, spent: CallPlace | null): void {
  const row = [call.ended, call.id, ...valuesOf(call)];
  const marks = row.map(() => "?").join(", ");
  if (spent) {
    const query = `UPDATE OR REPLACE call SET (${rowColumns}) = (${marks}) WHERE ended = ? AND id = ?`;
    sql.exec(query, ...row, spent.ended, spent.id);
  } else sql.exec(`INSERT OR REPLACE INTO call (${rowColumns}) VALUES (${marks})`, ...row);
}

/** A row with these columns and its place. Null for one that cannot be read. */
export function readCall(row: Record<string, SqlStorageValue>): QueueCall | null {
  return QueueCall.safeParse(Object.fromEntries(fields.map((field) => [field, row[columnOf[field]]]))).data ?? null;
}
