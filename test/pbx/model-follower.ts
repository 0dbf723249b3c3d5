/** The connector's framer, decoders and pipeline, connected to a simulated PBX without sockets. */
import type { SiteEvent } from "@pbxis/shared";
import { decodeEvent } from "../../connector/src/ami/event/decode.ts";
import type { AmiEvent } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { type AuditTracker, createAuditTracker } from "../../connector/src/audit/tracker.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline, type Pipeline } from "../../connector/src/pipeline/pipeline.ts";
import type { Pbx } from "./core.ts";
import { listOf } from "./manager/lists.ts";
import { banner } from "./manager/session.ts";
import { type Packet, renderPacket } from "./packet.ts";

const lists = [
  ["queues", "QueueStatus"],
  ["channels", "CoreShowChannels"],
  ["extensions", "ExtensionStateList"],
  ["devices", "DeviceStateList"],
  ["parking", "ParkedCalls"],
] as const;

export type Follower = Readonly<{
  pipeline: Pipeline;
  tracker: AuditTracker;
  handle: (event: AmiEvent) => void;
  /** Returns the events that the site would receive. */
  receive: (packets: readonly Packet[], now: number) => readonly SiteEvent[];
}>;

/** `wrapUpSeconds` as in PBXIS_WRAPUP_SECONDS. `receive` takes packets as they would arrive from AMI at `now`. */
export function follow(wrapUpSeconds: Readonly<Record<string, number>> = {}): Follower {
  const pipeline = createPipeline(createAgentRule(), { wrapUpSeconds, logMs: 0 });
  const tracker = createAuditTracker(pipeline.model);
  const handle = (event: AmiEvent) => {
    tracker.onEvent(event);
    tracker.onReduced(event, pipeline.handle(event));
  };
  const framer = new Framer();
  framer.push(Buffer.from(banner));
  const receive = (packets: readonly Packet[], now: number) => {
    for (const framed of framer.push(Buffer.from(packets.map(renderPacket).join("")))) {
      const event: AmiEvent | undefined = framed.kind === "packet" ? decodeEvent(framed, now) : undefined;
      if (framed.kind !== "packet" || event?.kind === "malformed")
        throw new Error(`unreadable: ${JSON.stringify(framed)}`);
      if (event) handle(event);
    }
    return pipeline.tick(now).events;
  };
  return { pipeline, tracker, handle, receive };
}

/** Reads all lists, as the link does after login. Calls `between` after each list. */
export function regenerate(
  { pipeline, handle, receive }: Follower,
  pbx: Pbx,
  now: number,
  between: () => void = () => {},
): void {
  handle({ kind: "regenerationStarted", at: now });
  for (const [list, action] of lists) {
    const answer = listOf(pbx.state, action);
    receive(
      (answer?.items ?? []).map((item): Packet => [...item, ["ActionID", "1"]]),
      now,
    );
    handle({ kind: "listCompleted", list, at: now });
    between();
  }
  pipeline.up(now, now, "22.10.1");
}

/**
 * Lets time pass until the pipeline has published what it delays: summaries, and calls that may be moving to another
 * bridge.
 */
export function settle({ pipeline }: Follower, now: number): void {
  for (let step = 1; step <= 10; step++) pipeline.tick(now + step * 1000);
}
