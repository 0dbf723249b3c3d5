import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { amiUp, count, occurrence } from "../testing/uplink-samples.ts";
import { outboxLimits } from "./frame-fit.ts";
import { createKeeper } from "./keeper.ts";
import { Outbox } from "./outbox.ts";
import type { Spool } from "./spool.ts";

/** A spool in memory. */
function memorySpool(leftover: readonly SiteEvent[], lost = 0): Spool & { kept: SiteEvent[]; dropped: number } {
  const kept = [...leftover];
  const spool = {
    leftover,
    lost,
    kept,
    dropped: lost,
    size: () => JSON.stringify(kept).length - 2,
    append: (events: readonly SiteEvent[]) => void kept.push(...events),
    replace: (events: readonly SiteEvent[], lost: number) => {
      kept.splice(0, kept.length, ...events);
      spool.dropped = lost;
    },
    stop: async () => {},
  };
  return spool;
}

/** A keeper whose site has acknowledged the first, empty snapshot. */
function startKeeper(leftover: readonly SiteEvent[]) {
  const outbox = new Outbox();
  const spool = memorySpool(leftover);
  const keeper = createKeeper(spool, outbox);
  const push = (...events: SiteEvent[]) => {
    for (const event of events) outbox.pushEvent(event);
    keeper.onPushed(events);
    keeper.tidy();
  };
  const send = () => outbox.cutFrame().kind === "frame";
  const acknowledge = () => {
    outbox.acknowledge(outbox.inFlight?.sequence ?? 0);
    keeper.tidy();
  };
  outbox.beginSnapshot([], amiUp);
  send();
  acknowledge();
  return { outbox, spool, keeper, push, send, acknowledge };
}

describe("the spool keeps what the site has not acknowledged", () => {
  it("occurrences, until the last of them is acknowledged, and no states", () => {
    const { spool, push, send, acknowledge } = startKeeper([]);
    push(occurrence("a"), count("support", 1));
    expect(spool.kept).toEqual([occurrence("a")]);
    send();
    push(occurrence("b"));
    acknowledge();
    expect(spool.kept).toEqual([occurrence("a"), occurrence("b")]);
    send();
    expect(spool.kept).toHaveLength(2);
    acknowledge();
    expect(spool.kept).toEqual([]);
  });

  it("what an earlier process left is sent first, and stays until it is acknowledged", () => {
    const { outbox, spool, push, send, acknowledge } = startKeeper([occurrence("old")]);
    push(occurrence("new"));
    expect(spool.kept).toEqual([occurrence("old"), occurrence("new")]);
    send();
    expect(JSON.parse(outbox.inFlight?.text ?? "").events).toEqual([occurrence("old"), occurrence("new")]);
    acknowledge();
    expect(spool.kept).toEqual([]);
  });

  it("is rewritten when it has grown beyond twice what may wait", () => {
    const { outbox, spool, keeper, push } = startKeeper([]);
    push(occurrence("a"), occurrence("b"));
    const large = { ...occurrence("x"), padding: "x".repeat(2 * outboxLimits.occurrenceBytes) } as unknown as SiteEvent;
    keeper.onPushed([large]);
    outbox.restore([], 3);
    keeper.tidy();
    expect([spool.kept, spool.dropped]).toEqual([[occurrence("a"), occurrence("b")], 3]);
  });

  it("UP6 what an earlier process dropped is reported by a snapshot, and kept until that is acknowledged", () => {
    const outbox = new Outbox();
    const spool = memorySpool([occurrence("a")], 2);
    const keeper = createKeeper(spool, outbox);
    outbox.beginSnapshot([], amiUp);
    outbox.cutFrame();
    expect(JSON.parse(outbox.inFlight?.text ?? "")).toMatchObject({ type: "snapshot", lost: 2 });
    outbox.acknowledge(1);
    outbox.cutFrame();
    keeper.tidy();
    expect([spool.kept, spool.dropped]).toEqual([[occurrence("a")], 2]);
    outbox.acknowledge(2);
    keeper.tidy();
    expect([spool.kept, spool.dropped]).toEqual([[], 0]);
  });

  it("without a spool nothing is kept", async () => {
    const outbox = new Outbox();
    const keeper = createKeeper(null, outbox);
    keeper.onPushed([occurrence("a")]);
    keeper.tidy();
    await keeper.stop();
    expect(keeper.bytes()).toBeNull();
  });
});
