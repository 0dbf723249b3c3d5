/** A row of the ledger, read back as a command, or as one of which nothing but its end is known (CM11). Pure. */
import { Outcome, outcomeUnknown, Reach, SiteCommand } from "@pbxis/shared";
import type * as z from "zod";
import { parseJson } from "../../json.ts";
import { type ReadBack, readValue, type Unreadable, unreadable } from "../../stored.ts";
import type { CallerNumber } from "../erasure/number.ts";

/** To be raised with each change of a row's contents. */
export const ledgerVersion = 2;

/**
 * A command that was sent to the connector of that `epoch`. Times are in ms: after `deadlineAt` the connector must not
 * start it; from `giveUpAt` on its outcome is unknown.
 */
export type LedgerEntry = Readonly<{
  id: string;
  subject: string;
  epoch: string;
  deadlineAt: number;
  giveUpAt: number;
  reach: Reach;
  command: SiteCommand;
  outcome: Outcome | null;
}>;

/**
 * A row that this build cannot read. What became of the command cannot be known, so it has ended as unknown for
 * everyone who asks, and its key stays used (CM12).
 */
export type UnreadableEntry = Readonly<{ id: string; command: null; outcome: Outcome; problem: Unreadable }>;

/** The columns that `entryOf` reads. */
export type Row = {
  id: string;
  subject: string;
  epoch: string;
  deadline: number;
  give_up: number;
  reach: string;
  command: string;
  outcome: string | null;
};

export const ofAnotherBuild = outcomeUnknown(
  "this command was taken by another version of the worker; it may have been carried out",
);

export function entryOf(row: Row): LedgerEntry | UnreadableEntry {
  const { id, subject, epoch, deadline: deadlineAt, give_up: giveUpAt } = row;
  if (row.command === erasedCommand) return erasedEntry(row);
  const reach = readColumn(Reach, row.reach);
  if (!reach.ok) return unreadableEntry(id, reach);
  const command = readColumn(SiteCommand, row.command);
  if (!command.ok) return unreadableEntry(id, command);
  const outcome = row.outcome === null ? null : readColumn(Outcome, row.outcome);
  if (outcome && !outcome.ok) return unreadableEntry(id, outcome);
  return {
    id,
    subject,
    epoch,
    deadlineAt,
    giveUpAt,
    reach: reach.value,
    command: command.value,
    outcome: outcome?.value ?? null,
  };
}

/** Stored in place of a command whose number was erased (AP16). */
const erasedCommand = "null";

const wasErased = outcomeUnknown("the number of this command was erased; it may have been carried out");

/** Of such a command nothing but its outcome is known. One that is under way is not sent again. */
function erasedEntry({ id, outcome: text }: Row): UnreadableEntry {
  const outcome = text === null ? null : readColumn(Outcome, text);
  const problem = unreadable("its number was erased", ledgerVersion);
  return { id, command: null, outcome: outcome?.ok ? outcome.value : wasErased, problem };
}

export type ErasableRow = Readonly<{ id: string; command: string; outcome: string | null }>;

/** The row without the number; null if it has none. Agents and queues of the command are no callers. */
export function erasedRow(
  { command, outcome }: ErasableRow,
  number: CallerNumber,
): Pick<ErasableRow, "command" | "outcome"> | null {
  const { agent, queue, ...parties } = Object(parseJson(command));
  const isParty = JSON.stringify(number.eraseWithin(parties)) !== JSON.stringify(parties);
  const after = outcome === null ? null : JSON.stringify(number.eraseWithin(parseJson(outcome)));
  if (!isParty && after === outcome) return null;
  return { command: isParty ? erasedCommand : command, outcome: after };
}

function unreadableEntry(id: string, problem: Unreadable): UnreadableEntry {
  return { id, command: null, outcome: ofAnotherBuild, problem };
}

function readColumn<Value>(schema: z.ZodType<Value>, text: string): ReadBack<Value> {
  return readValue(schema, ledgerVersion, text);
}
