/** The connector without sockets: its framer, decoders and pipeline, for tests that feed it bytes from AMI. */
import type { SiteEvent } from "@pbxis/shared";
import { decodedEvents, decodeEvent } from "../../connector/src/ami/event/decode.ts";
import { regenerationLists } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline } from "../../connector/src/pipeline/pipeline.ts";

export type ModelConnector = Readonly<{
  /** Receives bytes from AMI, a second after the previous ones. Returns the events that go to the site. */
  receive: (bytes: Uint8Array) => readonly SiteEvent[];
  /** The states that a snapshot would contain. */
  snapshot: () => readonly SiteEvent[];
}>;

const startedAt = 1_795_420_000_000;

/** A connector that has read the banner and empty lists. */
export function createModelConnector(): ModelConnector {
  const framer = new Framer((name) => decodedEvents.has(name));
  const pipeline = createPipeline(createAgentRule());
  pipeline.handle({ kind: "regenerationStarted", at: 0 });
  for (const list of regenerationLists) pipeline.handle({ kind: "listCompleted", list, at: 0 });
  pipeline.up(0, 0, "22.0.0");
  framer.push(Buffer.from("Asterisk Call Manager/11.0.0\r\n"));
  let now = startedAt;
  return {
    receive: (bytes) => {
      now += 1_000;
      for (const framed of framer.push(bytes)) {
        const event = framed.kind === "packet" ? decodeEvent(framed, now) : undefined;
        if (event) pipeline.handle(event);
      }
      return pipeline.tick(now).events;
    },
    snapshot: () => pipeline.snapshot()?.events ?? [],
  };
}
