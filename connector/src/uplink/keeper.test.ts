import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { memoryFile } from "../testing/memory-file.ts";
import { amiUp, count, occurrence } from "../testing/uplink-samples.ts";
import { outboxLimits } from "./frame-fit.ts";
import { createKeeper } from "./keeper.ts";
import { Outbox } from "./outbox.ts";
import { encodeSpool, parseSpool } from "./spool/format.ts";
import { Spool } from "./spool/spool.ts";

/** A keeper on a file in memory, with an outbox that has sent nothing. `next` is what the next process would find. */
function createOffice(leftover: readonly SiteEvent[], lost = 0, capacity = Number.POSITIVE_INFINITY) {
  const outbox = new Outbox();
  const file = memoryFile(encodeSpool({ events: leftover, lost }), capacity);
  const lines: string[] = [];
  const clock = { now: 0 };
  const log = (level: string, message: string) => void lines.push(`${level} ${message}`);
  const spool = new Spool("file", file, { events: leftover, lost }, { log, now: () => clock.now });
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
  const settled = () => spool.settled();
  const next = async () => {
    await settled();
    const { events, lost } = parseSpool(file.content());
    return [events, lost];
  };
  return { outbox, file, spool, keeper, lines, clock, push, send, acknowledge, settled, next };
}

/** The same, and the site has acknowledged the first, empty snapshot. */
function startOffice(leftover: readonly SiteEvent[], capacity?: number) {
  const office = createOffice(leftover, 0, capacity);
  office.outbox.beginSnapshot([], amiUp);
  office.send();
  office.acknowledge();
  return office;
}

describe("the spool keeps what the site has not acknowledged", () => {
  it("occurrences, until the last of them is acknowledged, and no states", async () => {
    const { push, send, acknowledge, next } = startOffice([]);
    push(occurrence("a"), count("support", 1));
    expect(await next()).toEqual([[occurrence("a")], 0]);
    send();
    push(occurrence("b"));
    acknowledge();
    expect(await next()).toEqual([[occurrence("a"), occurrence("b")], 0]);
    send();
    expect(await next()).toEqual([[occurrence("a"), occurrence("b")], 0]);
    acknowledge();
    expect(await next()).toEqual([[], 0]);
  });

  it("what an earlier process left is sent first, and stays until it is acknowledged", async () => {
    const { outbox, push, send, acknowledge, next } = startOffice([occurrence("old")]);
    push(occurrence("new"));
    expect(await next()).toEqual([[occurrence("old"), occurrence("new")], 0]);
    send();
    expect(JSON.parse(outbox.inFlight?.text ?? "").events).toEqual([occurrence("old"), occurrence("new")]);
    acknowledge();
    expect(await next()).toEqual([[], 0]);
  });

  it("is rewritten when it has grown beyond twice what may wait", async () => {
    const { outbox, keeper, file, push, next } = startOffice([]);
    push(occurrence("a"), occurrence("b"));
    const large = { ...occurrence("x"), padding: "x".repeat(2 * outboxLimits.occurrenceBytes) } as unknown as SiteEvent;
    keeper.onPushed([large]);
    outbox.restore([], 3);
    keeper.tidy();
    expect(await next()).toEqual([[occurrence("a"), occurrence("b")], 3]);
    expect(file.replacements).toBe(1);
  });

  it("UP6 what an earlier process dropped is reported by a snapshot, and kept until that is acknowledged", async () => {
    const { outbox, keeper, next } = createOffice([], 2);
    outbox.beginSnapshot([], amiUp);
    outbox.cutFrame();
    expect(JSON.parse(outbox.inFlight?.text ?? "")).toMatchObject({ type: "snapshot", lost: 2 });
    keeper.tidy();
    expect(await next()).toEqual([[], 2]);
    outbox.acknowledge(1);
    keeper.tidy();
    expect(await next()).toEqual([[], 0]);
  });

  it("without a spool nothing is kept", async () => {
    const outbox = new Outbox();
    const keeper = createKeeper(null, outbox);
    keeper.onPushed([occurrence("a")]);
    keeper.tidy();
    await keeper.stop();
    expect(keeper.gauges()).toEqual({ bytes: null, failure: null });
  });
});

describe("a full disk", () => {
  const a = occurrence("a".repeat(100));
  const b = occurrence("b".repeat(100));
  const c = occurrence("c".repeat(100));
  /** Room for one of them and a part of the second. */
  const capacity = encodeSpool({ events: [a], lost: 0 }).length + 30;

  async function startFull() {
    const office = startOffice([], capacity);
    for (const event of [a, b, c]) {
      office.push(event);
      await office.settled();
    }
    return office;
  }

  it("UP6 loses nothing uncounted: the next process knows what it lacks", async () => {
    const { next, lines, keeper } = await startFull();
    expect(await next()).toEqual([[a], 2]);
    expect(keeper.gauges().failure).toEqual({ because: expect.stringContaining("no space left"), missing: 2 });
    expect(lines).toEqual([expect.stringMatching(/^error spool: file: .*no space left/)]);
  });

  it("is tried again every 10 s; once there is room the file has everything that waits, in order", async () => {
    const { file, clock, keeper, lines, next, push } = await startFull();
    clock.now = 10_000;
    keeper.tidy();
    expect(await next()).toEqual([[a], 2]);
    file.capacity = 10_000;
    clock.now = 19_999;
    keeper.tidy();
    expect(await next()).toEqual([[a], 2]);
    push(occurrence("d"));
    expect(await next()).toEqual([[a], 3]);
    clock.now = 20_000;
    keeper.tidy();
    keeper.tidy();
    expect(await next()).toEqual([[a, b, c, occurrence("d")], 0]);
    expect(keeper.gauges().failure).toBeNull();
    expect(lines).toEqual([expect.stringContaining("no space left"), "info spool: file is complete again"]);
    push(occurrence("e"));
    expect(await next()).toEqual([[a, b, c, occurrence("d"), occurrence("e")], 0]);
  });

  it("once all is acknowledged nothing is missing, and the next occurrence is written if it fits", async () => {
    const { send, acknowledge, next, push, lines, keeper } = await startFull();
    send();
    acknowledge();
    expect(await next()).toEqual([[], 0]);
    push(occurrence("d"));
    expect(await next()).toEqual([[occurrence("d")], 0]);
    expect(lines.length).toBe(1);
    expect(keeper.gauges().failure).toMatchObject({ missing: 0 });
  });

  it("a stopping process tries once more", async () => {
    const { file, keeper, next } = await startFull();
    file.capacity = 10_000;
    await keeper.stop();
    expect(await next()).toEqual([[a, b, c], 0]);
  });
});
