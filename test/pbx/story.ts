/** Sequences of commands and AMI actions that tests play on the simulated PBX, one every two seconds. */
import { expect } from "vitest";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import { type Command, createPbx, type Pbx } from "./core.ts";
import { perform } from "./manager/perform.ts";
import { type ActionRequest, actionRequest } from "./manager/request.ts";
import { banner } from "./manager/session.ts";
import { renderPacket } from "./packet.ts";
import { packetsOf } from "./recording.ts";
import type { AgentConfig, QueueConfig } from "./state.ts";

export const labAgents: readonly AgentConfig[] = [
  { id: "1001", name: "Ann Agent" },
  { id: "1002", name: "Bob Agent" },
  { id: "1003", name: "Cid Agent" },
  { id: "1005", name: "Eve Agent" },
];

/** The lab's queues, with the members that were free in the recording. */
export function queuesWith(support: readonly string[], sales: readonly string[]): readonly QueueConfig[] {
  return [
    { name: "support", exten: "5001", strategy: "ringall", monitor: "before", members: support },
    { name: "sales", exten: "5002", strategy: "rrmemory", monitor: "answered", members: sales },
  ];
}

type Headers = Readonly<Record<string, string>>;
/** `headers`: the action's headers; a function where they depend on the present state. */
export type ActionStep = Readonly<{ action: string; headers: Headers | ((pbx: Pbx) => Headers) }>;
/** `wait`: 30 s pass. `abandon`: the latest caller hangs up. */
export type StoryStep = Command | ActionStep | "wait" | "abandon";

export function playStory(queues: readonly QueueConfig[], steps: readonly StoryStep[]): readonly Packet[] {
  let now = 1_795_425_023_000;
  const pbx = createPbx(queues, labAgents, now);
  for (const step of steps) {
    now += 2000;
    pbx.tick(now);
    if (step === "wait") {
      now += 30_000;
      pbx.tick(now);
    } else if (typeof step === "object" && "action" in step) {
      const headers = Object.entries(typeof step.headers === "function" ? step.headers(pbx) : step.headers);
      const { response } = performRequest(
        pbx,
        actionRequest([["Action", step.action], ["ActionID", "story"], ...headers]),
        now,
      );
      expect([step.action, headers, response]).toEqual([step.action, headers, "Success"]);
    } else {
      const callId = [...pbx.state.calls].at(-1)?.channel.uniqueId ?? "";
      const command: Command = step === "abandon" ? { kind: "abandon", callId } : step;
      expect([command, pbx.run(command, now)]).toEqual([command, true]);
    }
  }
  return packetsOf(Buffer.from(banner + pbx.take().map(renderPacket).join("")));
}

/** Performs an action and returns its response. */
export function performRequest(
  pbx: Pbx,
  request: ActionRequest,
  now: number,
): Readonly<{ response: string; message: string }> {
  const answers: { response: string; message: string }[] = [];
  pbx.state.now = now;
  perform(
    pbx.state,
    request,
    (response, rest) => answers.push({ response, message: String(new Map(rest).get("Message") ?? "").trimEnd() }),
    () => {},
  );
  pbx.tick(now);
  const [answer] = answers;
  if (!answer || answers.length > 1) throw new Error(`${answers.length} answers`);
  return answer;
}

/** The name of a device's latest channel; `none` without one. */
export function channelOf({ state }: Pbx, device: string): string {
  return [...state.channels].filter((channel) => channel.device.name === device).at(-1)?.name ?? "none";
}
