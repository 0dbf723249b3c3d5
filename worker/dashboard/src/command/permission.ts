/** Which commands are worth offering, and why one that is offered cannot be given just now. Pure. The worker decides anew (CM14). */
import type { CommandInput } from "@pbxis/shared/client";
import { mayCommand, mayName, type TokenClaims } from "../session.ts";
import type { Freshness } from "../store.ts";
import { targetOf } from "./desk.ts";

export function isGranted(claims: TokenClaims, command: CommandInput): boolean {
  const { agent, queue } = targetOf(command);
  return (
    mayCommand(claims, command.type) &&
    (agent === undefined || mayName(claims.agents, agent)) &&
    (queue === undefined || mayName(claims.queues, queue))
  );
}

/** The one agent whom the token is about: whoever is signed in with it is that agent. */
export function selfOf({ agents }: TokenClaims): string | null {
  const [only] = agents;
  return agents.length === 1 && only !== undefined && only !== "*" ? only : null;
}

/** Null while commands can be given. Nobody should steer by values that are no longer so. */
export function whyBlocked(freshness: Freshness): string | null {
  switch (freshness.kind) {
    case "live":
      return null;
    case "connecting":
      return "Not yet: still connecting.";
    case "stopped":
      return "Not possible: the connection has ended. Sign in again.";
    case "stale":
      return staleWords[freshness.cause];
  }
}

const staleWords: Readonly<Record<Extract<Freshness, { kind: "stale" }>["cause"], string>> = {
  connection: "Not possible now: no connection to the server.",
  down: "Not possible now: the connector has lost Asterisk.",
  offline: "Not possible now: the site is offline.",
};

/** What ends or takes away something of somebody asks first. What one does to oneself, and what is easily undone, does not. */
export function mustConfirm(claims: TokenClaims, command: CommandInput): boolean {
  switch (command.type) {
    case "hangup":
    case "queueReset":
      return true;
    case "queueRemove":
      return command.agent !== selfOf(claims);
    default:
      return false;
  }
}
