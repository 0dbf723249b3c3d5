/** PX3: what a poll answers when its ticket may not know how far the answer goes. */
import { expect, it } from "vitest";
import type { PbxisEvent } from "./event.ts";
import { pollEvents } from "./poll.ts";
import type { TicketStream } from "./ticket-stream.ts";

const event: PbxisEvent = { type: "queueCount", queue: "support", count: 2 };

/** A stream whose first frame is one event. */
function streamWith(release: () => Promise<boolean>): TicketStream {
  const at = { epoch: "k", sequence: 2 };
  const first = { kind: "events", events: [event], from: null, at, isFirst: true } as const;
  return { reader: { next: async () => first, stop: () => {} }, placeOf: () => at, renew: async () => true, release };
}

it.each<[string, () => Promise<boolean>, PbxisEvent[]]>([
  ["knows it: the events", async () => true, [event]],
  ["has another holder: closed", async () => false, [{ type: "closed" }]],
  [
    "may know it or not: the events, and closed, so that no poll goes on at a place that nobody knows",
    () => Promise.reject(new Error("Network connection lost.")),
    [event, { type: "closed" }],
  ],
])("PX2 the ticket %s", async (_title, release, answer) => {
  expect(await pollEvents(streamWith(release), new AbortController().signal)).toEqual(answer);
});
