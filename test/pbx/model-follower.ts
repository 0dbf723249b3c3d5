/** A connector's model that follows a simulated PBX without sockets: the connector's own framer, decoders and pipeline. */
import { decodeEvent } from "../../connector/src/ami/event/decode.ts";
import type { AmiEvent } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline, type Pipeline } from "../../connector/src/pipeline/pipeline.ts";
import type { Pbx } from "./core.ts";
import { listOf } from "./lists.ts";
import { type Packet, renderPacket } from "./packet.ts";
import { banner } from "./session.ts";

const lists = [
  ["queues", "QueueStatus"],
  ["channels", "CoreShowChannels"],
  ["extensions", "ExtensionStateList"],
  ["devices", "DeviceStateList"],
] as const;

export type Follower = Readonly<{ pipeline: Pipeline; take: (packets: readonly Packet[], now: number) => void }>;

/** A connector's model behind the connector's own framer and decoders. */
export function follow(): Follower {
  const pipeline = createPipeline(createAgentRule());
  const framer = new Framer();
  framer.push(Buffer.from(banner));
  const take = (packets: readonly Packet[], now: number) => {
    for (const framed of framer.push(Buffer.from(packets.map(renderPacket).join("")))) {
      const event: AmiEvent | undefined = framed.kind === "packet" ? decodeEvent(framed.packet, now) : undefined;
      if (framed.kind !== "packet" || event?.kind === "malformed")
        throw new Error(`unreadable: ${JSON.stringify(framed)}`);
      if (event) pipeline.take(event);
    }
    pipeline.tick(now);
  };
  return { pipeline, take };
}

/** Reads all lists, as the link does after its login. `between` is done when each of them is complete. */
export function regenerate({ pipeline, take }: Follower, pbx: Pbx, now: number, between: () => void = () => {}): void {
  pipeline.take({ kind: "regenerationStarted", at: now });
  for (const [list, action] of lists) {
    const answer = listOf(pbx.state, action);
    take(
      (answer?.items ?? []).map((item): Packet => [...item, ["ActionID", "1"]]),
      now,
    );
    pipeline.take({ kind: "listCompleted", list, at: now });
    between();
  }
  pipeline.up(now, now, "22.10.1");
}

/** Time for what the pipeline holds back: summaries, and calls that may be on the way to another bridge. */
export function settle({ pipeline }: Follower, now: number): void {
  for (let step = 1; step <= 10; step++) pipeline.tick(now + step * 1000);
}
