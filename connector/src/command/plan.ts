/**
 * CM10, CM13: from a command to the actions that carry it out, or to why it cannot be. Pure: the same command in the same world gives the same
 * plan. Every value is checked again here, whoever has checked it before: who holds the phone system believes nobody.
 */
import { outcomeFailed, type Reach, SiteCommand } from "@pbxis/shared";
import type { Lookup } from "../model/lookup.ts";
import { planHangup, planOriginate, planPark, planRedirect } from "./plan-call.ts";
import { planQueueAdd, planQueuePause, planQueuePenalty, planQueueRemove, planQueueReset } from "./plan-queue.ts";
import { safeText } from "./refusal.ts";
import { faultOf, missingRight, type Plan, type Steps } from "./step.ts";
import type { VariableRule } from "./variable.ts";

export type CommandSettings = Readonly<{
  originateContext: string;
  redirectContext: string;
  /** Technology and slash, for agents of whom no interface is known. */
  interfacePrefix: string;
  /** What `to` must be, besides what the protocol says. Anchored at both ends. */
  dialPattern: RegExp;
  variables: VariableRule;
}>;

/** All that a plan depends on. */
export type World = Readonly<{
  lookup: Lookup;
  settings: CommandSettings;
  isUp: boolean;
  /** The actions that the AMI account may use; null if that is not known. */
  rights: ReadonlySet<string> | null;
  /** A fresh ActionID. */
  actionId: string;
  /** The Uniqueid of the newest call that we originated and that may still ring the agent, null if there is none. */
  ringing: (agent: string) => string | null;
}>;

export function planCommand(given: unknown, reach: Reach, world: World): Plan {
  const parsed = SiteCommand.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return settled("bad_request", safeText(`${issue?.path.join(".") || "command"}: ${issue?.message}`));
  }
  if (!world.isUp) return settled("unavailable", "the connector has no connection to Asterisk");
  const plan = planOf(parsed.data, reach, world);
  return plan.kind === "steps" ? (refusalOf(plan, world) ?? plan) : plan;
}

function planOf(command: SiteCommand, reach: Reach, world: World): Plan {
  switch (command.type) {
    case "originate":
      return planOriginate(command, world);
    case "redirect":
      return planRedirect(command, reach, world);
    case "park":
      return planPark(command, reach, world);
    case "hangup":
      return planHangup(command, reach, world);
    case "queueAdd":
      return planQueueAdd(command, world);
    case "queueRemove":
      return planQueueRemove(command, reach, world);
    case "queuePause":
      return planQueuePause(command, reach, world);
    case "queuePenalty":
      return planQueuePenalty(command, reach, world);
    case "queueReset":
      return planQueueReset(command, reach, world);
    case "audit":
      return { kind: "audit" };
    case "findCalls":
      return {
        kind: "settled",
        outcome: { status: "done", result: { calls: [...world.lookup.callsOf(command.agent)] } },
      };
  }
}

/** Nothing is sent of a plan that cannot be carried out to its end. */
function refusalOf({ steps, actionId }: Steps, { rights }: World): Plan | undefined {
  for (const step of steps) {
    const right = missingRight(step.action, rights);
    if (right !== undefined)
      return settled("not_permitted", `the connector's AMI account may not ${step.action}: it needs ${right}`);
    const fault = faultOf(step, actionId);
    if (fault !== undefined) return settled("bad_request", `Asterisk cannot be told that: ${fault}`);
  }
  return undefined;
}

function settled(...failure: Parameters<typeof outcomeFailed>): Plan {
  return { kind: "settled", outcome: outcomeFailed(...failure) };
}
