/**
 * A command's log line: whom it was for and how it ended. Numbers, names and variables are private and never logged.
 */
import type { Outcome, UplinkCommand } from "@pbxis/shared";
import type { Log } from "../log.ts";

/** The failures that an operator can fix. The messages of all others may name a caller. */
const operatorCodes: ReadonlySet<string> = new Set(["asterisk_refused", "not_permitted", "unavailable"]);

export function logCommand(log: Log, { id, command }: UplinkCommand, outcome: Outcome, ms: number): void {
  const about = {
    id,
    ...("agent" in command && { agent: command.agent }),
    ...("queue" in command && { queue: command.queue }),
  };
  const suffix = outcome.status === "done" ? "" : ` (${outcome.error.code})`;
  const isForOperator = outcome.status === "failed" && operatorCodes.has(outcome.error.code);
  log.info(
    { ...about, ms: Math.round(ms), ...(isForOperator && { because: outcome.error.message }) },
    `command ${command.type}: ${outcome.status}${suffix}`,
  );
}
