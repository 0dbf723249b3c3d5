import type { Handover, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { amiUp, count, occurrence } from "../testing/uplink-samples.ts";
import { outboxLimits } from "./frame-fit.ts";
import { Outbox } from "./outbox.ts";
import { enterStandby, isHandoverUrgent, onOfferTaken, planHandover, type Standby } from "./standby.ts";

/** A connector that was superseded with `unacknowledged` events, the first of them in flight. */
function superseded(unacknowledged: readonly SiteEvent[], limits = outboxLimits) {
  const outbox = new Outbox(limits);
  let standby: Standby | null = null;
  const push = (...events: readonly SiteEvent[]) => {
    for (const event of events) {
      outbox.pushEvent(event);
      if (!standby) outbox.cutFrame();
    }
  };
  outbox.beginSnapshot([], amiUp);
  outbox.cutFrame();
  outbox.acknowledge(1);
  push(...unacknowledged);
  let state = enterStandby(outbox);
  standby = state;
  return {
    outbox,
    push,
    isUrgent: () => isHandoverUrgent(outbox, state),
    /** Offers a handover that the site takes. */
    handOver: (at: number): Handover | null => {
      const offer = planHandover(outbox, state, at);
      if (offer) state = onOfferTaken(outbox, state, offer);
      return offer?.handIn ?? null;
    },
  };
}

/** What it sends when it takes over. */
function takeOver(outbox: Outbox): { lost: number; events: SiteEvent[] } {
  outbox.resume(null);
  outbox.beginSnapshot([], amiUp);
  const events: SiteEvent[] = [];
  let lost = 0;
  for (let cut = outbox.cutFrame(); cut.kind === "frame"; cut = outbox.cutFrame()) {
    const frame = JSON.parse(cut.text);
    lost += frame.lost ?? 0;
    events.push(...frame.events);
    outbox.acknowledge(frame.sequence);
  }
  return { lost, events };
}

describe("UP3 what a superseded connector hands over", () => {
  it("is each unacknowledged occurrence once, in flight or not, and no state", () => {
    const { push, handOver } = superseded([occurrence("in flight"), count("support", 1), occurrence("waiting")]);
    push(occurrence("later"), count("support", 2));
    const events = ["in flight", "waiting", "later"].map(occurrence);
    expect(handOver(1_000)).toEqual({ events, lost: 0, withinMs: null });
    expect(handOver(2_000)).toBeNull();
    push(occurrence("last"));
    expect(handOver(46_000.5)).toEqual({ events: [occurrence("last")], lost: 0, withinMs: 45_001 });
  });

  it("is urgent if it may be older than the holder's connection, not if both have seen it", () => {
    const { push, handOver, isUrgent } = superseded([occurrence("a")]);
    expect(isUrgent()).toBe(true);
    handOver(1);
    push(occurrence("b"));
    expect(isUrgent()).toBe(false);
    expect(handOver(2)?.events).toEqual([occurrence("b")]);
  });

  it("is offered in pieces that fit into a frame; only the last piece bounds the age of the next", () => {
    const { push, handOver } = superseded(["a", "b", "c"].map(occurrence), { ...outboxLimits, frameEvents: 2 });
    const pieces = [handOver(1), handOver(2), handOver(3)];
    expect(pieces.map((piece) => piece?.events.length)).toEqual([2, 1, undefined]);
    push(occurrence("d"));
    expect(handOver(12)?.withinMs).toBe(10);
  });

  it("is sent after the snapshot when it takes over, and nothing is left to hand over", () => {
    const { outbox, push } = superseded([occurrence("a")]);
    push(occurrence("b"), count("support", 1));
    expect(takeOver(outbox)).toEqual({ lost: 0, events: [occurrence("a"), occurrence("b")] });
    expect(outbox.gauges).toMatchObject({ states: 0, occurrences: 0, occurrenceBytes: 0 });
  });

  it("is nothing for a connector that is not a standby", () => {
    const outbox = new Outbox();
    outbox.pushEvent(occurrence("a"));
    expect([planHandover(outbox, null, 1), isHandoverUrgent(outbox, null)]).toEqual([null, false]);
  });
});

describe("UP6 what a standby has to drop", () => {
  const limits = { ...outboxLimits, occurrences: 2 };

  it("is lost even if the holder has it, and urgent", () => {
    const { outbox, push, handOver, isUrgent } = superseded([occurrence("old")], limits);
    handOver(1);
    push(occurrence("a"), occurrence("b"));
    expect(isUrgent()).toBe(false);
    push(occurrence("c"));
    expect(isUrgent()).toBe(true);
    expect(handOver(1)).toMatchObject({ lost: 1, events: [occurrence("b"), occurrence("c")] });
    expect([outbox.lost, isUrgent()]).toEqual([0, false]);
  });

  it("adds to what was lost before it was superseded", () => {
    const { outbox } = superseded(["a", "b", "c", "d"].map(occurrence), limits);
    expect(takeOver(outbox)).toEqual({ lost: 2, events: [occurrence("c"), occurrence("d")] });
  });
});
