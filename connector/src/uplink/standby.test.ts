import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { amiUp, count, failed } from "../testing/uplink-samples.ts";
import {
  acknowledge,
  beginSnapshot,
  createOutbox,
  cutFrame,
  type Outbox,
  outboxLimits,
  pushEvent,
  resume,
} from "./outbox.ts";
import { isOwing, type Offer, onHandedIn, planHandover, standDown } from "./standby.ts";

/** One that has told its snapshot, and had more to tell when it was superseded: the first of it is in flight. */
function superseded(untold: readonly SiteEvent[], limits = outboxLimits): Outbox {
  const outbox = createOutbox(limits);
  beginSnapshot(outbox, [], amiUp);
  cutFrame(outbox);
  acknowledge(outbox, 1);
  hear(outbox, ...untold);
  standDown(outbox);
  return outbox;
}

function hear(outbox: Outbox, ...events: readonly SiteEvent[]): void {
  for (const event of events) {
    pushEvent(outbox, event);
    if (!outbox.standby) cutFrame(outbox);
  }
}

function handIn(outbox: Outbox, at: number): Offer["handIn"] | null {
  const offer = planHandover(outbox, at);
  if (offer) onHandedIn(outbox, offer);
  return offer?.handIn ?? null;
}

/** What it tells when it takes over. */
function takeOver(outbox: Outbox): { lost: number; events: SiteEvent[] } {
  resume(outbox, null);
  beginSnapshot(outbox, [], amiUp);
  const told: SiteEvent[] = [];
  let lost = 0;
  for (let cut = cutFrame(outbox); cut.kind === "frame"; cut = cutFrame(outbox)) {
    const frame = JSON.parse(cut.text);
    lost += frame.lost ?? 0;
    told.push(...frame.events);
    acknowledge(outbox, frame.sequence);
  }
  return { lost, events: told };
}

describe("UP3 what a superseded connector hands in", () => {
  it("all occurrences that it has not told, in flight or not, and no state; each once", () => {
    const outbox = superseded([failed("in flight"), count("support", 1), failed("waiting")]);
    hear(outbox, failed("heard since"), count("support", 2));
    const all = ["in flight", "waiting", "heard since"].map(failed);
    expect(handIn(outbox, 1_000)).toEqual({ events: all, lost: 0, withinMs: null });
    expect(handIn(outbox, 2_000)).toBeNull();
    hear(outbox, failed("later"));
    expect(handIn(outbox, 46_000.5)).toEqual({ events: [failed("later")], lost: 0, withinMs: 45_001 });
  });

  it("what was heard before another one held the uplink is owed, what both hear is not", () => {
    const outbox = superseded([failed("a")]);
    expect(isOwing(outbox)).toBe(true);
    handIn(outbox, 1);
    hear(outbox, failed("b"));
    expect(isOwing(outbox)).toBe(false);
    standDown(outbox);
    expect(isOwing(outbox)).toBe(false);
    expect(handIn(outbox, 2)?.events).toEqual([failed("b")]);
  });

  it("goes in pieces that fit into a frame, of which only the last tells how old the next can be", () => {
    const outbox = superseded(["a", "b", "c"].map(failed), { ...outboxLimits, frameEvents: 2 });
    const pieces = [handIn(outbox, 1), handIn(outbox, 2), handIn(outbox, 3)];
    expect(pieces.map((piece) => piece?.events.length)).toEqual([2, 1, undefined]);
    hear(outbox, failed("d"));
    expect(handIn(outbox, 12)?.withinMs).toBe(10);
  });

  it("who takes over tells all that is left after its snapshot, and owes nothing", () => {
    const outbox = superseded([failed("a")]);
    hear(outbox, failed("b"), count("support", 1));
    expect(takeOver(outbox)).toEqual({ lost: 0, events: [failed("a"), failed("b")] });
    expect([planHandover(outbox, 1), isOwing(outbox), planHandover(createOutbox(), 1)]).toEqual([null, false, null]);
    expect(outbox.pending.size + outbox.occurrences.size + outbox.occurrenceBytes).toBe(0);
  });
});

describe("UP6 what a standby has to drop", () => {
  const limits = { ...outboxLimits, occurrences: 2 };

  it("is lost, whoever may have heard it as well: told soon, as a gap", () => {
    const outbox = superseded([failed("owed")], limits);
    handIn(outbox, 1);
    hear(outbox, failed("a"), failed("b"));
    expect(isOwing(outbox)).toBe(false);
    hear(outbox, failed("c"));
    expect(isOwing(outbox)).toBe(true);
    expect(handIn(outbox, 1)).toMatchObject({ lost: 1, events: [failed("b"), failed("c")] });
    expect([outbox.lost, isOwing(outbox)]).toEqual([0, false]);
  });

  it("adds to what was lost before it was superseded", () => {
    const outbox = superseded(["a", "b", "c", "d"].map(failed), limits);
    expect(takeOver(outbox)).toEqual({ lost: 2, events: [failed("c"), failed("d")] });
  });
});
