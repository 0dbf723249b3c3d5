/**
 * Commands that clients send, and whether each was carried out at most once and ended once (CM11, CM12). Each carries a mark that Asterisk shows
 * in what it was asked.
 */
import type { CommandInput, CommandOutcome } from "@pbxis/shared/client";
import type { SimulatedClient } from "./client.ts";

/** What the PBX was asked: the action's name and all that was in it. */
export type ReceivedAction = Readonly<{ action: string; text: string }>;

type Sent = { key: string; mark: string; command: CommandInput; outcomes: CommandOutcome[] };

export type Commander = Readonly<{
  /** Sends a command by chance, sometimes the same one twice at once. */
  send: (client: SimulatedClient) => void;
  /** Sends every tenth of those that have ended once more with its key, which must change nothing. */
  repeatSome: (client: SimulatedClient) => void;
  judge: (asked: readonly ReceivedAction[]) => string[];
  counts: () => Readonly<Record<string, number>>;
}>;

const actions: Readonly<Record<string, string>> = { originate: "originate", queuePause: "queuepause" };

export function createCommander(chance: () => number, agents: readonly string[], queues: readonly string[]): Commander {
  const sent: Sent[] = [];
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;

  function make(mark: string): CommandInput {
    const agent = pick(agents);
    const deadlineSeconds = 2 + Math.floor(chance() * 12);
    const kind = chance();
    if (kind < 0.35)
      return { type: "originate", agent, to: pick(agents), variables: { PBXIS_MARK: mark }, deadlineSeconds };
    if (kind < 0.7)
      return { type: "queuePause", agent, queue: pick(queues), paused: chance() < 0.6, reason: mark, deadlineSeconds };
    if (kind < 0.78) return { type: "queueAdd", agent, queue: pick(queues), deadlineSeconds };
    if (kind < 0.86) return { type: "queueRemove", agent, queue: pick(queues), deadlineSeconds };
    if (kind < 0.91) return { type: "redirect", agent, to: pick(agents), deadlineSeconds };
    if (kind < 0.95) return { type: "park", agent, deadlineSeconds };
    return { type: "hangup", agent, deadlineSeconds };
  }

  function ask(client: SimulatedClient, one: Sent): void {
    void client.command(one.command, one.key).then((outcome) => one.outcomes.push(outcome));
  }

  return {
    send: (client) => {
      const mark = `mark${sent.length}x`;
      const one: Sent = { key: `key-${mark}`, mark, command: make(mark), outcomes: [] };
      sent.push(one);
      ask(client, one);
      if (chance() < 0.3) ask(client, one);
    },
    repeatSome: (client) => {
      for (const [index, one] of sent.entries()) if (index % 10 === 0 && one.outcomes.length > 0) ask(client, one);
    },
    judge: (asked) => sent.flatMap((one) => judgeOne(one, asked)),
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

function judgeOne({ mark, command, outcomes }: Sent, asked: readonly ReceivedAction[]): string[] {
  const found: string[] = [];
  const name = `command ${mark} (${command.type})`;
  const known = outcomes.filter(({ status, commandId }) => status !== "unknown" && commandId !== null);
  const texts = new Set(known.map(({ status, commandId }) => `${status} ${commandId}`));
  if (texts.size > 1) found.push(`CM11: ${name} ended in more than one way: ${[...texts].join(", ")}`);
  const action = actions[command.type];
  if (!action) return found;
  const times = asked.filter((one) => one.action === action && one.text.includes(mark)).length;
  if (times > 1) found.push(`CM11: ${name} was carried out ${times} times`);
  const isDone = known.some(({ status }) => status === "done");
  if (isDone && times !== 1) found.push(`CM11: ${name} is told as done, and was carried out ${times} times`);
  const neverStarted = known.some(
    (outcome) => outcome.status === "failed" && ["deadline_passed", "unavailable"].includes(outcome.error.code),
  );
  if (neverStarted && times > 0) found.push(`CM11: ${name} is told as not done, and was carried out`);
  return found;
}
