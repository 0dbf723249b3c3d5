/** PX3: what a ticket knows, and when. */
import { expect, it } from "vitest";
import type { Place } from "../ticket/api.ts";
import { deliverEvents } from "./deliver.ts";
import type { ReadEvents } from "./event-reader.ts";
import type { TicketStream } from "./ticket-stream.ts";

const at = { epoch: "k", sequence: 9 };
const snapshot: ReadEvents = {
  kind: "events",
  events: [{ type: "queueCount", queue: "support", count: 1 }],
  from: null,
  at,
  isFirst: true,
};

/** A stream of a snapshot that breaks while it is sent, and the positions that its ticket learned before. */
async function knownAtTheBreak(place: Place, read = snapshot): Promise<readonly (Place | null)[]> {
  const known: (Place | null)[] = [];
  const stream: TicketStream = {
    reader: { next: async () => read, stop: () => {} },
    placeOf: () => place,
    renew: async (delivered) => known.push(delivered) > 0,
    release: async () => true,
  };
  let before: readonly (Place | null)[] = [];
  const reason = await deliverEvents(stream, async () => {
    before = [...known];
    throw new Error("the reader has disconnected");
  });
  expect(reason).toBe("left");
  return before;
}

it("PX3 a browser that may receive a part of its first snapshot has a position before", async () => {
  expect(await knownAtTheBreak({ ...at, isUnsure: true })).toEqual([{ ...at, isUnsure: true }]);
});

it("PX3 what is sent later, or to a client of another transport, counts once it is sent", async () => {
  expect(await knownAtTheBreak(at)).toEqual([]);
  expect(await knownAtTheBreak({ ...at, isUnsure: true }, { ...snapshot, from: at })).toEqual([]);
});
