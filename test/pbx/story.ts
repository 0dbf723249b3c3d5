/** Stories that tests play at the simulated PBX: commands, and what managers ask, two seconds after one another. */
import { expect } from "vitest";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import { type Command, createPbx, type Pbx } from "./core.ts";
import { renderPacket } from "./packet.ts";
import { perform } from "./perform.ts";
import { cut } from "./recording.ts";
import { type Request, requestOf } from "./request.ts";
import { banner } from "./session.ts";
import type { AgentConfig, QueueConfig } from "./world.ts";

export const laboratory: readonly AgentConfig[] = [
  { id: "1001", name: "Ann Agent" },
  { id: "1002", name: "Bob Agent" },
  { id: "1003", name: "Cid Agent" },
  { id: "1005", name: "Eve Agent" },
];

/** The laboratory's queues, with the members that were free at the time. */
export function queuesWith(support: readonly string[], sales: readonly string[]): readonly QueueConfig[] {
  return [
    { name: "support", exten: "5001", strategy: "ringall", monitor: "before", members: support },
    { name: "sales", exten: "5002", strategy: "rrmemory", monitor: "answered", members: sales },
  ];
}

type Headers = Readonly<Record<string, string>>;
/** `with`: the action's headers, some of which only the moment tells. */
export type Ask = Readonly<{ ask: string; with: Headers | ((pbx: Pbx) => Headers) }>;
/** `wait`: 30 s. `abandon`: the latest caller hangs up. */
export type Step = Command | Ask | "wait" | "abandon";

export function played(queues: readonly QueueConfig[], steps: readonly Step[]): readonly Packet[] {
  let now = 1_795_425_023_000;
  const pbx = createPbx(queues, laboratory, now);
  for (const step of steps) {
    now += 2000;
    pbx.tick(now);
    if (step === "wait") {
      now += 30_000;
      pbx.tick(now);
    } else if (typeof step === "object" && "ask" in step) {
      const headers = Object.entries(typeof step.with === "function" ? step.with(pbx) : step.with);
      const { response } = askOf(pbx, requestOf([["Action", step.ask], ["ActionID", "story"], ...headers]), now);
      expect([step.ask, headers, response]).toEqual([step.ask, headers, "Success"]);
    } else {
      const callId = [...pbx.world.calls].at(-1)?.channel.uniqueId ?? "";
      const command: Command = step === "abandon" ? { kind: "abandon", callId } : step;
      expect([command, pbx.run(command, now)]).toEqual([command, true]);
    }
  }
  return cut(Buffer.from(banner + pbx.take().map(renderPacket).join("")));
}

/** What a manager is answered; `message` as it is on the wire. */
export function askOf(pbx: Pbx, request: Request, now: number): Readonly<{ response: string; message: string }> {
  const answers: { response: string; message: string }[] = [];
  pbx.world.now = now;
  perform(
    pbx.world,
    request,
    (response, rest) => answers.push({ response, message: String(new Map(rest).get("Message") ?? "").trimEnd() }),
    () => {},
  );
  pbx.tick(now);
  const [answer] = answers;
  if (!answer || answers.length > 1) throw new Error(`${answers.length} answers`);
  return answer;
}

/** The name of the latest channel of a device. */
export function channelOf({ world }: Pbx, device: string): string {
  return [...world.channels].filter((channel) => channel.device.name === device).at(-1)?.name ?? "none";
}
