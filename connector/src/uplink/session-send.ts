/** What the session sends: the frame in flight, and frames beside it. */
import type { ConnectorFrame, SequencedFrame } from "@pbxis/shared";
import type { Outbox } from "./outbox.ts";
import type { SessionOutput } from "./session-io.ts";

/** The next frame, if none is in flight (ST5). */
export function sendNext(outbox: Outbox): readonly SessionOutput[] {
  const next = outbox.cutFrame();
  switch (next.kind) {
    case "frame":
      return [{ kind: "send", text: next.text }];
    case "snapshotDue":
      return [{ kind: "snapshotDue" }];
    case "nothing":
      return [];
  }
}

/** A frame without a sequence number, sent beside the frame in flight. */
export function sendAside(frame: Exclude<ConnectorFrame, SequencedFrame>): SessionOutput {
  return { kind: "send", text: JSON.stringify(frame) };
}
