/** The states that one client knows (EV11, EV12): the events of its frames, applied in their order. */
import { createHash } from "node:crypto";
import { applyEvent, type ServerFrame, type SiteEvent, type StateMap, stateMapOf } from "@pbxis/shared";

/** An object sends many clients the same frame, one after the other: it is parsed once. */
let last: Readonly<{ payload: Buffer; frame: ServerFrame }> | undefined;

function parse(payload: Buffer): ServerFrame {
  if (!last?.payload.equals(payload)) last = { payload: Buffer.from(payload), frame: JSON.parse(payload.toString()) };
  return last.frame;
}

export class Mirror {
  #states: StateMap = new Map();

  apply(payload: Buffer): void {
    const frame = parse(payload);
    if (frame.type === "snapshot") this.#states = stateMapOf(frame.events);
    else if (frame.type === "events") for (const event of frame.events) applyEvent(this.#states, event);
  }

  digest(): string {
    return digestOf(this.#states.values());
  }
}

/** The same digest for the same states in any order. */
export function digestOf(states: Iterable<SiteEvent>): string {
  const texts = Array.from(states, (event) => JSON.stringify(Object.entries(event).sort()));
  return createHash("sha256").update(texts.sort().join("\n")).digest("hex");
}
