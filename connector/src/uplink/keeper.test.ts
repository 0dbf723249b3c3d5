import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { amiUp, count, failed } from "../testing/uplink-samples.ts";
import { createKeeper } from "./keeper.ts";
import { acknowledge, beginSnapshot, createOutbox, cutFrame, pushEvent } from "./outbox.ts";
import type { Spool } from "./spool.ts";

/** A spool in memory. */
function spoolOf(left: readonly SiteEvent[], lost = 0): Spool & { kept: SiteEvent[]; dropped: number } {
  const kept = [...left];
  const spool = {
    ...{ left, lost, kept, dropped: lost },
    size: () => JSON.stringify(kept).length - 2,
    keep: (events: readonly SiteEvent[]) => void kept.push(...events),
    replace: (events: readonly SiteEvent[], lost: number) => {
      kept.splice(0, kept.length, ...events);
      spool.dropped = lost;
    },
    stop: async () => {},
  };
  return spool;
}

function keeping(left: readonly SiteEvent[]) {
  const outbox = createOutbox();
  const spool = spoolOf(left);
  const keeper = createKeeper(spool, outbox);
  const push = (...events: SiteEvent[]) => {
    for (const event of events) pushEvent(outbox, event);
    keeper.onPushed(events);
    keeper.tidy();
  };
  const send = () => cutFrame(outbox).kind === "frame";
  const confirm = () => {
    acknowledge(outbox, outbox.nextSequence - 1);
    keeper.tidy();
  };
  beginSnapshot(outbox, [], amiUp);
  send();
  confirm();
  return { outbox, spool, keeper, push, send, confirm };
}

describe("the spool has what the site has not", () => {
  it("occurrences, from when they wait until the last of them is confirmed; no states", () => {
    const { spool, push, send, confirm } = keeping([]);
    push(failed("a"), count("support", 1));
    expect(spool.kept).toEqual([failed("a")]);
    send();
    push(failed("b"));
    confirm();
    expect(spool.kept).toEqual([failed("a"), failed("b")]);
    send();
    expect(spool.kept).toHaveLength(2);
    confirm();
    expect(spool.kept).toEqual([]);
  });

  it("what an earlier life left is told first, and stays until it is confirmed", () => {
    const { outbox, spool, push, send, confirm } = keeping([failed("old")]);
    push(failed("new"));
    expect(spool.kept).toEqual([failed("old"), failed("new")]);
    send();
    expect(JSON.parse(outbox.inFlight?.text ?? "").events).toEqual([failed("old"), failed("new")]);
    confirm();
    expect(spool.kept).toEqual([]);
  });

  it("is written anew when it has grown beyond twice what may wait", () => {
    const { outbox, spool, keeper, push } = keeping([]);
    push(failed("a"), failed("b"));
    const large = { ...failed("x"), padding: "x".repeat(2 * outbox.limits.occurrenceBytes) } as unknown as SiteEvent;
    keeper.onPushed([large]);
    outbox.lost = 3;
    keeper.tidy();
    expect([spool.kept, spool.dropped]).toEqual([[failed("a"), failed("b")], 3]);
  });

  it("what an earlier life dropped without telling is told by a snapshot, and kept until that is confirmed", () => {
    const outbox = createOutbox();
    const spool = spoolOf([failed("a")], 2);
    const keeper = createKeeper(spool, outbox);
    beginSnapshot(outbox, [], amiUp);
    cutFrame(outbox);
    expect(JSON.parse(outbox.inFlight?.text ?? "")).toMatchObject({ type: "snapshot", lost: 2 });
    acknowledge(outbox, 1);
    cutFrame(outbox);
    keeper.tidy();
    expect([spool.kept, spool.dropped]).toEqual([[failed("a")], 2]);
    acknowledge(outbox, 2);
    keeper.tidy();
    expect([spool.kept, spool.dropped]).toEqual([[], 0]);
  });

  it("without a spool nothing is kept", async () => {
    const outbox = createOutbox();
    const keeper = createKeeper(null, outbox);
    keeper.onPushed([failed("a")]);
    keeper.tidy();
    await keeper.stop();
    expect(keeper.bytes()).toBeNull();
  });
});
