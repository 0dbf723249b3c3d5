/** What of the list of calls is asked for (AP13), and the SQL that finds it. Pure. */
import type { CallPlace, CallQuery } from "../api.ts";
import type { ListedCall } from "./call.ts";
import { callColumns } from "./call-rows.ts";

/** Calls that are looked at for one page. More would keep the site from its events. */
export const maxScanned = 50_000;

type Sql = Readonly<{ text: string; values: readonly (string | number)[] }>;

/** The matching rows, newest first, and one more than the page has: then there is a next page. */
export function pageSql(query: CallQuery, scanned: number): Sql {
  const { queues, agents, outcomes, number, limit } = query;
  const range = rangeOf(query);
  const filters: string[] = [];
  const values: (string | number)[] = [];
  for (const [column, names] of [
    ["queue", queues],
    ["agent", agents],
    ["outcome", outcomes],
  ] as const) {
    if (names === null || (names === "*" && column === "queue")) continue;
    // An agent's name is never empty, so this is every call that somebody answered.
    if (names === "*") filters.push(`${column} IS NOT NULL`);
    else {
      filters.push(`${column} IN (SELECT value FROM json_each(?))`);
      values.push(JSON.stringify(names));
    }
  }
  if (number !== null) {
    filters.push("number = ?");
    values.push(number);
  }
  const where = filters.length > 0 ? `WHERE ${filters.join(" AND ")}` : "";
  return {
    text: `SELECT ended, id, ${callColumns} FROM (SELECT * FROM call ${range.text} LIMIT ?) ${where} LIMIT ?`,
    values: [...range.values, scanned, ...values, limit + 1],
  };
}

/** The place of the last row that `pageSql` looks at, if it does not reach the end. */
export function lastScannedSql(query: CallQuery, scanned: number): Sql {
  const range = rangeOf(query);
  return {
    text: `SELECT ended, id FROM call ${range.text} LIMIT 1 OFFSET ?`,
    values: [...range.values, scanned - 1],
  };
}

/** Before which place the calls are, newest first. */
function endOf({ to, after }: CallQuery): CallPlace {
  const end = { ended: to ?? Number.MAX_SAFE_INTEGER, id: 0 };
  return after && isBefore(after, end) ? after : end;
}

function rangeOf(query: CallQuery): Sql {
  const { ended, id } = endOf(query);
  return {
    text: "WHERE ended >= ? AND (ended, id) < (?, ?) ORDER BY ended DESC, id DESC",
    values: [query.from ?? 0, ended, id],
  };
}

/** The same for a call that is in no row yet. */
export function matchesQuery(query: CallQuery, call: ListedCall): boolean {
  const { from, queues, agents, outcomes, number } = query;
  return (
    call.ended >= (from ?? 0) &&
    isBefore(call, endOf(query)) &&
    (queues === "*" || queues.includes(call.queue)) &&
    (agents === null || (call.agent !== null && (agents === "*" || agents.includes(call.agent)))) &&
    (outcomes === null || outcomes.includes(call.outcome)) &&
    (number === null || call.number === number)
  );
}

export function isBefore(one: CallPlace, other: CallPlace): boolean {
  return one.ended !== other.ended ? one.ended < other.ended : one.id < other.id;
}
