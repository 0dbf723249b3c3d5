/** A command in the log: whom it was for and how it ended; numbers, names and variables are the callers' own. */
import type { Outcome, UplinkCommand } from "@pbxis/shared";
import type { Log } from "../log.ts";

/** What an operator can put right; the others' messages may name a caller. */
const operatorsCodes: ReadonlySet<string> = new Set(["asterisk_refused", "not_permitted", "unavailable"]);

export function logCommand(log: Log, { id, command }: UplinkCommand, outcome: Outcome, ms: number): void {
  const about = {
    id,
    ...("agent" in command && { agent: command.agent }),
    ...("queue" in command && { queue: command.queue }),
  };
  const end = outcome.status === "done" ? "" : ` (${outcome.error.code})`;
  const isOurs = outcome.status === "failed" && operatorsCodes.has(outcome.error.code);
  log.info(
    { ...about, ms: Math.round(ms), ...(isOurs && { because: outcome.error.message }) },
    `command ${command.type}: ${outcome.status}${end}`,
  );
}
