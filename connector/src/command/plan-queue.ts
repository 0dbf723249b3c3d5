/** CM4, CM5: memberships and the queues' counts. Memberships are per queue (EV14): each is changed by an action of its own. */
import { type CommandOf, outcomeFailed, type QueueName, type Reach } from "@pbxis/shared";
import type { Lookup, Membership } from "../model/lookup.ts";
import { interfaceToAdd } from "./dial.ts";
import type { World } from "./plan.ts";
import { type Plan, type Step, stepOf } from "./step.ts";

export function planQueueAdd(command: CommandOf<"queueAdd">, { lookup, settings, actionId }: World): Plan {
  const { queue, agent, penalty, paused, reason } = command;
  if (!lookup.hasQueue(queue)) return noQueue(queue);
  const given = [command.name, reason].find((text) => text !== undefined && !isStorable(text));
  if (given !== undefined) return refuse("bad_request", "name and reason must have no ; and no |");
  const added = interfaceToAdd(lookup, agent, queue, settings.interfacePrefix);
  if (!added) return refuse("bad_request", `there is nothing to dial for agent ${agent}`);
  const { memberInterface, stateInterface } = added;
  const known = lookup.nameOf(agent);
  const name = command.name ?? (known !== null && isStorable(known) ? known : undefined);
  const member = [
    ["Queue", queue],
    ["Interface", memberInterface],
  ] as const;
  const add = stepOf(
    "QueueAdd",
    [...member, ["MemberName", name], ["StateInterface", stateInterface], ["Penalty", penalty], ["Paused", paused]],
    { changes: queue },
  );
  // Asterisk 16 does not take a reason along.
  const reasoned = [...member, ["Paused", true], ["Reason", reason]] as const;
  const steps: Step[] = paused && reason !== undefined ? [add, stepOf("QueuePause", reasoned)] : [add];
  const result = { queues: [queue] };
  return { kind: "steps", actionId, steps, independent: false, result, aftermath: { kind: "none" } };
}

export function planQueueRemove(command: CommandOf<"queueRemove">, reach: Reach, world: World): Plan {
  return planMembers(command, reach, world, ({ queue, memberInterface }) =>
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

export function planQueuePause(command: CommandOf<"queuePause">, reach: Reach, world: World): Plan {
  const { paused, reason } = command;
  if (reason !== undefined && !isStorable(reason)) return refuse("bad_request", "reason must have no ; and no |");
  return planMembers(command, reach, world, ({ queue, memberInterface }) =>
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

export function planQueuePenalty(command: CommandOf<"queuePenalty">, reach: Reach, world: World): Plan {
  return planMembers(command, reach, world, ({ queue, memberInterface }) =>
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

/** One step for each of the agent's memberships that the command is about: of the queue that it names, else of all in reach. */
function planMembers(
  { agent, queue }: MemberCommand,
  reach: Reach,
  { lookup, actionId }: World,
  stepFor: (membership: Membership) => Step,
): Plan {
  if (queue !== undefined && !lookup.hasQueue(queue)) return noQueue(queue);
  const memberships = lookup
    .membershipsOf(agent)
    .filter((membership) => (queue === undefined ? isInReach(reach, membership.queue) : membership.queue === queue));
  if (memberships.length === 0)
    return refuse("not_found", `agent ${agent} is no member of ${queue === undefined ? "any such queue" : queue}`);
  const queues = [...new Set(memberships.map((membership) => membership.queue))];
  const steps = memberships.map(stepFor);
  return { kind: "steps", actionId, steps, independent: true, result: { queues }, aftermath: { kind: "none" } };
}

/** Asterisk answers Success for a queue that it does not have: what there is, the model must know. */
export function planQueueReset({ queue }: CommandOf<"queueReset">, reach: Reach, { lookup, actionId }: World): Plan {
  if (queue !== undefined && !lookup.hasQueue(queue)) return noQueue(queue);
  const queues = queue === undefined ? resettable(lookup, reach) : [queue];
  if (queues.length === 0) return refuse("not_found", "there is no such queue");
  const isAll = queue === undefined && reach.queues === "*";
  const steps = isAll
    ? [stepOf("QueueReset", [])]
    : queues.map((name) => stepOf("QueueReset", [["Queue", name]], { changes: name }));
  return { kind: "steps", actionId, steps, independent: true, result: { queues }, aftermath: { kind: "none" } };
}

function resettable(lookup: Lookup, reach: Reach): QueueName[] {
  return lookup.queues().filter((queue) => isInReach(reach, queue));
}

function isInReach({ queues }: Reach, queue: string): boolean {
  return queues === "*" || queues.includes(queue);
}

/**
 * Asterisk keeps dynamic members in its database as text with `;` between the fields and `|` between the members: a name or a reason with one of
 * these would be read as another member after a restart.
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
