/**
 * Random commands of clients, and the check that each was executed at most once and had one outcome (CM11, CM12). Each
 * command carries a mark that appears in the AMI action, so that executions can be counted. Each client counts its keys
 * 1, 2, 3, so that all of them use the same ones.
 */
import type { CommandInput, CommandOutcome } from "@pbxis/shared/client";
import type { SimulatedClient } from "./client.ts";

/** An action that the PBX received: its name in lower case, and all its headers as text. */
export type ReceivedAction = Readonly<{ action: string; text: string }>;

type Sent = { client: SimulatedClient; key: string; mark: string; command: CommandInput; outcomes: CommandOutcome[] };

/** Commands of one flood: more than a client may send with low limits. */
const floodSize = 10;

export type Commander = Readonly<{
  /** Sends a random command, sometimes twice at the same time. */
  send: (client: SimulatedClient) => void;
  /** Sends many commands at once (CM16). */
  flood: (client: SimulatedClient) => void;
  /** Each client repeats every tenth of its finished commands with its idempotency key, which must have no effect. */
  repeatSome: () => void;
  check: (receivedActions: readonly ReceivedAction[]) => string[];
  counts: () => Readonly<Record<string, number>>;
}>;

const actions: Readonly<Record<string, string>> = { originate: "originate", queuePause: "queuepause" };

/** `talking`: the agents who talk now. */
export function createCommander(
  chance: () => number,
  agents: readonly string[],
  queues: readonly string[],
  talking: () => readonly string[],
): Commander {
  const sent: Sent[] = [];
  const keys = new Map<SimulatedClient, number>();
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;

  function make(mark: string): CommandInput {
    const agent = pick(agents);
    const deadlineSeconds = 2 + Math.floor(chance() * 12);
    const kind = chance();
    if (kind < 0.3)
      return { type: "originate", agent, to: pick(agents), variables: { CRM_MARK: mark }, deadlineSeconds };
    if (kind < 0.58)
      return { type: "queuePause", agent, queue: pick(queues), paused: chance() < 0.6, reason: mark, deadlineSeconds };
    if (kind < 0.64) return { type: "queueAdd", agent, queue: pick(queues), deadlineSeconds };
    if (kind < 0.7) return { type: "queueRemove", agent, queue: pick(queues), deadlineSeconds };
    if (kind < 0.75) return { type: "redirect", agent, to: pick(agents), deadlineSeconds };
    if (kind < 0.79) return { type: "park", agent, deadlineSeconds };
    if (kind < 0.94) return inCall(deadlineSeconds);
    return { type: "hangup", agent, deadlineSeconds };
  }

  /** About an agent who talks, if somebody does. */
  function inCall(deadlineSeconds: number): CommandInput {
    const busy = talking();
    const agent = pick(busy.length > 0 ? busy : agents);
    const kind = chance();
    if (kind < 0.4) return { type: "recording", agent, state: pick(["paused", "on", "stopped"]), deadlineSeconds };
    if (kind < 0.8)
      return {
        type: "spy",
        agent,
        supervisor: pick(agents),
        mode: pick(["listen", "whisper", "barge"]),
        deadlineSeconds,
      };
    if (kind < 0.9) return { type: "mute", agent, muted: chance() < 0.5, deadlineSeconds };
    return { type: "sendDigits", agent, digits: "12#", deadlineSeconds };
  }

  function add(client: SimulatedClient, commandOf: (mark: string) => CommandInput): Sent {
    const mark = `mark${sent.length}x`;
    const key = (keys.get(client) ?? 0) + 1;
    keys.set(client, key);
    const one: Sent = { client, key: String(key), mark, command: commandOf(mark), outcomes: [] };
    sent.push(one);
    return one;
  }

  function request(one: Sent): void {
    void one.client.command(one.command, one.key).then((outcome) => one.outcomes.push(outcome));
  }

  return {
    send: (client) => {
      const one = add(client, make);
      request(one);
      if (chance() < 0.3) request(one);
    },
    flood: (client) => {
      const [[agent = ""], [queue = ""]] = [agents, queues];
      const pause = { type: "queuePause", agent, queue, paused: true, deadlineSeconds: 8 } as const;
      for (let index = 0; index < floodSize; index++) request(add(client, (reason) => ({ ...pause, reason })));
    },
    repeatSome: () => {
      for (const [index, one] of sent.entries()) if (index % 10 === 0 && one.outcomes.length > 0) request(one);
    },
    check: (receivedActions) => sent.flatMap((one) => checkOne(one, receivedActions)),
    counts: () => ({
      "commands sent": sent.length,
      ...Object.fromEntries(
        (["done", "failed", "unknown"] as const).map((status) => [
          `commands ${status}`,
          sent.filter(({ outcomes }) => outcomes[0]?.status === status).length,
        ]),
      ),
    }),
  };
}

function checkOne({ mark, command, outcomes }: Sent, receivedActions: readonly ReceivedAction[]): string[] {
  const found: string[] = [];
  const name = `command ${mark} (${command.type})`;
  if (outcomes.some((outcome) => outcome.status === "failed" && outcome.error.code === "key_reused"))
    found.push(`CM12: ${name} was refused for the key of another client`);
  const known = outcomes.filter(({ status, commandId }) => status !== "unknown" && commandId !== null);
  const texts = new Set(known.map(({ status, commandId }) => `${status} ${commandId}`));
  if (texts.size > 1) found.push(`CM11: ${name} has more than one outcome: ${[...texts].join(", ")}`);
  const action = actions[command.type];
  if (!action) return found;
  const times = receivedActions.filter((one) => one.action === action && one.text.includes(mark)).length;
  if (times > 1) found.push(`CM11: ${name} was executed ${times} times`);
  const isDone = known.some(({ status }) => status === "done");
  if (isDone && times !== 1) found.push(`CM11: ${name} is reported as done, but was executed ${times} times`);
  const neverStarted = known.some(
    (outcome) => outcome.status === "failed" && ["deadline_passed", "unavailable"].includes(outcome.error.code),
  );
  if (neverStarted && times > 0) found.push(`CM11: ${name} is reported as not started, but was executed`);
  return found;
}
