/** Which commands are offered, blocked, or need a confirmation. Pure. The worker checks every command again (CM14). */
import type { CommandInput } from "@pbxis/shared/client";
import type { Freshness, Store } from "../store/store.ts";
import { isNameGranted, mayCommand, type TokenClaims } from "../store/token.ts";
import { isAboutCaller } from "./shown-call.ts";
import { targetOf } from "./tracker.ts";

export function isGranted(claims: TokenClaims, command: CommandInput): boolean {
  const { agent, queue } = targetOf(command);
  const other = "of" in command ? command.of : "supervisor" in command ? command.supervisor : undefined;
  const agents = [agent, other].filter((one) => one !== undefined);
  return (
    mayCommand(claims, command.type) &&
    agents.every((one) => isNameGranted(claims.agents, one)) &&
    (queue === undefined || isNameGranted(claims.queues, queue))
  );
}

/** The user's own agent id: that of a token that grants exactly one agent. */
export function selfOf({ agents }: TokenClaims): string | null {
  const [only] = agents;
  return agents.length === 1 && only !== undefined && only !== "*" ? only : null;
}

/** Why no commands can be sent now; null if they can. Users should not act on stale values. */
export function whyBlocked(freshness: Freshness): string | null {
  switch (freshness.kind) {
    case "live":
      return null;
    case "connecting":
      return "Not possible yet: still connecting.";
    case "stopped":
      return "Not possible: updates have stopped. Sign in again.";
    case "stale":
      return blockedReasons[freshness.cause];
  }
}

/** The same of a command about a caller who waits, whose list may be older than all other values. */
export function whyCallersBlocked({ callers }: Pick<Store, "callers">, command: CommandInput): string | null {
  const isStale = isAboutCaller(command) && callers(command.queue)?.isLive !== true;
  return isStale ? "Not possible now: the list of waiting callers is not current." : null;
}

const blockedReasons: Readonly<Record<Extract<Freshness, { kind: "stale" }>["cause"], string>> = {
  connection: "Not possible now: no connection to the server.",
  down: "Not possible now: the connector has lost its connection to Asterisk.",
  offline: "Not possible now: the site is offline.",
};

/**
 * Commands that end a call or its recording, erase statistics, or log off another agent. Commands that are easily
 * undone need no confirmation.
 */
export function mustConfirm(claims: TokenClaims, command: CommandInput): boolean {
  switch (command.type) {
    case "hangup":
    case "hangupCaller":
    case "queueReset":
      return true;
    case "recording":
      return command.state === "stopped";
    case "queueRemove":
      return command.agent !== selfOf(claims);
    default:
      return false;
  }
}
