/** Plans the commands about memberships and statistics (CM4, CM5). Each membership needs its own action (EV14). */
import { type CommandOf, outcomeFailed, type QueueName, type Reach } from "@pbxis/shared";
import type { Lookup, Membership } from "../model/lookup.ts";
import { memberToAdd } from "./dial.ts";
import type { PlanContext } from "./plan-context.ts";
import { type ActionStep, type Plan, stepOf } from "./step.ts";

export function planQueueAdd(command: CommandOf<"queueAdd">, { lookup, settings, actionId }: PlanContext): Plan {
  const { queue, agent, paused, reason } = command;
  if (!lookup.hasQueue(queue)) return noQueue(queue);
  const given = [command.name, reason].find((text) => text !== undefined && !isStorable(text));
  if (given !== undefined) return refuse("bad_request", "name and reason must not contain ; or |");
  const added = memberToAdd(lookup, agent, queue, settings);
  if (!added) return refuse("bad_request", `no interface to dial is known for agent ${agent}`);
  const { memberInterface, stateInterface } = added;
  const name = command.name ?? (added.name !== undefined && isStorable(added.name) ? added.name : undefined);
  const penalty = command.penalty ?? added.penalty;
  const member = [
    ["Queue", queue],
    ["Interface", memberInterface],
  ] as const;
  const add = stepOf(
    "QueueAdd",
    [...member, ["MemberName", name], ["StateInterface", stateInterface], ["Penalty", penalty], ["Paused", paused]],
    { changes: queue },
  );
  // Asterisk 16 has no reason in QueueAdd.
  const reasoned = [...member, ["Paused", true], ["Reason", reason]] as const;
  const steps: ActionStep[] = paused && reason !== undefined ? [add, stepOf("QueuePause", reasoned)] : [add];
  const result = { queues: [queue] };
  return { kind: "steps", actionId, steps, independent: false, result, followUp: { kind: "none" } };
}

export function planQueueRemove(command: CommandOf<"queueRemove">, reach: Reach, context: PlanContext): Plan {
  return planMembers(command, reach, context, ({ queue, memberInterface }) =>
    stepOf(
      "QueueRemove",
      [
        ["Queue", queue],
        ["Interface", memberInterface],
      ],
      { changes: queue },
    ),
  );
}

export function planQueuePause(command: CommandOf<"queuePause">, reach: Reach, context: PlanContext): Plan {
  const { paused, reason } = command;
  if (reason !== undefined && !isStorable(reason)) return refuse("bad_request", "reason must not contain ; or |");
  return planMembers(command, reach, context, ({ queue, memberInterface }) =>
    stepOf(
      "QueuePause",
      [
        ["Queue", queue],
        ["Interface", memberInterface],
        ["Paused", paused],
        ["Reason", reason],
      ],
      { changes: queue },
    ),
  );
}

export function planQueuePenalty(command: CommandOf<"queuePenalty">, reach: Reach, context: PlanContext): Plan {
  return planMembers(command, reach, context, ({ queue, memberInterface }) =>
    stepOf(
      "QueuePenalty",
      [
        ["Queue", queue],
        ["Interface", memberInterface],
        ["Penalty", command.penalty],
      ],
      { changes: queue },
    ),
  );
}

type MemberCommand = CommandOf<"queueRemove"> | CommandOf<"queuePause"> | CommandOf<"queuePenalty">;

/** One step for each of the agent's memberships: in the named queue, or in all queues of the authorised scope. */
function planMembers(
  { agent, queue }: MemberCommand,
  reach: Reach,
  { lookup, actionId }: PlanContext,
  stepFor: (membership: Membership) => ActionStep,
): Plan {
  if (queue !== undefined && !lookup.hasQueue(queue)) return noQueue(queue);
  const memberships = lookup
    .membershipsOf(agent)
    .filter((membership) => (queue === undefined ? isInScope(reach, membership.queue) : membership.queue === queue));
  if (memberships.length === 0)
    return refuse(
      "not_found",
      `agent ${agent} is not a member of ${queue === undefined ? "any queue in the authorised scope" : queue}`,
    );
  const queues = [...new Set(memberships.map((membership) => membership.queue))];
  const steps = memberships.map(stepFor);
  return { kind: "steps", actionId, steps, independent: true, result: { queues }, followUp: { kind: "none" } };
}

/** Asterisk answers Success for a queue that does not exist, so the model decides which queues there are. */
export function planQueueReset(
  { queue }: CommandOf<"queueReset">,
  reach: Reach,
  { lookup, actionId }: PlanContext,
): Plan {
  if (queue !== undefined && !lookup.hasQueue(queue)) return noQueue(queue);
  const queues = queue === undefined ? resettable(lookup, reach) : [queue];
  if (queues.length === 0) return refuse("not_found", "no queue is in the authorised scope");
  const isAll = queue === undefined && reach.queues === "*";
  const steps = isAll
    ? [stepOf("QueueReset", [])]
    : queues.map((name) => stepOf("QueueReset", [["Queue", name]], { changes: name }));
  return { kind: "steps", actionId, steps, independent: true, result: { queues }, followUp: { kind: "none" } };
}

function resettable(lookup: Lookup, reach: Reach): QueueName[] {
  return lookup.queues().filter((queue) => isInScope(reach, queue));
}

function isInScope({ queues }: Reach, queue: string): boolean {
  return queues === "*" || queues.includes(queue);
}

/**
 * Asterisk stores dynamic members as text, with `;` between fields and `|` between members: a name or a reason with one
 * of these would become another member after a restart.
 */
function isStorable(text: string): boolean {
  return !/[;|]/.test(text);
}

function noQueue(queue: QueueName): Plan {
  return refuse("not_found", `there is no queue ${queue}`);
}

function refuse(code: "bad_request" | "not_found", message: string): Plan {
  return { kind: "settled", outcome: outcomeFailed(code, message) };
}
